"""Numbers over time, and the papers that an enricher is asked about."""

from __future__ import annotations

from datetime import timedelta

from filling import fill

from broadsheet.model import Identifier
from broadsheet.sources import Measure
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record

DOI = Identifier("doi", "10.1000/x")


def test_a_series_grows_only_where_the_value_changes(store: SqlStore) -> None:
    """Break to see it fail: append whatever comes."""
    [number] = fill(store, [make_record(1)])
    key, other = make_record(1).key, make_record(2).key
    with store.write() as writing:
        for day, value in enumerate((3, 3, 5, 3)):
            said = [Measure(key, "upvotes", value), Measure(other, "upvotes", day)]
            writing.add_measures("arxiv", said, now=NOW + timedelta(days=day))
        writing.add_measures("ris", [Measure(key, "upvotes", 9)], now=NOW)
        writing.add_measures("arxiv", [Measure(key, "x", float("nan"))], now=NOW)
    days = [NOW + timedelta(days=day) for day in (0, 2, 3)]
    assert store.get_series(number) == {
        "arxiv upvotes": tuple(zip(days, (3.0, 5.0, 3.0), strict=True))
    }


def test_the_last_word_of_a_moment_holds(store: SqlStore) -> None:
    [number] = fill(store, [make_record(1)])
    key = make_record(1).key
    with store.write() as writing:
        for values in ((1, 2), (4,)):
            writing.add_measures("arxiv", [Measure(key, "n", each) for each in values], now=NOW)
    assert store.get_series(number) == {"arxiv n": ((NOW, 4.0),)}


def test_a_series_follows_merges(store: SqlStore) -> None:
    records = [make_record(1), make_record(1, source="huggingface", title="Changed")]
    one, two = fill(store, *([record] for record in records))
    with store.write() as writing:
        for at in (NOW, LATER):
            for record in records:
                said = [Measure(record.key, "comments", at.day)]
                writing.add_measures(record.source, said, now=at)
        writing.merge_works(one, two, reason="the same", now=NOW)
    assert list(store.get_series(one)) == ["arxiv comments", "huggingface comments"]
    assert store.get_series(two) == store.get_series(one)
    assert store.get_series(99) == {}


def test_papers_with_an_identifier_are_found_in_order(store: SqlStore) -> None:
    """Break to see it fail: end the walk where a page of candidates had no real one."""
    bare = make_record(0, ids=(), key="bare", extra=(("doi", "no identifier"),))
    records = [
        bare,
        make_record(1, ids=(DOI, Identifier("arxiv", "2401.1"))),
        make_record(0, ids=(), key="bare too", extra=bare.extra),
        make_record(2, ids=(Identifier("pmid", "7"),)),
        make_record(3, ids=(DOI,), kind="news"),
        make_record(4, ids=(Identifier("doi", "10.1000/y"), DOI)),
    ]
    fill(store, *([record] for record in records))
    wanted = [(2, Identifier("arxiv", "2401.1")), (6, Identifier("doi", "10.1000/y"))]
    schemes = ("arxiv", "doi")
    assert store.find_enrichable(schemes, after=0, limit=10) == wanted
    assert store.find_enrichable(schemes, after=0, limit=1) == wanted[:1]
    assert store.find_enrichable(schemes, after=2, limit=1) == wanted[1:]
    assert store.find_enrichable(schemes, after=6, limit=1) == []
    assert store.find_enrichable((), after=0, limit=1) == []
