"""The work that records make: the best of each field, and where it came from."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.forms import mark_deleted, mark_seen_again
from broadsheet.model import Identifier, Link, PaperDate, Record, Work
from broadsheet.works import compose

ARXIV = Record(
    "arxiv", "2401.00001", "Slow Flows of Sand", "Sand flows slowly.",
    authors=("Ana Example", "Bo Sample"), ids=(Identifier("arxiv", "2401.00001"),),
    categories=("cond-mat.soft",), date=PaperDate("2024-01-03", "submitted"), version=1,
)  # fmt: skip
NEWER = replace(
    ARXIV, title="Slow Flows of Wet Sand", abstract="Wet sand flows.", version=2,
    categories=("cond-mat.soft", "cs.LG"),
    links=(Link("code", "https://github.com/lab/sand"),),
)  # fmt: skip
ENTRY = Record(
    "bibtex", "sand24", "Slow flows of wet sand", "A publisher's much longer abstract of it.",
    authors=("A. Example", "B. Sample", "C. Muster"), ids=(Identifier("doi", "10.1000/x"),),
    venue="Journal of Sand", status="Accept", date=PaperDate("2025", "published"),
)  # fmt: skip
ROW = Record(
    "aitopics", "page#1", "SLOW FLOWS", "Sand.", venue="Some Shelf", summary="About sand.",
    categories=("cs.LG", "cs.AI"),
)  # fmt: skip


@pytest.mark.parametrize("record", [ARXIV, ENTRY, ROW])
def test_one_record_is_its_work(record: Record) -> None:
    work = compose(7, [record])
    assert work.id == 7
    assert work.sources == (record.source,)
    assert set(work.provenance.values()) == {record.source}
    for field in ("title", "abstract", "authors", "ids", "venue", "status", "date", "links"):
        value = getattr(record, field)
        assert getattr(work, field) == value
        assert (field in work.provenance) == bool(value)


def test_the_best_of_each_field() -> None:
    """Break to see it fail: take every field from the first record."""
    assert compose(1, [ROW, ARXIV, ENTRY, NEWER]) == Work(
        id=1,
        title="Slow Flows of Wet Sand",
        abstract="Wet sand flows.",
        summary="About sand.",
        authors=("A. Example", "B. Sample", "C. Muster"),
        ids=(Identifier("arxiv", "2401.00001"), Identifier("doi", "10.1000/x")),
        categories=("cs.LG", "cs.AI", "cond-mat.soft"),
        venue="Journal of Sand",
        status="Accept",
        date=PaperDate("2024-01-03", "submitted"),
        links=(Link("code", "https://github.com/lab/sand"),),
        sources=("aitopics", "arxiv", "bibtex"),
        provenance={
            "title": "arxiv", "abstract": "arxiv", "summary": "aitopics", "authors": "bibtex",
            "ids": "arxiv", "categories": "aitopics", "venue": "bibtex", "status": "bibtex",
            "date": "arxiv", "links": "arxiv", "version": "arxiv",
        },
        version=2,
    )  # fmt: skip


def test_versions_out_of_order() -> None:
    assert compose(1, [NEWER, ARXIV]).title == NEWER.title
    changed = replace(NEWER, abstract="Wet sand still flows.")
    assert compose(1, [NEWER, changed]).abstract == changed.abstract


def test_names_written_out_go_before_initials() -> None:
    short = replace(ENTRY, authors=("A. Example", "B. Sample"))
    assert compose(1, [short, ARXIV]).authors == ARXIV.authors
    assert compose(1, [ARXIV, short]).authors == ARXIV.authors


def test_the_status_comes_with_the_venue() -> None:
    """A status says what a venue decided: another venue's status is not this one's.

    Break to see it fail: choose status and venue apart.
    """
    rejected = replace(ENTRY, source="ris", venue="Conference of Sand", status="Reject")
    accepted = replace(ROW, status=None)
    work = compose(1, [rejected, accepted])
    assert (work.venue, work.status) == ("Some Shelf", None)
    assert compose(1, [rejected, ARXIV]).status == "Reject"


@pytest.mark.parametrize(
    ("dates", "best"),
    [
        ([("2024", "published"), ("2024-01", "month_from_id")], "2024-01"),
        ([("2024-01", "month_from_id"), ("2024-01", "published")], "published"),
        ([("2024-02-01", "listed"), ("2024-01-30", "submitted")], "2024-01-30"),
        ([("2023", "venue_year"), ("2024", "published")], "2024"),
    ],
)
def test_the_most_exact_date(dates: list[tuple[str, str]], best: str) -> None:
    records = [replace(ENTRY, key=str(n), date=PaperDate(*date)) for n, date in enumerate(dates)]
    for order in (records, records[::-1]):
        chosen = compose(1, order).date
        assert chosen is not None
        assert best in chosen


# --- The state of a paper -------------------------------------------------------------------

FIRST = replace(ARXIV, submitted_at="2024-01-03T10:00:00Z", announced_on="2024-01-05")
SECOND = replace(
    NEWER, submitted_at="2024-02-01T10:00:00Z", announced_on="2024-02-05", withdrawn=True
)
SIGNAL = replace(SECOND, abstract="Wet.", submitted_at="", announced_on="2024-02-04", links=())
"""The same version, as the feed of the day has it."""


@pytest.mark.parametrize("order", list(permutations([FIRST, SECOND, SIGNAL])))
def test_the_state_is_the_newest_version_s_in_whatever_order_it_comes(
    order: tuple[Record, ...],
) -> None:
    """Break to see it fail: take the state of the record that came last."""
    work = compose(1, order)
    assert work.version == 2
    assert work.withdrawn
    assert work.submitted_at == SECOND.submitted_at
    assert work.announced_on == "2024-01-05"
    assert work.abstract == SECOND.abstract
    for field in ("version", "submitted_at", "announced_on", "withdrawn"):
        assert work.provenance[field] == "arxiv"


def test_a_new_version_takes_a_withdrawal_back() -> None:
    third = replace(FIRST, version=3, submitted_at="")
    work = compose(1, [FIRST, SECOND, third])
    assert (work.version, work.withdrawn, work.submitted_at) == (3, False, "")


def test_without_versions_each_source_s_last_word_on_a_key_counts() -> None:
    entry = replace(ENTRY, withdrawn=True)
    assert compose(1, [ENTRY, entry]).withdrawn
    assert not compose(1, [entry, ENTRY]).withdrawn
    assert compose(1, [entry, replace(ENTRY, source="ris")]).withdrawn
    assert compose(1, [ROW, ENTRY]).version is None
    assert compose(1, [replace(ENTRY, version=4)]).version is None


NOTE = Record(
    "openreview", "abc", "Slow Flows of Sand", "A long abstract, as it was handed in.",
    authors=("Ana Example", "Bo Sample"), ids=(Identifier("openreview", "abc"),),
    categories=("sand", "flows"), venue="Conference Submission", status="submitted",
    links=(Link("code", "https://github.com/lab/wrong"), Link("data", "https://data.example")),
)  # fmt: skip
ORAL = replace(
    NOTE, title="Slow Flows", abstract="A short one.", authors=("Ana Example",),
    categories=("sand",), venue="ICLR", status="oral", links=(Link("code", "https://x.example"),),
)  # fmt: skip


@pytest.mark.parametrize("order", list(permutations([NOTE, ORAL, ARXIV])))
def test_what_a_source_has_replaced_no_longer_counts(order: tuple[Record, ...]) -> None:
    """Break to see it fail: let the longest abstract of all forms win, whichever came last."""
    work = compose(1, order)
    newest = max((NOTE, ORAL), key=order.index)
    assert (work.venue, work.status) == (newest.venue, newest.status)
    assert work.ids == tuple(dict.fromkeys(one for record in order for one in record.ids))
    assert (NOTE.links[0] in work.links) == (newest is NOTE)
    assert NOTE.links[1] in work.links  # one answer tells pages beside the paper, the next does not
    alone = compose(1, [record for record in order if record is not ARXIV])
    for field in ("title", "abstract", "authors", "venue", "status", "categories"):
        assert getattr(alone, field) == getattr(newest, field)


def test_two_sources_and_two_keys_are_two_words() -> None:
    other = replace(ORAL, key="def")
    assert compose(1, [NOTE, other]).abstract == NOTE.abstract
    assert compose(1, [NOTE, replace(ORAL, source="acl")]).abstract == NOTE.abstract


def test_what_hearsay_has_replaced_is_gone() -> None:
    """Break to see it fail: keep the pages of all that a feed ever said."""
    later = replace(HOSTILE, links=(Link("page", "https://evil.example/2"),))
    work = compose(1, [ARXIV, HOSTILE, later])
    assert work.links == later.links
    assert compose(1, [HOSTILE, later]).links == later.links


GONE = mark_deleted(NEWER, "2026-03-01")


@pytest.mark.parametrize("order", list(permutations([ARXIV, NEWER, GONE])))
def test_a_deletion_holds_until_its_version_is_seen_again(order: tuple[Record, ...]) -> None:
    """Break to see it fail: let a deletion of a version stand for ever."""
    work = compose(1, order)
    assert work.withdrawn == (order.index(GONE) > order.index(NEWER))
    again = mark_seen_again(NEWER, "2026-03-02")
    assert not compose(1, [*order, again]).withdrawn
    assert compose(1, [*order, again, mark_deleted(again, "2026-03-03")]).withdrawn
    assert not compose(1, [*order, GONE, replace(NEWER, version=3)]).withdrawn
    assert compose(1, [*order, GONE, replace(ARXIV, announced_on="2026-03-04")]).withdrawn


def test_news_is_news_only_alone() -> None:
    news = replace(ROW, kind="news", abstract="A very long piece about sand, " * 9)
    assert compose(1, [news]).kind == compose(1, [news, replace(news, key="2")]).kind == "news"
    mixed = compose(1, [news, ENTRY])
    assert (mixed.kind, mixed.title) == ("", ENTRY.title)


@pytest.mark.parametrize(
    "order", [("acl", "bibtex", "crossref", "arxiv"), ("openreview", "ris", "openalex", "demo")]
)
def test_who_knows_the_venue(order: tuple[str, ...]) -> None:
    records = [replace(ENTRY, source=name, key="", venue=name, status=None) for name in order]
    for better, worse in pairwise(records):
        assert compose(1, [worse, better]).venue == better.venue


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([ARXIV, NEWER, ENTRY, ROW, SECOND, SIGNAL]), min_size=1, max_size=6)
)
def test_every_field_has_the_source_that_it_names(records: list[Record]) -> None:
    work = compose(1, records)
    assert compose(1, [*records, *records]).title == work.title
    for field, source in work.provenance.items():
        assert getattr(work, field)
        assert any(r.source == source and getattr(r, field) for r in records)
    assert set(work.ids) == {one for record in records for one in record.ids}


HOSTILE = Record(
    "feed:evil.example", "1", "Slow Flows of Sand", "A very much longer abstract. " * 20,
    authors=("M. Allory",) * 9, ids=(*ARXIV.ids, Identifier("doi", "10.1000/sand")),
    categories=("cs.CR",), venue="Journal of Malice", status="Accept", withdrawn=True,
    date=PaperDate("2024-01-01", "submitted"), announced_on="1999-01-01", version=9,
    links=(Link("code", "https://evil.example/code"), Link("page", "https://evil.example/1")),
)  # fmt: skip


@pytest.mark.parametrize("order", [(ARXIV, HOSTILE), (HOSTILE, ARXIV)])
def test_hearsay_changes_nothing_of_a_paper_that_is_known(order: tuple[Record, ...]) -> None:
    """Break to see it fail: let `compose` choose among all records."""
    work, alone = compose(1, order), compose(1, [ARXIV])
    for field in ("title", "abstract", "authors", "categories", "venue", "status", "date"):
        assert getattr(work, field) == getattr(alone, field), field
    assert not work.withdrawn and not work.announced_on and work.version == 1
    assert work.ids == HOSTILE.ids
    assert work.links == (Link("page", "https://evil.example/1"),)
    assert set(work.sources) == {"arxiv", "feed:evil.example"}


def test_hearsay_under_another_title_adds_nothing() -> None:
    other = replace(HOSTILE, title="Buy our sand")
    work = compose(1, [ARXIV, other])
    assert (work.ids, work.links) == (ARXIV.ids, ())


def test_hearsay_alone_is_all_there_is() -> None:
    later = replace(HOSTILE, title="Slow Flows of Sand, again", authors=("M. Allory",))
    assert compose(1, [HOSTILE, later]).venue == "Journal of Malice"
