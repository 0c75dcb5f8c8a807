"""Threads page by page: everything is on one page, in order, and no page is too long."""

from __future__ import annotations

from random import Random

import pytest

from broadsheet.community.threads import HEAVIEST, LONGEST, SHEET, Remark, Sheet, arrange, fold
from broadsheet.people import Comment
from toy import START


def thread(replies_to: list[int | None], text: str = "x") -> tuple[Remark, ...]:
    """A thread of comments 1, 2, …, each a reply to the one named."""
    return arrange(
        [Comment(n, 2, 1, text, START, parent_id=to) for n, to in enumerate(replies_to, 1)], {}
    )


def walk(remarks: tuple[Remark, ...]) -> list[Sheet]:
    """All pages, by "later" from the first."""
    pages = [fold(remarks)]
    while pages[-1].after:
        pages.append(fold(remarks, pages[-1].after))
        assert pages[-1].before == pages[-2].remarks[0].comment.id
    return pages


@pytest.mark.parametrize("seed", range(20))
def test_every_comment_is_on_one_page(seed: int) -> None:
    """Break: begin the page after `end` instead of at it."""
    chance = Random(seed)
    count = chance.choice((1, 49, 50, 51, 100, 101, 500))
    text = "é" * chance.choice((1, 300, 10_000))
    replies = [chance.choice((None, chance.randrange(1, n) if n > 1 else None))
               for n in range(1, count + 1)]  # fmt: skip
    remarks = thread(replies, text)
    pages = walk(remarks)
    assert [each for page in pages for each in page.remarks] == list(remarks)
    for page in pages:
        assert len(page.remarks) <= LONGEST and page.total == count
        assert sum(len(each.comment.text.encode()) for each in page.remarks) <= HEAVIEST
    for remark in chance.sample(remarks, min(10, count)):
        assert remark in fold(remarks, remark.comment.id).remarks


def test_a_page_ends_between_conversations() -> None:
    """Fifty comments, the last with three replies: those are still on the first page."""
    remarks = thread([None] * SHEET + [SHEET] * 3 + [None] * 4)
    first, last = walk(remarks)
    assert len(first.remarks) == SHEET + 3 and first.later == len(last.remarks) == 4
    assert (first.before, last.after, last.later) == (0, 0, 0)


def test_nothing_said_and_a_comment_of_elsewhere() -> None:
    assert fold(()) == Sheet() and fold((), 7) == Sheet()
    remarks = thread([None] * 3)
    assert fold(remarks, 99) == fold(remarks)


def test_who_is_answered_is_told_where_it_cannot_be_seen() -> None:
    """Deep down, where nothing is moved in any further, and across pages."""
    chain = thread([None, 1, 2, 3, 4, 5])
    page = fold(chain)
    told = [parent and parent.comment.id for parent in map(page.answers, page.remarks)]
    assert told == [None, None, None, None, 4, 5]
    long = thread([None] + [1] * (LONGEST + 5))
    later = fold(long, LONGEST + 1)
    assert [parent and parent.comment.id for parent in map(later.answers, later.remarks)] == [1] * 6
