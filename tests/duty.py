"""The duty of a library that is not there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from broadsheet.errors import StorageBusyError


def make_duty() -> Callable[[], AbstractContextManager[None]]:
    """What one at a time holds, as `Library.on_duty` is."""
    lock = threading.Lock()

    @contextmanager
    def hold() -> Iterator[None]:
        if not lock.acquire(blocking=False):
            raise StorageBusyError("Another process is on duty.")
        try:
            yield
        finally:
            lock.release()

    return hold
