"""What says that a paper was taken back, and what only sounds like it."""

from __future__ import annotations

import pytest

from broadsheet.connectors.arxiv.withdrawn import is_withdrawn


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "withdrawn.",
        "This paper has been withdrawn",
        "This paper has been withdrawn by the authors due to an error in Lemma 2",
        "This paper has been temporarily withdrawn.",
        "The manuscript is being withdrawn because a co-author objects",
        "12 pages. This submission was withdrawn (see v1)",
        "12 pages, 3 figures, withdrawn by the author",
        "Paper withdrawn",
        "This version withdrawn by arXiv administrators because of overlap",
        "Withdrawn due to a crucial sign error in equation 1",
        "The authors have withdrawn this paper",
        "We would like to withdraw this manuscript: the data were wrong",
        "This article has been withdrawn from arXiv",
        "This draft has been withdrawn in favour of a longer one",
        "[withdrawn]",
    ],
)
def test_comments_that_say_so(comment: str) -> None:
    assert is_withdrawn(comment)
    assert is_withdrawn(comment.upper())


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 3 figures",
        "Comment on the withdrawn paper [3]",
        "The withdrawn paper [3] is discussed",
        "Withdrawn papers in machine learning: a survey",
        "A study of withdrawal rates",
        "Withdrawal from treatment is modelled",
        "This paper has not been withdrawn",
        "This paper was withdrawn from ICML 2024",
        "Withdrawn from NeurIPS, resubmitted to JMLR",
        "A previous version of this paper has been withdrawn",
        "This replaces an earlier submission, which has been withdrawn",
        "Supersedes arXiv:2403.01234, which has been withdrawn",
        "This earlier version has been withdrawn",
        "We study why authors withdraw papers",
        "Funds withdrawn at retirement; 12 pages",
        "The claim of Section 4 has been withdrawn",
        "The paper withdrawn by Smith is revisited",
    ],
)
def test_comments_that_only_sound_like_it(comment: str) -> None:
    """Breaks when the word anywhere in a comment is enough."""
    assert not is_withdrawn(comment)


def test_size_and_type_of_the_newest_version() -> None:
    assert is_withdrawn("", size="0kb")
    assert is_withdrawn("a note", size="0 kb", source_type="I")
    assert is_withdrawn("", source_type="I")
    assert not is_withdrawn("", size="10kb", source_type="D")
    assert not is_withdrawn("", size="0.5kb", source_type="")
