"""What an export can tell of merges and splits."""

from __future__ import annotations

from filling import fill, new_record

from broadsheet.model import Grouping, content_hash
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record


def digest(number: int) -> bytes:
    return content_hash(make_record(number).to_json())


def split(store: SqlStore, *record_ids: int) -> int:
    with store.write() as writing:
        [new] = writing.reserve_work_ids(1)
        writing.split_records(record_ids, new_id=new, reason="two papers", now=LATER)
        return new


def merge(store: SqlStore, kept: int, gone: int) -> None:
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="same DOI", now=NOW)


def test_works_that_nobody_touched_are_not_told_of(store: SqlStore) -> None:
    """Not even those with several records: whoever imports them joins them again."""
    [number] = fill(store, [make_record(1), make_record(2)])
    with store.write() as writing:
        writing.add_records([new_record(number, make_record(3), "ris x: same DOI")], now=LATER)
    assert store.get_groupings() == []


def test_a_merge_is_one_work(store: SqlStore) -> None:
    one, two, _ = fill(store, [make_record(1)], [make_record(2)], [make_record(3)])
    merge(store, one, two)
    assert store.get_groupings() == [Grouping(((digest(1), digest(2)),))]


def test_a_split_is_two_works_and_a_pair(store: SqlStore) -> None:
    fill(store, [make_record(1), make_record(2)], [make_record(3)])
    split(store, 2)
    assert store.get_groupings() == [Grouping(((digest(1),), (digest(2),)), ((0, 1),))]


def test_works_that_were_never_one_may_be_barred(store: SqlStore) -> None:
    one, two = fill(store, [make_record(1)], [make_record(2)])
    with store.write() as writing:
        writing.bar_works(two, one, reason="as exported", now=NOW)
    assert store.get_groupings() == [Grouping(((digest(1),), (digest(2),)), ((0, 1),))]
    assert [(e.act, e.other_id) for e in store.get_history(one)] == [("split", two)]
    assert [(e.act, e.other_id) for e in store.get_history(two)] == [("split", one)]


def test_works_that_bars_connect_are_one_grouping(store: SqlStore) -> None:
    """Break to see it fail: give every pair a grouping of its own; a record is then in two."""
    fill(store, [make_record(1), make_record(2), make_record(3)])
    split(store, 2)
    split(store, 3)
    [grouping] = store.get_groupings()
    assert grouping.works == ((digest(1),), (digest(2),), (digest(3),))
    assert grouping.split == ((0, 1), (0, 2))


def test_two_families_are_two_groupings(store: SqlStore) -> None:
    numbers = fill(store, [make_record(1), make_record(2)], [make_record(3)], [make_record(4)])
    split(store, 2)
    merge(store, numbers[1], numbers[2])
    groupings = store.get_groupings()
    assert sorted(groupings, key=lambda each: len(each.works)) == [
        Grouping(((digest(3), digest(4)),)),
        Grouping(((digest(1),), (digest(2),)), ((0, 1),)),
    ]
    told = [each for grouping in groupings for work in grouping.works for each in work]
    assert len(told) == len(set(told)) == 4


def test_who_merges_again_what_was_split_leaves_no_bar(store: SqlStore) -> None:
    [one] = fill(store, [make_record(1), make_record(2)])
    merge(store, one, split(store, 2))
    assert store.get_groupings() == [Grouping(((digest(1), digest(2)),))]
