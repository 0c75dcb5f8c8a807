"""Merging, splitting, redirects and bars; then any sequence of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from filling import fill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.model import Act
from broadsheet.ports import WorkKey
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import LATER, NOW, make_record, open_empty


def merge(store: SqlStore, kept: int, gone: int, reason: str = "same DOI") -> None:
    with store.write() as writing:
        writing.merge_works(kept, gone, reason=reason, now=NOW)


def split(store: SqlStore, record_ids: Sequence[int]) -> int:
    with store.write() as writing:
        [new_id] = writing.reserve_work_ids(1)
        writing.split_records(record_ids, new_id=new_id, reason="two papers", now=LATER)
        return new_id


def barred(store: SqlStore, *numbers: int) -> dict[int, frozenset[int]]:
    with store.write() as writing:
        return dict(writing.find_barred(numbers))


def test_a_merged_work_leads_to_what_it_became(store: SqlStore) -> None:
    one, two, three = fill(store, *([make_record(number)] for number in (1, 2, 3)))
    merge(store, two, three)
    merge(store, one, two)
    assert [store.resolve(number) for number in (one, two, three, 99)] == [one, one, one, None]
    expected = compose(one, [make_record(number) for number in (1, 2, 3)])
    assert store.get_works([three, one, 99]) == {three: expected, one: expected}
    assert store.get_counts()["works"] == 1
    assert store.check() == []


def test_keys_changes_and_history_follow_a_merge(store: SqlStore) -> None:
    one, two = fill(store, [make_record(1)], [make_record(2), make_record(1, source="ris")])
    merge(store, one, two, "same arXiv id")
    keys = [WorkKey(*make_record(number).ids[0]) for number in (1, 2)]
    assert store.find_works(keys) == {key: [one] for key in keys}
    assert {(c.work_id, c.act) for c in store.changes(0, 9)} == {(one, Act.PUT), (two, Act.DELETE)}
    assert store.changes(0, 9)[0].seq > 2
    [told] = store.get_history(one)
    assert (told.at, told.act, told.other_id, told.reason) == (NOW, "merge", two, "same arXiv id")


def test_what_cannot_be_merged(store: SqlStore) -> None:
    one, two, three = fill(store, *([make_record(number)] for number in (1, 2, 3)))
    merge(store, one, two)
    with pytest.raises(NotFoundError):
        merge(store, three, two)
    with pytest.raises(NotFoundError):
        merge(store, 99, three)
    with pytest.raises(ConflictError, match="with itself"):
        merge(store, one, one)


def test_a_split_bars_both_ways_and_is_told_on_both_sides(store: SqlStore) -> None:
    [one] = fill(store, [make_record(1), make_record(2)])
    new = split(store, [2])
    assert barred(store, one, new) == {one: {new}, new: {one}}
    assert store.get_works([new])[new].title == make_record(2).title
    assert store.get_works([one])[one].title == make_record(1).title
    assert [(e.act, e.other_id) for e in store.get_history(one)] == [("split", new)]
    assert [(e.act, e.other_id) for e in store.get_history(new)] == [("split", one)]
    assert {c.work_id for c in store.changes(1, 9)} == {one, new}


def test_what_cannot_be_split(store: SqlStore) -> None:
    fill(store, [make_record(1), make_record(2)], [make_record(3)])
    refused: list[tuple[list[int], str]] = [
        ([1, 2], "must keep a record"),
        ([2, 3], "of one paper"),
        ([], "of one paper"),
    ]
    for record_ids, words in refused:
        with pytest.raises(ConflictError, match=words):
            split(store, record_ids)
    assert store.get_counts()["works"] == 2


def test_bars_go_where_a_work_goes(store: SqlStore) -> None:
    """Break to see it fail: leave the bars of `gone` where they are."""
    [one] = fill(store, [make_record(1), make_record(2)])
    [other] = fill(store, [make_record(3)])
    new = split(store, [2])
    merge(store, other, new)
    assert barred(store, one, other, new) == {one: {other}, other: {one}}


def test_who_merges_by_hand_what_was_split_lifts_the_bar(store: SqlStore) -> None:
    [one] = fill(store, [make_record(1), make_record(2)])
    merge(store, one, split(store, [2]))
    assert barred(store, one) == {}


ACTS = st.lists(
    st.tuples(st.sampled_from(["merge", "split"]), st.integers(0, 9), st.integers(0, 9)),
    max_size=12,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_any_merges_and_splits_keep_the_store_sound(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int]]
) -> None:
    """Every record is in one work that stands; every number leads to one; both sides agree."""
    folder: Path = tmp_path_factory.mktemp("merges")
    store = open_empty(folder)
    numbers = fill(store, *([make_record(number), make_record(50 + number)] for number in range(5)))
    for act, first, second in acts:
        try:
            if act == "merge":
                merge(store, numbers[first % len(numbers)], numbers[second % len(numbers)])
            else:
                numbers.append(split(store, [first + 1]))
        except (ConflictError, NotFoundError):
            continue
    standing = {work.id for batch in store.iterate_works() for work in batch}
    held = [record for number in standing for record in store.get_work_records(number)]
    assert sorted(record.id for record in held) == list(range(1, 11))
    assert {store.resolve(number) for number in numbers} == standing
    assert {c.work_id for c in store.changes(0, 99) if c.act is Act.PUT} == standing
    bars = barred(store, *numbers)
    assert set(bars) <= standing
    assert all(one in bars[other] for one, others in bars.items() for other in others)
    assert store.check() == []
    store.close()
