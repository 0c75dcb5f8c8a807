"""The folder in which budgets are kept: locks that all processes share, and what is forgotten.

Of each budget there is a file that is locked during a request, and beside it a small JSON file
with its state. A redirect may lead to a host that is never heard of again, so before a budget is
met for the first time those go that nobody has asked for a day, unless they are shut.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from broadsheet.connectors.http.retry import LONGEST
from broadsheet.connectors.http.state import State, usable

KEPT = LONGEST + timedelta(hours=2)
"""Longer than any pause, so that what is forgotten says nothing any more."""


class BudgetFolder:
    """Locks and states by the name of a budget. Safe across threads and processes."""

    def __init__(self, path: Path) -> None:
        """Nothing is written before the first lock."""
        self._path = path

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """Hold a budget's lock; gives the path of its state. Raises StorageError."""
        lock = self._path / f"{name}.lock"
        while True:
            handle = self._open(lock)
            try:
                with usable(self._path):
                    # The kernel frees it when the holder dies; signals interrupt the wait.
                    fcntl.flock(handle, fcntl.LOCK_EX)
                if _is_at(handle, lock):
                    yield _state_of(lock)
                    return
            finally:
                _release(handle)

    def _open(self, lock: Path) -> int:
        with usable(self._path):
            try:
                return os.open(lock, os.O_RDWR)
            except FileNotFoundError:
                self._path.mkdir(parents=True, exist_ok=True)
                self._forget()
                return os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)

    def _forget(self) -> None:
        """Drop the budgets that have not been asked for a long time and are not shut."""
        for lock in self._path.glob("*.lock"):
            if _is_old(lock):
                handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if _is_at(handle, lock) and _is_old(lock):
                        _drop(lock)
                except BlockingIOError:
                    continue  # somebody is asking it now
                finally:
                    _release(handle)


def _release(handle: int) -> None:
    # Not left to `close`: a forked child may hold the same handle open.
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _state_of(lock: Path) -> Path:
    return lock.with_suffix(".json")


def _is_at(handle: int, lock: Path) -> bool:
    """Whether a lock is still the one that others find: it may have been dropped meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False


def _is_old(lock: Path) -> bool:
    for path in (_state_of(lock), lock):
        try:
            return path.stat().st_mtime < time.time() - KEPT.total_seconds()
        except FileNotFoundError:
            continue
    return False


def _drop(lock: Path) -> None:
    """The lock goes last: until then nobody else can be at the state."""
    state = State.read(_state_of(lock))
    if state is None or not state.blocked:
        for path in (_state_of(lock), lock.with_suffix(".tmp"), lock):
            path.unlink(missing_ok=True)
