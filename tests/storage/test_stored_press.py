"""What was announced and measured, what papers stand by, and editions that never change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from community import add_readers, vote
from filling import Opener, fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.people import Announced, Measured
from broadsheet.sources import Announcement, Item, Measure
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting

DAY = date(2026, 3, 1)
NEXT = DAY + timedelta(days=1)


def key_of(number: int) -> str:
    return make_record(number).key


def measure(store: SqlStore, source: str, key: str, now: datetime = NOW, **values: float) -> None:
    with store.write() as writing:
        told = [Measure(key, name.replace("_", " "), value) for name, value in values.items()]
        writing.add_measures(source, told, now=now)


# --- Announced --------------------------------------------------------------------------------


def test_what_was_announced_and_is_here(store: SqlStore) -> None:
    """By day, source and position; what has not arrived, or left no record, is not told of.

    Break to see it fail: join each record of a paper instead of its newest.
    """
    one, two, three = fill(
        store,
        [make_record(1), make_record(1, version=2)],
        [make_record(2)],
        [make_record(3, source="feed:blog.example", key="https://blog.example/3")],
    )
    told = [
        Announcement("cs.LG", DAY, key_of(2), "new", 1, position=2),
        Announcement("cs.LG", DAY, key_of(1), "cross", 1, position=1),
        Announcement("cs.LG", DAY, key_of(7), "new", 1, position=3),
        Announcement("cs.LG", DAY, key_of(8), "new", 1, position=4),
        Announcement("cs.LG", NEXT, key_of(1), "replace", 2, position=1),
    ]
    post = Announcement("posts", DAY, "https://blog.example/3", "listed", 0)
    with store.write() as writing:
        writing.add_announcements("arxiv", told, now=NOW)
        writing.put_items("arxiv", [Item(key_of(1), 2), Item(key_of(2), 1)], now=LATER)
        writing.put_items("arxiv", [Item(key_of(8), 1)], now=LATER)
        writing.add_announcements("blog.example", [post], now=NOW)
        writing.put_items("blog.example", [Item(post.key)], now=NOW)
    first = [
        Announced(one, "arxiv", "cs.LG", DAY, "cross", 1, LATER),
        Announced(two, "arxiv", "cs.LG", DAY, "new", 2, LATER),
        Announced(three, "blog.example", "posts", DAY, "listed", 0, NOW),
    ]
    with counting(store) as asked:
        assert store.get_announced(DAY, DAY) == first
    assert len(asked) == 1
    second = Announced(one, "arxiv", "cs.LG", NEXT, "replace", 1, LATER)
    assert store.get_announced(DAY, NEXT) == [*first, second]
    with store.write() as writing:
        writing.merge_works(two, one, reason="the same", now=LATER)
    assert [each.work_id for each in store.get_announced(DAY, NEXT)] == [two, two, three, two]


def test_what_was_announced_is_the_paper_of_the_newest_version(store: SqlStore) -> None:
    """After a split, one paper only is announced. Break to see it fail: take the oldest record."""
    [one] = fill(store, [make_record(1), make_record(1, version=2)])
    with store.write() as writing:
        told = Announcement("cs.LG", DAY, key_of(1), "new", 1)
        writing.add_announcements("arxiv", [told], now=NOW)
        writing.put_items("arxiv", [Item(key_of(1), 2)], now=NOW)
        [new] = writing.reserve_work_ids(1)
        writing.split_records([2], new_id=new, reason="two papers", now=NOW)
    assert [each.work_id for each in store.get_announced(DAY, DAY)] == [new]


@pytest.mark.parametrize("day", [date.min, date(1991, 8, 14), date(2300, 1, 1), date.max])
def test_a_day_far_from_now(store: SqlStore, day: date) -> None:
    assert store.get_announced(day, day) == []


# --- Measured ---------------------------------------------------------------------------------


def test_measures_over_time(store: SqlStore) -> None:
    one, two = fill(store, [make_record(1), make_record(1, version=2)], [make_record(2)])
    measure(store, "arxiv", key_of(1), NOW, upvotes=3, comments=1)
    measure(store, "arxiv", key_of(2), NOW + timedelta(hours=1), upvotes=9)
    measure(store, "arxiv", key_of(1), LATER, upvotes=5)
    measure(store, "arxiv", key_of(3), LATER, upvotes=5)
    at = NOW + timedelta(hours=1)
    series = [
        Measured(one, "arxiv comments", NOW, 1),
        Measured(one, "arxiv upvotes", NOW, 3),
        Measured(two, "arxiv upvotes", at, 9),
        Measured(one, "arxiv upvotes", LATER, 5),
    ]
    with counting(store) as asked:
        assert store.get_measured([one, two, 99]) == series
    assert len(asked) == 1
    assert store.get_measured([two]) == series[2:3]
    assert store.get_measured_since(at) == series[2:]
    assert store.get_measured_since(LATER + timedelta(seconds=1)) == []
    with store.write() as writing:
        writing.merge_works(two, one, reason="the same", now=LATER)
    assert {each.work_id for each in store.get_measured([one])} == {two}
    assert store.get_measured([one, two]) == store.get_measured([two])


# --- Standing ---------------------------------------------------------------------------------


def test_standing_by_votes_adds_the_best_list_to_our_own(store: SqlStore) -> None:
    """The last number of a list, not its greatest; the greatest list, not their sum.

    Break to see it fail: take the greatest number of each series.
    """
    listed = make_record(1, source="huggingface", key="hf")
    one, two, three = fill(store, [make_record(1), listed], [make_record(2)], [make_record(3)])
    measure(store, "arxiv", key_of(1), NOW, upvotes=90, comments=500)
    measure(store, "arxiv", key_of(1), LATER, upvotes=4)
    measure(store, "huggingface", "hf", NOW, github_upvotes=7)
    ada, bo = add_readers(store, "ada", "bo")
    vote(store, ada, one, two)
    vote(store, bo, one)
    assert store.get_standing("votes") == {one: 9, two: 1}
    measure(store, "arxiv", key_of(3), NOW, citations=12, influential_citations=400)
    measure(store, "arxiv", key_of(3), LATER, citations=11)
    assert store.get_standing("citations") == {three: 11}


def test_standing_follows_merges_and_splits(store: SqlStore) -> None:
    """Break to see it fail: leave `refresh_standing` out of `merge` or `split`."""
    one, two = fill(store, [make_record(1)], [make_record(2)])
    measure(store, "arxiv", key_of(1), upvotes=3)
    measure(store, "arxiv", key_of(2), upvotes=5)
    with store.write() as writing:
        writing.merge_works(one, two, reason="the same", now=NOW)
    assert store.get_standing("votes") == {one: 5}
    with store.write() as writing:
        [new] = writing.reserve_work_ids(1)
        writing.split_records([2], new_id=new, reason="two papers", now=LATER)
    assert store.get_standing("votes") == {one: 3, new: 5}


def test_a_measure_that_came_before_its_paper_counts_when_it_comes_again(store: SqlStore) -> None:
    """Break to see it fail: refresh only where the value differs."""
    measure(store, "arxiv", key_of(1), upvotes=3)
    assert store.get_standing("votes") == {}
    [one] = fill(store, [make_record(1)])
    measure(store, "arxiv", key_of(1), LATER, upvotes=3)
    assert store.get_standing("votes") == {one: 3}


def test_the_stamp_grows_with_all_that_changes_a_standing(store: SqlStore) -> None:
    """Break to see it fail: leave `grow_stamp` out anywhere."""
    [number] = fill(store, [make_record(1)])
    [ada] = add_readers(store, "ada")

    def retract() -> None:
        with store.write() as writing:
            writing.drop_vote(number, ada)

    def erase() -> None:
        with store.write() as writing:
            writing.erase_reader(ada)

    acts: list[Callable[[], None]] = [
        lambda: vote(store, ada, number),
        retract,
        lambda: measure(store, "arxiv", key_of(1), citations=1),
        erase,
    ]
    for act in acts:
        before = store.standing_stamp()
        act()
        with counting(store) as asked:
            assert store.standing_stamp() > before
        assert len(asked) == 1
    before = store.standing_stamp()
    fill(store, [make_record(2)])
    assert store.standing_stamp() == before


# --- Editions ---------------------------------------------------------------------------------


def make_edition(day: date = DAY, *work_ids: int, **changes: object) -> Edition:
    entries = tuple(Entry(place, number, "T") for place, number in enumerate(work_ids, 1))
    sections = (Section("top", "Top", entries), Section("more", "More", entries[:1]))
    edition = Edition(Scope.DAY, day.isoformat(), day, day, NOW, sections=sections)
    return replace(edition, **changes)  # type: ignore[arg-type]


def test_what_is_printed_never_changes(store: SqlStore) -> None:
    """Break to see it fail: replace the row whenever an edition comes."""
    [number] = fill(store, [make_record(1)])
    proof = make_edition(DAY, number, receipt="912 announced, 911 here")
    with store.write() as writing:
        assert not writing.is_printed(proof)
        first = writing.print_edition(proof)
        assert first == replace(proof, number=1)
        assert writing.is_printed(replace(proof, number=0, receipt="another"))
        for other in ({"scope": Scope.WEEK}, {"reader_id": 1}, {"name": NEXT.isoformat()}):
            assert not writing.is_printed(replace(proof, **other))
        again = writing.print_edition(replace(proof, receipt="another", made_at=LATER))
        assert again == first
        assert writing.print_edition(make_edition(NEXT)).number == 2
    kept = store.get_edition(Scope.DAY, "2026-03-01")
    assert kept == first
    assert kept.to_json() == first.to_json()
    assert store.get_edition(Scope.WEEK, "2026-03-01") is None


def test_each_scope_and_reader_counts_for_itself(store: SqlStore) -> None:
    ada, bo = add_readers(store, "ada", "bo")
    with store.write() as writing:
        for scope, reader_id in ((Scope.DAY, 0), (Scope.READER, ada), (Scope.READER, bo)):
            for number, day in enumerate((NEXT, DAY), 1):
                made = make_edition(day, scope=scope, reader_id=reader_id)
                assert writing.print_edition(made).number == number
    assert store.get_edition_names(Scope.READER, reader_id=ada) == ["2026-03-02", "2026-03-01"]
    assert store.get_edition_names(Scope.DAY, limit=1) == ["2026-03-02"]
    assert store.get_edition_names(Scope.DAY, until="2026-03-02", limit=1) == ["2026-03-02"]
    assert store.get_edition_names(Scope.DAY, until="2026-03-01") == ["2026-03-01"]
    assert store.get_edition_names(Scope.READER, reader_id=bo, until="2026-02-28") == []
    assert store.get_edition_names(Scope.MONTH) == []
    found = store.get_edition(Scope.READER, "2026-03-02", reader_id=bo)
    assert found and found.reader_id == bo


def test_in_which_edition_a_paper_was_first(store: SqlStore) -> None:
    one, two, three = fill(store, *([make_record(number)] for number in range(3)))
    with store.write() as writing:
        writing.print_edition(make_edition(NEXT, one, two))
        writing.print_edition(make_edition(DAY, one))
        writing.print_edition(make_edition(DAY, three, scope=Scope.WEEK, name="2026-W09"))
    names = store.find_printed([one, two, three, 99], Scope.DAY)
    assert names == {one: "2026-03-01", two: "2026-03-02"}
    assert store.find_printed([one, three], Scope.WEEK) == {three: "2026-W09"}
    assert store.find_printed([one], Scope.DAY, reader_id=1) == {}


def test_two_presses_at_once_print_one_edition(open_store: Opener, store: SqlStore) -> None:
    """And two readers at once both vote. Every thread has a store of its own, as processes do.

    Break to see it fail: decide whether an edition is there before the transaction begins.
    """
    [number] = fill(store, [make_record(1)])
    readers = add_readers(store, *(f"reader{place}" for place in range(6)))
    printed: list[Edition] = []
    stores = [open_store(create=False) for _ in readers]

    def work(own: SqlStore, reader_id: int) -> None:
        own._lock._wait = 10.0
        vote(own, reader_id, number)
        with own.write() as writing:
            edition = make_edition(DAY, number, receipt=f"by {reader_id}")
            printed.append(writing.print_edition(edition))

    threads = [Thread(target=work, args=pair) for pair in zip(stores, readers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(printed) == len(readers)
    assert {each.to_json() for each in printed} == {printed[0].to_json()}
    assert store.get_edition(Scope.DAY, "2026-03-01") == printed[0]
    assert store.get_votes([number])[number].count == len(readers)
