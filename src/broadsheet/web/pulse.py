"""The library's sizes, asked for at most once in a few seconds however many pages show them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from broadsheet.library import Library, Stats


class Pulse:
    """`read` gives the library's stats, at most `keep` seconds old. Safe from any thread."""

    def __init__(
        self,
        library: Library,
        *,
        keep: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library = library
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: tuple[float, Stats] | None = None

    def read(self) -> Stats:
        """The library's sizes and the state of its index."""
        with self._lock:
            now = self._clock()
            if self._latest is None or now - self._latest[0] >= self._keep:
                self._latest = (now, self._library.stats())
            return self._latest[1]
