"""The change log as an index follows it: one entry a work, in order, and no number twice."""

from __future__ import annotations

import pytest
from filling import Opener, fill, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.model import Act
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import NOW, make_record, open_empty


def put_again(store: SqlStore, *numbers: int) -> None:
    with store.write() as writing:
        works = store.get_works(numbers)
        writing.put_works([(works[number], ()) for number in numbers])


def test_an_empty_library_has_no_changes(store: SqlStore) -> None:
    assert store.last_change() == 0
    assert list(store.changes(0, 100)) == []


def test_the_log_is_read_in_pages(store: SqlStore) -> None:
    numbers = fill(store, *([make_record(number)] for number in range(7)))
    pages, after = [], 0
    while page := store.changes(after, 3):
        pages.append([change.work_id for change in page])
        after = page[-1].seq
    assert pages == [numbers[:3], numbers[3:6], numbers[6:]]
    assert after == store.last_change()


def test_nothing_is_given_twice_to_who_reads_while_others_write(store: SqlStore) -> None:
    """A work that changes between two pages comes once more, at the end, and never in between."""
    one, two, three = fill(store, *([make_record(number)] for number in range(3)))
    first = store.changes(0, 2)
    put_again(store, one)
    rest = store.changes(first[-1].seq, 9)
    assert [change.work_id for change in (*first, *rest)] == [one, two, three, one]


def test_a_number_is_not_used_again_when_its_entry_is_replaced(store: SqlStore) -> None:
    """Break to see it fail: make `seq` a plain primary key, without AUTOINCREMENT.

    The only entry goes and comes back; an index that stands at the old number must see the new.
    """
    [one] = fill(store, [make_record(1)])
    seen = []
    for _ in range(4):
        seen.append(store.last_change())
        put_again(store, one)
    assert seen == sorted(set(seen))
    [entry] = store.changes(seen[-1], 9)
    assert (entry.work_id, entry.act) == (one, Act.PUT)


def test_numbers_of_a_block_that_failed_are_not_seen(store: SqlStore) -> None:
    [one] = fill(store, [make_record(1)])
    before = store.last_change()
    with pytest.raises(ZeroDivisionError), store.write() as writing:
        put(writing, [make_record(2)])
        assert writing.last_change() > before
        raise ZeroDivisionError
    assert store.last_change() == before
    assert [change.work_id for change in store.changes(0, 9)] == [one]


def test_a_merge_is_told_after_what_it_changes(store: SqlStore) -> None:
    """Who stands at the old end of the log learns of both works, the gone one last."""
    one, two = fill(store, [make_record(1)], [make_record(2)])
    before = store.last_change()
    with store.write() as writing:
        writing.merge_works(one, two, reason="same DOI", now=NOW)
        assert writing.last_change() > before
    told = store.changes(before, 9)
    assert [(change.work_id, change.act) for change in told] == [
        (one, Act.PUT),
        (two, Act.DELETE),
    ]


def test_the_log_outlives_the_process(open_store: Opener) -> None:
    store = open_store()
    fill(store, [make_record(1)], [make_record(2)])
    put_again(store, 1)
    expected = list(store.changes(0, 9))
    store.close()
    store = open_store()
    assert list(store.changes(0, 9)) == expected
    fill(store, [make_record(3)])
    assert store.last_change() > expected[-1].seq


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(st.sets(st.integers(1, 5), min_size=1), max_size=8))
def test_however_often_works_change_each_has_one_entry(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[set[int]]
) -> None:
    """Break to see it fail: log without deleting what was logged of a work before."""
    store = open_empty(tmp_path_factory.mktemp("changes"))
    fill(store, *([make_record(number)] for number in range(5)))
    last, order = store.last_change(), [1, 2, 3, 4, 5]
    for numbers in rounds:
        put_again(store, *sorted(numbers))
        order = [each for each in order if each not in numbers] + sorted(numbers)
        assert store.last_change() > last
        last = store.last_change()
    changes = store.changes(0, 99)
    assert [change.work_id for change in changes] == order
    assert changes[-1].seq == last
    store.close()


def test_a_work_that_is_put_twice_in_one_block_has_one_entry(store: SqlStore) -> None:
    record = make_record(1)
    with store.write() as writing:
        [number] = put(writing, [record])
        writing.put_works([(compose(number, [record]), ())])
    assert [change.work_id for change in store.changes(0, 9)] == [number]
    assert store.check() == []
