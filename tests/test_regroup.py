"""Merges and splits of an export, done again where it is read, however that library stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.batch import encode, store_batch
from broadsheet.ingest import merge_works, split_work
from broadsheet.model import Grouping, Identifier, Record, content_hash
from broadsheet.regroup import AS_EXPORTED, Regrouped, regroup
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record, open_empty

PAPERS = {number: make_record(number) for number in range(1, 6)}
NUMBERS = {record.to_json(): number for number, record in PAPERS.items()}


def digests(*numbers: int) -> tuple[bytes, ...]:
    return tuple(content_hash(PAPERS[number].to_json()) for number in numbers)


def take(store: SqlStore, *records: Record) -> None:
    with store.write() as transaction:
        store_batch(transaction, [(each, *encode(each)) for each in records], now=NOW)


def groups(store: SqlStore) -> set[frozenset[int]]:
    """The works, as sets of the numbers of their papers."""
    works = [work.id for batch in store.iterate_works() for work in batch]
    return {
        frozenset(NUMBERS[each.record.to_json()] for each in store.get_work_records(number))
        for number in works
    }


def apart(store: SqlStore, *numbers: int) -> dict[int, frozenset[int]]:
    with store.write() as transaction:
        return dict(transaction.find_barred(numbers))


def sets(*numbers: tuple[int, ...]) -> set[frozenset[int]]:
    return set(map(frozenset, numbers))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path / "library")
    take(store, *PAPERS.values())
    yield store
    store.close()


def test_nothing_told_changes_nothing(store: SqlStore) -> None:
    before = store.last_change()
    assert regroup(store, [], now=NOW) == Regrouped(0, 0)
    assert regroup(store, [Grouping(())], now=NOW) == Regrouped(0, 0)
    assert store.last_change() == before


def test_records_that_are_not_here_are_passed_over(store: SqlStore) -> None:
    strangers = Grouping(((b"?" * 16, b"!" * 16), (b"." * 16,)), ((0, 1),))
    assert regroup(store, [strangers], now=NOW) == Regrouped(0, 0)
    assert groups(store) == sets((1,), (2,), (3,), (4,), (5,))
    half = Grouping(((b"?" * 16, *digests(2)),))
    assert regroup(store, [half], now=NOW) == Regrouped(0, 0)


def test_a_merge_is_done_again_under_the_oldest_number(store: SqlStore) -> None:
    assert regroup(store, [Grouping((digests(4, 2, 3),))], now=NOW) == Regrouped(2, 0)
    assert groups(store) == sets((1,), (2, 3, 4), (5,))
    assert [store.resolve(number) for number in (2, 3, 4)] == [2, 2, 2]
    assert {event.reason for event in store.get_history(2)} == {AS_EXPORTED}
    assert store.check() == []


def test_the_merged_work_is_found_by_all_its_keys(store: SqlStore) -> None:
    """Break to see it fail: leave `recompose` out; the work then lacks what the other brought."""
    regroup(store, [Grouping((digests(2, 3),))], now=NOW)
    [work] = store.get_works([2]).values()
    assert set(work.ids) == {*PAPERS[2].ids, *PAPERS[3].ids}
    extra = make_record(3, source="ris", key="r")
    take(store, extra)
    assert [each.record for each in store.get_work_records(2)][-1] == extra


def test_works_kept_apart_are_barred(store: SqlStore) -> None:
    told = Grouping((digests(1), digests(2)), ((0, 1),))
    assert regroup(store, [told], now=NOW) == Regrouped(0, 0)
    assert apart(store, 1, 2) == {1: frozenset({2}), 2: frozenset({1})}
    bridge = make_record(1, source="ris", key="r", ids=(*PAPERS[1].ids, *PAPERS[2].ids))
    take(store, bridge)
    assert store.resolve(2) == 2


def test_a_split_is_done_again(tmp_path: Path) -> None:
    """One record joined both papers by itself here; the export says that they are two."""
    store = open_empty(tmp_path / "joined")
    both = make_record(2, ids=(*PAPERS[1].ids, *PAPERS[2].ids), key="both", source="ris")
    take(store, PAPERS[1], both)
    assert store.get_counts()["works"] == 1
    told = Grouping((digests(1), (content_hash(both.to_json()),)), ((0, 1),))
    assert regroup(store, [told], now=LATER) == Regrouped(0, 1)
    assert store.get_counts()["works"] == 2
    [other] = {work.id for part in store.iterate_works() for work in part} - {1}
    assert apart(store, 1) == {1: frozenset({other})}
    assert store.check() == []
    store.close()


def test_twice_is_once(store: SqlStore) -> None:
    told = [Grouping((digests(1, 2), digests(3)), ((0, 1),)), Grouping((digests(4, 5),))]
    assert regroup(store, told, now=NOW) == Regrouped(2, 0)
    before = (groups(store), store.last_change(), store.get_groupings())
    assert regroup(store, told, now=LATER) == Regrouped(0, 0)
    assert (groups(store), store.get_groupings()) == (before[0], before[2])


def test_what_a_person_split_here_is_not_merged(store: SqlStore) -> None:
    """Break to see it fail: do not ask `find_barred` in `bring_together`."""
    merge_works(store, 1, 2, reason="by hand", now=NOW)
    new = split_work(store, 1, [2], reason="two after all", now=LATER)
    assert regroup(store, [Grouping((digests(1, 2),))], now=LATER) == Regrouped(0, 0)
    assert apart(store, 1) == {1: frozenset({new})}
    assert sets((1,), (2,)) <= groups(store)


def test_what_a_person_merged_here_is_not_taken_apart(store: SqlStore) -> None:
    """Break to see it fail: let `_was_merged_by_hand` be false."""
    merge_works(store, 1, 2, reason="by hand", now=LATER)
    told = Grouping((digests(1), digests(2)), ((0, 1),))
    assert regroup(store, [told], now=LATER) == Regrouped(0, 0)
    assert frozenset({1, 2}) in groups(store)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_works_in_a_grouping_does_not_matter(
    store: SqlStore, order: tuple[int, ...]
) -> None:
    parts = (digests(1, 2), digests(3), digests(4, 5))
    place = {each: at for at, each in enumerate(order)}
    bars = tuple(sorted((min(place[0], place[n]), max(place[0], place[n])) for n in (1, 2)))
    told = Grouping(tuple(parts[each] for each in order), bars)
    assert regroup(store, [told], now=NOW) == Regrouped(2, 0)
    assert groups(store) == sets((1, 2), (3,), (4, 5))
    assert apart(store, 1) == {1: frozenset({3, 4})}


ACTS = st.lists(
    st.tuples(st.booleans(), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=6
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_a_library_is_grouped_as_the_one_it_was_exported_from(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[bool, int, int]]
) -> None:
    """Whatever a person merged and split there: the same works and bars come out here."""
    folder = tmp_path_factory.mktemp("regroup")
    there, here = open_empty(folder / "there"), open_empty(folder / "here")
    for store in (there, here):
        take(store, *PAPERS.values())
    for merges, one, other in acts:
        kept, gone = there.resolve(one), there.resolve(other)
        assert kept and gone
        if merges and kept != gone:
            merge_works(there, kept, gone, reason="by hand", now=NOW)
        elif not merges and len(there.get_work_records(kept)) > 1:
            [first, *_] = there.get_work_records(kept)
            split_work(there, kept, [first.id], reason="two", now=LATER)
    regroup(here, there.get_groupings(), now=LATER)
    assert groups(here) == groups(there)
    assert len(here.get_groupings()) == len(there.get_groupings())
    assert here.check() == []
    for store in (there, here):
        store.close()


def test_identifiers_do_not_undo_what_was_grouped(store: SqlStore) -> None:
    told = Grouping((digests(1), digests(2)), ((0, 1),))
    regroup(store, [told], now=NOW)
    doi = Identifier("doi", "10.5555/both")
    for number in (1, 2):
        take(store, make_record(number, source="ris", key=f"r{number}", ids=(doi,)))
    assert store.get_counts()["works"] == 5
