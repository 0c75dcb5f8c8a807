"""Papers that readers hand in: by name, by file, by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

from arxiv_documents import query, query_entry
from broadsheet.bringing import Intake, bring
from broadsheet.community import Community, Entry
from broadsheet.community.submitting import MOST_A_DAY
from broadsheet.errors import InvalidInputError, SourceBusyError, SourceError
from broadsheet.model import Record
from broadsheet.people import Act
from broadsheet.shelves import Upload
from shelfmarks import TITLES, Readers


@pytest.fixture
def community(readers: Readers) -> Community:
    return readers.library.community


def lay(readers: Readers, *entries: str, error: Exception | None = None) -> None:
    """Let arXiv answer every request with these papers, or fail."""
    answer = query(*entries).encode() if error is None else error
    readers.web.replies = defaultdict(lambda: [answer])


def submitted(readers: Readers) -> list[int | None]:
    signals = readers.library.journal.get_signals(readers.ada, acts=[Act.SUBMIT])
    return [signal.work_id for signal in signals]


def test_a_paper_of_arxiv_is_fetched(readers: Readers, community: Community) -> None:
    lay(readers, query_entry("2611.01234v2"))
    done = community.submit(readers.ada, "https://arxiv.org/abs/2611.01234v2")
    assert done == ("Handed in “Turning Widgets”; thank you.", 0, done.target)
    assert readers.library.get_work("2611.01234").id == done.target
    assert len(readers.web.asked) == 1 and "2611.01234v2" in readers.web.asked[0]
    assert submitted(readers) == [done.target]


def test_what_is_here_only_leads_there(readers: Readers, community: Community) -> None:
    for reference in ("2401.10002", "https://arxiv.org/pdf/2401.10002v1", "2"):
        assert community.submit(readers.ada, reference) == (f"“{TITLES[2]}” is here already.", 0, 2)
    assert submitted(readers) == [] and not community.votes([2], readers.ada)


def test_arxiv_has_its_troubles(readers: Readers, community: Community) -> None:
    lay(readers)
    with pytest.raises(InvalidInputError, match="arXiv has no paper 2611.99999"):
        community.submit(readers.ada, "2611.99999")
    lay(readers, error=SourceBusyError("arXiv asks for patience."))
    with pytest.raises(SourceError, match="patience"):
        community.submit(readers.ada, "2611.99999")
    assert submitted(readers) == []


@pytest.mark.parametrize(
    "reference", ["10.1000/nowhere", "goats", "javascript:alert(1)", "x" * 5000, "\u202eabc"]
)
def test_what_cannot_be_fetched(readers: Readers, community: Community, reference: str) -> None:
    with pytest.raises(InvalidInputError, match="only papers of arXiv can be fetched by name"):
        community.submit(readers.ada, reference)
    with pytest.raises(InvalidInputError, match="Name a paper"):
        community.submit(readers.ada, " \x00")


def test_a_file(readers: Readers, community: Community) -> None:
    text = (
        "@article{a, title={A census of lighthouses}, author={Cy Keeper}}\n"
        "@article{b, title={Bells under water}, doi={10.1000/bells}}\n"
        f"@article{{c, title={{{TITLES[2]}}}, eprint={{2401.10002}}, archiveprefix={{arXiv}}}}"
    )
    upload = Upload("mine.bib", text.encode())
    readers.later(1)
    done = community.submit(readers.ada, upload)
    assert done.sentence == ("Handed in “A census of lighthouses” and 1 other paper; thank you.")
    work = readers.library.get_work(done.target)
    assert work.sources == ("reader",) and len(submitted(readers)) == 2
    readers.later(1)
    assert community.submit(readers.ben, upload).sentence == (
        "“A census of lighthouses” and 2 other papers are here already."
    )


def test_files_with_nothing_in_them(readers: Readers, community: Community) -> None:
    for upload, why in (
        (Upload("x.json", b'[{"type": "x", "title": ""}]'), "no papers in x.json: it has no title"),
        (Upload("f.opml", b"<opml><outline xmlUrl='https://a.example/'/></opml>"), "no papers in"),
        (Upload("x", b"\x00\x01"), "x is none of"),
    ):
        with pytest.raises(InvalidInputError, match=why):
            community.submit(readers.ada, upload)


def test_a_paper_typed_in(readers: Readers, community: Community) -> None:
    entry = Entry(
        " The tides of\u202e small harbours ",
        "Dan Moor; Eva Quay\n\nŁukasz Ødegård",
        " 2021 ",
        "https://doi.org/10.1000/tides",
        "We wade.\n\nThen we measure $h<3$.",
    )
    done = community.submit(readers.ada, entry)
    work = readers.library.get_work("10.1000/tides")
    assert work.id == done.target and work.title == "The tides of small harbours"
    assert work.authors == ("Dan Moor", "Eva Quay", "Łukasz Ødegård")
    assert work.abstract == "We wade. Then we measure $h<3$." and work.date
    assert (work.date.value, work.links[0].url) == ("2021", "https://doi.org/10.1000/tides")
    readers.later(1)
    again = community.submit(readers.ben, entry)
    assert again == ("“The tides of small harbours” is here already.", 0, work.id)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (Entry(" \u202e"), "A paper needs a title"),
        (Entry("x" * 501), "A title has at most 500"),
        (Entry("x", authors="y" * 5001), "its authors 5,000"),
        (Entry("x", year="MMXX"), "'MMXX' is no year; 2026 would be"),
        (Entry("x", year="٢٠٢٠"), "is no year"),
        (Entry("x", year="9" * 5000), "is no year"),
        (Entry("x", link="javascript:alert(1)"), "A link begins with https://"),
        (Entry("x", link="https://a.example/" + "y" * 2000), "A link begins"),
        (Entry("x", abstract="y" * 10_001), "An abstract has at most 10,000"),
    ],
)
def test_what_cannot_be_typed_in(
    readers: Readers, community: Community, entry: Entry, why: str
) -> None:
    before = readers.store.last_change()
    with pytest.raises(InvalidInputError, match=why) as error:
        community.submit(readers.ada, entry)
    assert len(str(error.value)) < 200 and readers.store.last_change() == before


def test_a_reader_says_nothing_about_anothers_paper(readers: Readers, community: Community) -> None:
    """Break to see it fail: take "reader" out of `model.BY_READERS`."""
    before = readers.library.get_work(2)
    link = "https://arxiv.org/abs/2401.10002"
    community.submit(readers.ben, Entry(TITLES[2], "Mal Lory", "1999", link, "Lies. " * 300))
    after = readers.library.get_work(2)
    assert (after.abstract, after.authors, after.date) == (
        before.abstract,
        before.authors,
        before.date,
    )


def test_twenty_a_day(readers: Readers, community: Community) -> None:
    """Break to see it fail: drop the call of `_check_quota` in `_keep`."""
    for number in range(MOST_A_DAY - 1):
        community.submit(readers.ada, Entry(f"The island numbered {number} of the north"))
    two = "".join(f"@article{{k{n}, title={{A bird of kind {n} on an island}}}}\n" for n in (1, 2))
    with pytest.raises(InvalidInputError, match="at most 20 papers a day; 1 paper more can come"):
        community.submit(readers.ada, Upload("two.bib", two.encode()))
    community.submit(readers.ada, Entry("The last island"))
    with pytest.raises(InvalidInputError, match="come tomorrow"):
        community.submit(readers.ada, Entry("One island more"))
    community.submit(readers.ben, Entry("An island of Ben's"))
    readers.later(60 * 24 + 1)
    community.submit(readers.ada, Entry("One island more"))


def test_too_large_a_file(readers: Readers, community: Community) -> None:
    many = "".join(f"@article{{k{n}, title={{A bird of kind {n}}}}}\n" for n in range(21))
    with pytest.raises(InvalidInputError, match="more papers than 20"):
        community.submit(readers.ada, Upload("many.bib", many.encode()))


def test_what_is_new_is_told_by_the_import(readers: Readers, community: Community) -> None:
    """Not by clocks: records keep seconds, clocks have microseconds, and many papers come in one
    second. Break to see it fail: give `_keep` all works instead of those that began."""
    assert readers.time.now().microsecond
    first = community.submit(readers.ada, Entry("A census of lamps", "Cy Keeper"))
    assert first.sentence == "Handed in “A census of lamps”; thank you."
    again = community.submit(readers.ben, Entry("A census of lamps", "Cy Keeper"))
    assert again.sentence == "“A census of lamps” is here already."
    assert submitted(readers) == [first.target]


def test_two_at_once_keep_to_the_limit(
    readers: Readers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: check the quota before the papers are kept, as if nobody else wrote."""
    for number in range(MOST_A_DAY - 1):
        community.submit(readers.ada, Entry(f"The island numbered {number} of the north"))

    def let_another_go_first(intake: Intake, records: Sequence[Record], **more: Any) -> list[int]:
        monkeypatch.setattr("broadsheet.community.submitting.bring", bring)
        community.submit(readers.ada, Entry("What came between"))
        return bring(intake, records, **more)

    monkeypatch.setattr("broadsheet.community.submitting.bring", let_another_go_first)
    with pytest.raises(InvalidInputError, match="come tomorrow"):
        community.submit(readers.ada, Entry("What came too late"))
    assert len(submitted(readers)) == MOST_A_DAY
    assert readers.library.stats().works == len(TITLES) + MOST_A_DAY


def test_arxiv_is_not_asked_in_vain(readers: Readers, community: Community) -> None:
    """Break to see it fail: drop the call of `_check_quota` in `_submit_reference`."""
    for number in range(MOST_A_DAY):
        community.submit(readers.ada, Entry(f"The island numbered {number} of the north"))
    with pytest.raises(InvalidInputError, match="come tomorrow"):
        community.submit(readers.ada, "2611.01234")
    assert not readers.web.asked
