"""Rows are added behind others without copying them, and nobody's rows ever change."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from broadsheet.recommend.growing import Growing


@pytest.mark.parametrize("shape", [(), (3,)])
def test_rows_are_added_behind(shape: tuple[int, ...]) -> None:
    dice = np.random.default_rng(1)
    parts = [dice.random((size, *shape), np.float32) for size in (0, 10, 0, 3, 1, 90, 2)]
    grown = Growing(parts[0])
    for place, more in enumerate(parts[1:], 2):
        grown = grown.add(more)
        np.testing.assert_array_equal(grown.rows, np.concatenate(parts[:place]))
        assert grown.rows.dtype == np.float32


def test_what_is_there_is_not_copied() -> None:
    """Break to see it fail: let `Growing.add` move the rows each time."""
    first = Growing(np.arange(100)).reserve()
    second = first.add(np.arange(3))
    assert np.shares_memory(first.rows, second.rows)
    assert np.shares_memory(second.rows, second.add(np.arange(4)).rows)
    assert first.reserve() is first


def test_who_adds_to_the_same_rows_twice_gets_two_arrays() -> None:
    """Break to see it fail: let `_Store.take` say yes wherever there is room."""
    first = Growing(np.arange(100)).reserve()
    one, other = first.add(np.full(3, 7)), first.add(np.full(2, 9))
    assert one.rows.tolist() == [*range(100), 7, 7, 7]
    assert other.rows.tolist() == [*range(100), 9, 9]
    assert one.add(np.full(1, 8)).rows.tolist() == [*range(100), 7, 7, 7, 8]
    assert first.rows.tolist() == [*range(100)]


def test_who_is_handed_rows_cannot_write_to_them() -> None:
    """Break to see it fail: leave `setflags` out of `Growing`."""
    own = np.arange(100)
    for grown in (Growing(own), Growing(own).reserve(), Growing(own).reserve().add(own)):
        with pytest.raises(ValueError, match="read-only"):
            grown.rows[0] = 7
    own[0] = 7  # who made them may


class Gate:
    """A lock that says when somebody has to wait for it."""

    def __init__(self, reached: threading.Event) -> None:
        self._lock, self._reached = threading.Lock(), reached

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._reached.set()
            self._lock.acquire()

    def __exit__(self, *given: object) -> None:
        self._lock.release()


def test_of_two_who_add_at_once_one_gets_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes between the first one's look at what is free and its taking that. Break to
    see it fail: leave the lock out of `_Store.take`."""
    store = Growing(np.arange(100)).reserve()._store
    reached, found = threading.Event(), list[bool]()

    def take() -> None:
        found.append(store.take(100, 102))
        reached.set()

    other = threading.Thread(target=take)

    class Used(int):
        def __eq__(self, begin: object) -> bool:
            if other.ident is None:
                other.start()
                assert reached.wait(10)
            return int(self) == begin

    monkeypatch.setattr(store, "_lock", Gate(reached))
    monkeypatch.setattr(store, "_used", Used(100))
    found.append(store.take(100, 103))
    other.join()
    assert sorted(found) == [False, True]


def test_many_add_at_once() -> None:
    first, found = Growing(np.arange(100)).reserve(), dict[int, Growing[np.int64]]()
    start = threading.Barrier(8)

    def add(number: int) -> None:
        start.wait()
        found[number] = first.add(np.full(2, number))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for number, grown in found.items():
        assert grown.rows.tolist() == [*range(100), number, number]
