"""Turns: what is dear is done a few at a time, a few more wait, and nobody waits for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from broadsheet.errors import StorageBusyError


class Turns:
    """Lets `at_once` threads of this process do something while `waiting` more stand by.

    `take` raises StorageBusyError, with the sentence `busy`, for whoever finds too many waiting,
    or has waited `patience` seconds.
    """

    def __init__(self, busy: str, *, at_once: int, waiting: int, patience: float) -> None:
        self._busy = busy
        self._places = BoundedSemaphore(at_once)
        self._queue = BoundedSemaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def take(self) -> Iterator[None]:
        """One of the places, for as long as the block lasts."""
        if not self._queue.acquire(blocking=False):
            raise StorageBusyError(self._busy)
        try:
            if not self._places.acquire(timeout=self._patience):
                raise StorageBusyError(self._busy)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()
