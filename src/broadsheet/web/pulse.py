"""What many pages show, asked of the library at most once in a few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from broadsheet.library import Library, Stats
from broadsheet.sources import Receipt, SourceStatus
from broadsheet.web.requests import DAYS, back

T = TypeVar("T")


class Pulse:
    """The library's state, at most `keep` seconds old. Safe from any thread."""

    def __init__(
        self,
        library: Library,
        *,
        keep: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        newsroom = library.newsroom

        def ask_receipts() -> tuple[Receipt, ...]:
            today = newsroom.today()
            return newsroom.get_receipts(back(today, DAYS - 1), today) if self.sources() else ()

        self._stats = _Kept(library.stats, keep, clock)
        self._sources = _Kept(newsroom.get_status, keep, clock)
        self._receipts = _Kept(ask_receipts, keep, clock)

    def read(self) -> Stats:
        """The library's sizes and the state of its index."""
        return self._stats.read()

    def sources(self) -> tuple[SourceStatus, ...]:
        """What is followed, and how it stands."""
        return self._sources.read()

    def receipts(self) -> tuple[Receipt, ...]:
        """The receipts of the last week."""
        return self._receipts.read()


class _Kept(Generic[T]):
    """An answer that is good for a while."""

    def __init__(self, ask: Callable[[], T], keep: float, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: tuple[float, T] | None = None

    def read(self) -> T:
        with self._lock:
            now = self._clock()
            if self._latest is None or now - self._latest[0] >= self._keep:
                self._latest = (now, self._ask())
            return self._latest[1]
