"""What readers and feeds say of papers: it joins no two papers and changes none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from broadsheet import batch as batching
from broadsheet.batch import BatchResult, encode, recompose, store_batch
from broadsheet.model import Identifier, Link, PaperDate, Record, Work
from broadsheet.ports import WorkKey
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import LATER, NOW, make_record, open_empty
from shelfmarks import Readers

FALSE_DOI = Identifier("doi", "10.1234/evil")
PAGE = Link("page", "https://evil.example/malware")
WHALES = make_record(1, source="acl", key="whales", ids=(), abstract="")
CLOUDS = make_record(2)
"""Two papers; nobody but a liar gives the first an arXiv id, and then that of the second."""
LIE = replace(
    WHALES, source="reader", key="7:bibtex:x", ids=(*CLOUDS.ids, FALSE_DOI), links=(PAGE,),
    abstract="Hacked. " * 90, venue="Journal of Malice", date=PaperDate("2023-01-02", "published"),
    extra=(("note", "hacked"),), withdrawn=True,
)  # fmt: skip
FEED_LIE = replace(LIE, source="feed:evil.example", key="x")
TAKEOUT_LIE = replace(LIE, source="takeout", key="7:abc")
LIES = [LIE, FEED_LIE, TAKEOUT_LIE]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path / "library")
    yield store
    store.close()


def take(store: SqlStore, *records: Record, room: int | None = None) -> BatchResult:
    with store.write() as transaction:
        encoded = [(each, *encode(each)) for each in records]
        return store_batch(transaction, encoded, now=NOW, room=room)


def sorted_into(store: SqlStore) -> list[list[Record]]:
    """The records of each work, the oldest work first."""
    works = sorted(work.id for part in store.iterate_works() for work in part)
    return [[each.record for each in store.get_work_records(number)] for number in works]


def facts(work: Work) -> Work:
    """What a work says, but for who is named as a source."""
    return replace(work, id=0, sources=())


# --- What joins -------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.source)
@pytest.mark.parametrize("together", [False, True])
def test_no_lie_makes_two_papers_one(tmp_path: Path, lie: Record, together: bool) -> None:
    """Break to see it fail: let `_to_candidate` describe the work of all its records."""
    again = replace(CLOUDS, version=2)
    orders = permutations([WHALES, CLOUDS, lie, again])
    for number, order in enumerate(
        each for each in orders if each.index(CLOUDS) < each.index(again)
    ):
        with closing(open_empty(tmp_path / str(number))) as store:
            for part in [order] if together else [[record] for record in order]:
                take(store, *part)
            real = [{each.source for each in work} - {lie.source} for work in sorted_into(store)]
            assert {"acl", "arxiv"} not in real, [each.source for each in order]


def test_the_real_paper_of_an_identifier_that_a_reader_gave_away(store: SqlStore) -> None:
    """The exploit: the whales gain the id of the clouds, then arXiv tells of the clouds.

    Break to see it fail: let `batch._compose` take the keys of all records."""
    take(store, WHALES, LIE)
    assert store.find_works([WorkKey(*CLOUDS.ids[0]), WorkKey(*FALSE_DOI)]) == {}
    take(store, CLOUDS)
    take(store, replace(CLOUDS, version=2))
    assert [len(work) for work in sorted_into(store)] == [2, 2]
    (number,) = store.find_works([WorkKey(*CLOUDS.ids[0])]).values()
    assert [store.get_works(number)[n].title for n in number] == [CLOUDS.title]


def test_taking_apart_and_together_again_keeps_it_so(store: SqlStore) -> None:
    """Break to see it fail: let `recompose` find works by all their records' keys."""
    take(store, WHALES, LIE)
    with store.write() as transaction:
        recompose(transaction, [1])
    assert store.find_works([WorkKey(*CLOUDS.ids[0])]) == {}


@pytest.mark.parametrize("claimed", [(), (Identifier("doi", "10.1000/clouds"),)])
def test_a_lie_keeps_no_records_apart(store: SqlStore, claimed: tuple[Identifier, ...]) -> None:
    """A liar's paper that fits the journal's record as well as arXiv's does, or better, and cannot
    be arXiv's. Break to see it fail: let `_choose` look at all matches at once."""
    journal = replace(
        CLOUDS, source="crossref", key="c", ids=(Identifier("doi", "10.1000/clouds"),)
    )
    false_id = Identifier("arxiv", "2412.09999")
    take(store, CLOUDS)
    take(store, replace(CLOUDS, source="reader", key="7:x", ids=(false_id, *claimed)))
    assert len(sorted_into(store)) == 2
    take(store, journal)
    assert {"arxiv", "crossref"} in [
        {each.source for each in work} - {"reader"} for work in sorted_into(store)
    ]


def test_a_paper_confirmed_in_a_crowd(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch may bring more lies than a work is judged by anew, and then the paper.

    Break to see it fail: leave `confirmed` out of `_join`."""
    monkeypatch.setattr(batching, "MAX_FORMS", 2)
    lies = [replace(LIE, key=f"{number}:x") for number in range(4)]
    take(store, *lies, WHALES, CLOUDS)
    assert [{each.source for each in work} for work in sorted_into(store)] == [
        {"reader", "acl"},
        {"arxiv"},
    ]


# --- What is composed -------------------------------------------------------------------------


@pytest.mark.parametrize("lie", [LIE, TAKEOUT_LIE], ids=lambda lie: lie.source)
def test_a_reader_adds_nothing_to_a_paper(lie: Record) -> None:
    """Break to see it fail: leave `drop_readers_words` out of `compose`."""
    many = [WHALES, replace(WHALES, source="ris", key="y", ids=(Identifier("doi", "10.1000/w"),))]
    for real in (many[:1], many):
        for place in range(len(real) + 1):
            records = [*real[:place], lie, *real[place:]]
            assert facts(compose(1, records)) == facts(compose(1, real))


def test_of_what_only_readers_say_the_first_holds() -> None:
    """Break to see it fail: let `drop_readers_words` keep all where there are readers only."""
    later = [replace(TAKEOUT_LIE, key="8:y"), replace(LIE, abstract="Baited, then switched.")]
    first = replace(LIE, ids=(), links=(), abstract="", withdrawn=False)
    assert facts(compose(1, [first, *later])) == facts(compose(1, [first]))


def test_a_feed_is_heard_before_a_reader() -> None:
    """Who hands a paper in a day before the journal tells of it must not have the last word."""
    feed = replace(FEED_LIE, abstract="As the journal has it.")
    assert facts(compose(1, [LIE, feed])) == facts(compose(1, [feed]))


def arrivals() -> list[Sequence[Record]]:
    by_id = replace(CLOUDS, source="reader", key="7:y", title="What clouds weigh", authors=())
    by_title = replace(CLOUDS, source="reader", key="7:y", ids=(FALSE_DOI,), links=(PAGE,))
    return [(by_id, CLOUDS), (by_title, CLOUDS), (LIE, WHALES)]


@pytest.mark.parametrize(("lie", "real"), arrivals())
def test_when_the_real_one_arrives_it_decides(store: SqlStore, lie: Record, real: Record) -> None:
    """Break to see it fail: let `drop_readers_words` keep the first record always."""
    take(store, lie)
    result = take(store, real)
    assert [len(work) for work in sorted_into(store)] == [2]
    assert facts(result.works[0]) == facts(compose(1, [real]))
    keys = [WorkKey(*FALSE_DOI), *(WorkKey(*each) for each in real.ids)]
    assert set(store.find_works(keys)) == {WorkKey(*each) for each in real.ids}


# --- How much ---------------------------------------------------------------------------------


def test_room_is_for_new_papers_only(store: SqlStore) -> None:
    """Break to see it fail: count joins against `_room`, too."""
    take(store, CLOUDS)
    known = replace(CLOUDS, source="reader", key="7:k", ids=(), summary="s")
    new = [replace(make_record(n), source="reader", key=f"7:{n}") for n in range(10, 14)]
    result = take(store, known, *new[:3], replace(known, key="7:l"), new[3], room=2)
    assert (result.new_works, result.left_out, result.added) == (2, 2, 4)
    with store.write() as transaction:
        assert transaction.count_begun(7, since=NOW.replace(hour=7)) == 2
        assert transaction.count_begun(7, since=LATER) == 0
        assert transaction.count_begun(77, since=NOW.replace(hour=7)) == 0


def test_a_name_that_a_reader_claims_leads_to_the_paper(readers: Readers) -> None:
    """Break to see it fail: let `Library.get_work` take the first that it finds."""
    name = Identifier("doi", "10.1000/clouds")
    false = replace(CLOUDS, source="reader", key="7:x", title="Buy our pills", ids=(name,))
    false = replace(false, authors=("Eve Evil",))
    real = replace(CLOUDS, source="crossref", key="c", ids=(name,))
    take(readers.store, false)
    take(readers.store, real)
    assert readers.library.get_work(name.value).title == CLOUDS.title
