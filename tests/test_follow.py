"""The index follows the change log: from anywhere, beside a writer, after any interruption."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from broadsheet import follow
from broadsheet.batch import BatchResult, encode, store_batch
from broadsheet.errors import EmbedderError, StorageBusyError
from broadsheet.follow import follow_changes, following, index_behind, rebuild
from broadsheet.ingest import merge_works
from broadsheet.model import Change
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import NOW, DictIndex, make_record, open_empty


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path)
    yield store
    store.close()


@pytest.fixture
def index() -> DictIndex:
    return DictIndex()


def fill(store: SqlStore, *numbers: int, **changes: Any) -> BatchResult:
    records = [make_record(number, **changes) for number in numbers]
    with store.write() as writing:
        return store_batch(writing, [(each, *encode(each)) for each in records], now=NOW)


def hold(event: threading.Event) -> None:
    event.wait()


def agree(store: SqlStore, index: DictIndex) -> bool:
    works = {work.id: work for batch in store.iterate_works() for work in batch}
    return works == index.works and not index_behind(store, index)


def test_following_brings_in_what_is_new(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BATCH", 3)
    heard: list[tuple[str, int, int | None]] = []
    fill(store, *range(7))
    assert index_behind(store, index)
    assert follow_changes(store, index, lambda *told: heard.append(told)) == 7
    assert heard == [("Indexing", 3, 7), ("Indexing", 6, 7), ("Indexing", 7, 7)]
    assert agree(store, index)
    assert follow_changes(store, index) == 0
    assert index.commits == 1


@pytest.mark.parametrize("importing", [False, True])
def test_an_index_that_followed_another_store_is_begun_anew(
    store: SqlStore, index: DictIndex, tmp_path: Path, importing: bool
) -> None:
    """Break to see it fail: let `_is_foreign` say no, and what is new is never indexed."""
    (tmp_path / "other").mkdir()
    other = open_empty(tmp_path / "other")
    fill(other, *range(10, 17))
    follow_changes(other, index)
    other.close()
    fill(store, 1)
    assert index_behind(store, index)
    if importing:
        with following(store, index):
            fill(store, 2)
    else:
        follow_changes(store, index)
    assert agree(store, index)


def test_merged_works_leave_the_index(store: SqlStore, index: DictIndex) -> None:
    fill(store, 1, 2, 3)
    follow_changes(store, index)
    merge_works(store, 1, 2, reason="", now=NOW)
    follow_changes(store, index)
    assert sorted(index.works) == [1, 3]
    assert agree(store, index)


def test_a_merge_while_the_changes_are_being_read(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log said PUT for both; by the time they are fetched, one has become the other."""
    fill(store, 1, 2)
    changes = store.changes

    def changes_then_merge(after: int, limit: int) -> Sequence[Change]:
        found = changes(after, limit)
        if not after:
            merge_works(store, 1, 2, reason="", now=NOW)
        return found

    monkeypatch.setattr(store, "changes", changes_then_merge)
    follow_changes(store, index)
    assert agree(store, index)


def test_a_crash_between_applying_and_remembering(store: SqlStore, index: DictIndex) -> None:
    fill(store, 1, 2)
    follow_changes(store, index)
    index.position = 0
    follow_changes(store, index)
    assert agree(store, index)


def test_rebuilding_begins_anew(store: SqlStore, index: DictIndex) -> None:
    fill(store, 1, 2)
    index.works[99] = compose(99, [make_record(9)])
    index.position = 50
    assert rebuild(store, index) == 2
    assert agree(store, index)


def test_a_follower_works_beside_the_writer(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "COMMIT_EVERY", 3)
    with following(store, index) as follower:
        for start in range(0, 12, 3):
            result = fill(store, *range(start, start + 3))
            follower.offer(result.works, result.position)
    assert agree(store, index)
    assert index.commits >= 2


def test_what_was_offered_is_void_after_a_later_change(store: SqlStore, index: DictIndex) -> None:
    """Another process changed the work after us: its form counts, not ours.

    Break to see it fail: ignore the position in `Follower._take_recent`.
    """
    with following(store, index) as follower:
        result = fill(store, 1)
        fill(store, 1, title="What another process wrote", version=2)
        follower.offer(result.works, result.position)
    assert index.works[1].title == "What another process wrote"


def test_a_slow_index_does_not_fill_the_memory(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "MAX_RECENT", 2)
    index.busy = True
    with following(store, index) as follower:
        for number in range(6):
            result = fill(store, number)
            follower.offer(result.works, result.position)
        assert len(follower._recent) == 3
        fill(store, 0, version=2)
        newer = fill(store, 1, version=2)
        follower.offer(newer.works, newer.position)
        assert len(follower._recent) == 2
    index.busy = False
    follow_changes(store, index)
    assert agree(store, index)


def test_an_import_goes_on_while_another_process_indexes(store: SqlStore, index: DictIndex) -> None:
    index.busy = True
    with pytest.raises(StorageBusyError):
        follow_changes(store, index)
    with following(store, index):
        fill(store, 1)
    assert index.works == {}
    assert index_behind(store, index)


def test_what_the_index_raises_is_raised_when_the_writer_is_done(
    store: SqlStore, index: DictIndex
) -> None:
    def fail() -> None:
        raise EmbedderError("The endpoint does not answer.")

    index.before_apply = fail
    with pytest.raises(EmbedderError), following(store, index):
        fill(store, 1)
    assert store.get_counts()["works"] == 1
    assert index_behind(store, index)


def test_what_went_in_before_an_error_is_indexed(store: SqlStore, index: DictIndex) -> None:
    with pytest.raises(ZeroDivisionError), following(store, index):
        fill(store, 1)
        raise ZeroDivisionError
    assert agree(store, index)


def test_an_interrupt_stops_after_the_works_at_hand(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: treat KeyboardInterrupt like any error."""
    monkeypatch.setattr(follow, "BATCH", 1)
    fill(store, *range(50))
    with pytest.raises(KeyboardInterrupt), following(store, index) as follower:
        index.before_apply = lambda: hold(follower._news)  # until it is told to end
        raise KeyboardInterrupt
    assert len(index.works) < 50
    index.before_apply = lambda: None
    follow_changes(store, index)
    assert agree(store, index)
