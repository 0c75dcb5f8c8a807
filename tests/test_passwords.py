"""Argon2id: its parameters, and how many may wait for it."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2.low_level import Type

from broadsheet import passwords
from broadsheet.config import Settings
from broadsheet.errors import StorageBusyError
from broadsheet.passwords import Argon2
from broadsheet.wiring import _make_hasher, read_secret


class Slow(Argon2):
    """Hashes nothing, holds its place until it is let go, and counts who is in."""

    def __init__(self, **settings: float) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.go = threading.Event()
        self.inside = self.most = 0
        self._counting = threading.Lock()

    def hold(self) -> None:
        with self._turn():
            with self._counting:
                self.inside += 1
                self.most = max(self.most, self.inside)
            self.go.wait(10)
            with self._counting:
                self.inside -= 1


@contextmanager
def crowd(hasher: Slow, size: int) -> Iterator[list[threading.Thread]]:
    threads = [threading.Thread(target=hasher.hold) for _ in range(size)]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        hasher.go.set()
        for thread in threads:
            thread.join(10)


def wait_until_waiting(hasher: Slow, count: int) -> None:
    """Until so many have a place in the queue or inside."""
    for _ in range(1000):
        if hasher._turns._queue._value == count:
            return
        threading.Event().wait(0.002)
    raise AssertionError("they did not come")


def test_the_parameters_are_those_that_are_advised() -> None:
    """OWASP: at least 46 MiB with one pass. Break: lower MEMORY_KIB."""
    hashed = Argon2(waiting=0).hash("a lantern")
    assert hashed.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert passwords.MEMORY_KIB >= 46 * 1024 and Type.ID.name == "ID"


def test_the_same_password_has_another_hash_each_time() -> None:
    hasher = Argon2(memory_kib=64)
    one, two = hasher.hash("a lantern"), hasher.hash("a lantern")
    assert one != two and hasher.verify(one, "a lantern") and not hasher.verify(one, "A lantern")


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$m=64,t=1,p=1$broken"])
def test_what_is_no_hash_fits_nothing(kept: str) -> None:
    hasher = Argon2(memory_kib=64)
    assert not hasher.verify(kept, "nobody has this password")
    assert not hasher.verify(kept, "\ud800")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_hashing_stands_back_behind_pages() -> None:
    """Break: no initializer of the threads that hash."""

    def how_nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    hasher, here = Argon2(memory_kib=64), how_nice()
    assert hasher.verify(hasher.hash("a lantern"), "a lantern")
    assert hasher._hands.submit(how_nice).result() == passwords.NICENESS
    assert how_nice() == here


def test_two_at_once_and_the_others_wait() -> None:
    """Break: raise AT_ONCE."""
    hasher = Slow(waiting=16, patience=10)
    with crowd(hasher, 10):
        wait_until_waiting(hasher, 18 - 10)
        hasher.go.set()
    assert hasher.most <= 2 and hasher.inside == 0


def test_who_would_wait_behind_too_many_is_turned_away() -> None:
    """Break: leave the queue out of `Turns.take`."""
    hasher = Slow(waiting=1, patience=10)
    with crowd(hasher, 3):
        wait_until_waiting(hasher, 0)
        with pytest.raises(StorageBusyError, match="try again"):
            hasher.hash("a lantern")
    hasher.hash("there is room again")


def test_who_waits_too_long_is_turned_away() -> None:
    hasher = Slow(waiting=4, patience=0.01)
    with crowd(hasher, 2):
        wait_until_waiting(hasher, 4)
        with pytest.raises(StorageBusyError):
            hasher.hash("a lantern")


def test_the_secret_of_an_instance_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = read_secret(path)
    assert len(first) == 32 and read_secret(path) == first
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
    assert read_secret(tmp_path / "none" / "secret") == b""


def test_two_at_once_in_all_processes(tmp_path: Path) -> None:
    """Each has locks of its own on the files that they share, as processes have.

    Break: give every hasher a folder of its own in `wiring._make_hasher`.
    """
    settings = Settings(library=tmp_path, workers=4)
    hashers = [_make_hasher(settings, cores=8) for _ in range(4)]
    with hashers[0]._turn(), hashers[1]._turn():
        for other in hashers[2:]:
            other._patience = 0
            with pytest.raises(StorageBusyError, match="signing in"), other._turn():
                pytest.fail("three were hashed at once")
    with hashers[2]._turn(), hashers[3]._turn():
        pass


@pytest.mark.parametrize(("workers", "places"), [(1, 2), (2, 1)])
def test_two_processes_have_a_place_each(tmp_path: Path, workers: int, places: int) -> None:
    """Break: leave the division out of `wiring._make_hasher`."""
    hasher = _make_hasher(Settings(library=tmp_path, workers=workers), cores=4)
    assert hasher._turns._places._value == places and not hasher._shared


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_on_two_cores_one_is_left_to_readers(tmp_path: Path, workers: int) -> None:
    """Break: leave `cores` out of `wiring._make_hasher`."""
    settings = Settings(library=tmp_path, workers=workers)
    one, other = (_make_hasher(settings, cores=2) for _ in range(2))
    assert one._turns._places._value == 1 and len(one._shared) == (workers > 1)
    other._patience = 0
    if workers > 1:
        with one._turn(), pytest.raises(StorageBusyError), other._turn():
            pytest.fail("two were hashed at once")
