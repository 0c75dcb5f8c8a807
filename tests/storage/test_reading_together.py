"""Reading while others write; numbers of works that were merged; walks in batches; counts."""

from __future__ import annotations

import pytest
from filling import Opener, fill, keys_of, put

from broadsheet.errors import StorageBusyError
from broadsheet.model import content_hash
from broadsheet.ports import WorkKey, silent
from broadsheet.sources import StreamState
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import LATER, NOW, make_record


def merge(store: SqlStore, kept: int, gone: int) -> None:
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="same DOI", now=NOW)


# --- Several at once --------------------------------------------------------------------------


def test_who_reads_during_a_write_sees_one_state(open_store: Opener) -> None:
    """Break to see it fail: let readers see uncommitted rows (a shared cache)."""
    writer, reader = open_store(), open_store()
    [one] = fill(writer, [make_record(1)])
    before = (dict(reader.get_counts()), reader.last_change(), reader.get_works([1, 2]))
    with writer.write() as writing:
        put(writing, [make_record(2)])
        writing.merge_works(one, 2, reason="same DOI", now=NOW)
        now = (dict(reader.get_counts()), reader.last_change(), reader.get_works([1, 2]))
        assert {**now[0], "bytes": 0} == {**before[0], "bytes": 0}
        assert now[1:] == before[1:]
        assert reader.resolve(2) is None
    assert reader.resolve(2) == one
    assert reader.get_counts()["records"] == 2


def test_a_reader_sees_what_another_process_has_kept(open_store: Opener) -> None:
    """Counts are remembered, but only as long as nothing has changed."""
    writer, reader = open_store(), open_store()
    for number in range(1, 4):
        fill(writer, [make_record(number)])
        assert reader.get_counts()["works"] == number
        assert [each.id for each in reader.get_work_records(number)] == [number]


def test_one_writes_at_a_time_and_reading_goes_on(open_store: Opener) -> None:
    first, second = open_store(), open_store()
    fill(first, [make_record(1)])
    with first.write() as writing:
        put(writing, [make_record(2)])
        with pytest.raises(StorageBusyError, match="Another process"):
            second.write().__enter__()
        assert second.get_counts()["works"] == 1
    assert fill(second, [make_record(3)]) == [3]


def test_a_walk_goes_on_while_works_come_and_go(store: SqlStore) -> None:
    """Each batch is a reading of its own, so a long export never blocks an import."""
    fill(store, *([make_record(number)] for number in range(6)))
    walk = store.iterate_works(batch=2)
    assert [work.id for work in next(walk)] == [1, 2]
    merge(store, 3, 4)
    fill(store, [make_record(7)])
    assert [work.id for batch in walk for work in batch] == [3, 5, 6, 7]


# --- Merged numbers ---------------------------------------------------------------------------


def test_every_reading_of_a_merged_number(store: SqlStore) -> None:
    one, two, three = fill(store, *([make_record(number)] for number in (1, 2, 3)))
    merge(store, one, two)
    found = store.get_works([two, one, three])
    assert [work.id for work in found.values()] == [one, one, three]
    assert list(found) == [two, one, three]
    assert store.get_work_records(two) == ()
    assert [each.record for each in store.get_work_records(one)] == [make_record(1), make_record(2)]
    assert store.get_history(two) == []
    assert [work.id for batch in store.iterate_works(batch=1) for work in batch] == [one, three]


def test_a_chain_of_merges_is_one_step_long(store: SqlStore) -> None:
    numbers = fill(store, *([make_record(number)] for number in range(6)))
    for kept, gone in reversed(list(zip(numbers, numbers[1:], strict=False))):
        merge(store, kept, gone)
    assert {store.resolve(number) for number in numbers} == {numbers[0]}
    assert len(store.get_history(numbers[0])) == 5
    assert store.get_counts()["works"] == 1


def test_numbers_that_nobody_has(store: SqlStore) -> None:
    fill(store, [make_record(1)])
    assert store.get_works([0, -1, 99, 2**62]) == {}
    assert store.get_work_records(99) == ()
    assert store.get_history(99) == []
    assert [store.resolve(number) for number in (0, -1, 99)] == [None] * 3
    assert store.find_works([WorkKey("doi", "10.1/none")]) == {}
    assert not store.get_works([]) and not store.find_works([])


def test_the_number_of_a_merged_work_is_not_given_again(store: SqlStore) -> None:
    """Break to see it fail: reserve after the highest number that stands, not that was used."""
    one, two = fill(store, [make_record(1)], [make_record(2)])
    merge(store, one, two)
    assert fill(store, [make_record(3)]) == [3]
    with store.write() as writing:
        assert [*writing.reserve_work_ids(2), *writing.reserve_work_ids(1)] == [4, 5, 6]


# --- Walks and counts -------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 6, 1000])
def test_batches_of_any_size_hold_everything_once(store: SqlStore, batch: int) -> None:
    fill(store, *([make_record(n), make_record(n, source="ris")] for n in range(5)))
    merge(store, 1, 5)
    works = list(store.iterate_works(batch=batch))
    records = list(store.iterate_records(batch=batch))
    assert [work.id for part in works for work in part] == [1, 2, 3, 4]
    assert [each.id for part in records for each in part] == list(range(1, 11))
    assert all(len(part) <= batch for part in (*works, *records))


def test_a_walk_begins_after_a_number(store: SqlStore) -> None:
    fill(store, *([make_record(number)] for number in range(4)))
    assert [w.id for part in store.iterate_works(after=2, batch=1) for w in part] == [3, 4]
    assert list(store.iterate_works(after=4)) == []
    assert list(store.iterate_records(after=4)) == []


def test_a_walk_tells_the_same_as_asking_for_each(store: SqlStore) -> None:
    groups = [[make_record(n), make_record(n, source="ris", venue=f"V{n}")] for n in range(5)]
    numbers = fill(store, *groups)
    walked = {work.id: work for batch in store.iterate_works(batch=2) for work in batch}
    assert walked == store.get_works(numbers)
    assert walked == {n: compose(n, group) for n, group in zip(numbers, groups, strict=True)}


def test_counts_after_merges_and_splits(store: SqlStore) -> None:
    """Works that were merged are one, however many numbers lead there; no record is lost."""
    fill(store, [make_record(1), make_record(1, source="ris")], [make_record(2)])
    merge(store, 1, 2)
    assert dict(store.get_counts()) | {"bytes": 0} == {
        "works": 1, "records": 3, "source:arxiv": 2, "source:ris": 1, "bytes": 0,
    }  # fmt: skip
    with store.write() as writing:
        [new] = writing.reserve_work_ids(1)
        writing.split_records([2], new_id=new, reason="two papers", now=LATER)
    assert store.get_counts()["works"] == 2
    assert store.get_counts()["records"] == 3


def test_counts_of_an_empty_library(store: SqlStore) -> None:
    counts = dict(store.get_counts())
    assert counts.pop("bytes") > 0
    assert counts == {"works": 0, "records": 0}


def test_damage_is_looked_for_in_every_record(store: SqlStore) -> None:
    fill(store, *([make_record(number)] for number in range(3)))
    heard: list[tuple[str, int, int | None]] = []
    assert store.find_damaged(lambda *told: heard.append(told)) == []
    assert heard == [("Checking records", 3, None)]
    assert store.find_damaged(silent) == []


# --- Cursors and places -----------------------------------------------------------------------


def test_a_cursor_stands_and_falls_with_its_records(store: SqlStore) -> None:
    """Break to see it fail: commit in `put_stream`. A sync would then skip what was lost."""
    with store.write() as writing:
        put(writing, [make_record(1)])
        writing.put_stream(StreamState("arxiv", "oai", "page 1"))
    with pytest.raises(ZeroDivisionError), store.write() as writing:
        put(writing, [make_record(2)])
        writing.put_stream(StreamState("arxiv", "oai", "page 2"))
        writing.put_stream(StreamState("other", "oai", "page 1"))
        assert writing.get_stream("arxiv", "oai") == StreamState("arxiv", "oai", "page 2")
        raise ZeroDivisionError
    with store.write() as writing:
        assert writing.get_stream("arxiv", "oai") == StreamState("arxiv", "oai", "page 1")
        assert writing.get_stream("other", "oai") is None


def test_places_follow_merges(store: SqlStore) -> None:
    one, two = fill(store, [make_record(1)], [make_record(2)])
    merge(store, one, two)
    digests = [content_hash(make_record(number).to_json()) for number in (1, 2, 3)]
    with store.write() as writing:
        assert writing.find_places(digests) == {digests[0]: (1, one), digests[1]: (2, one)}
        assert [each.work_id for each in writing.get_records([one])[one]] == [one, one]
        assert writing.get_records([two]) == {}


def test_keys_of_one_kind_are_not_those_of_another(store: SqlStore) -> None:
    record = make_record(1)
    [number] = fill(store, [record])
    [key] = keys_of(record)
    assert store.find_works([key, WorkKey("doi", key.value)]) == {key: [number]}
