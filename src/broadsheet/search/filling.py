"""In which order, and how many at a time, works are embedded in the background."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from broadsheet.model import Sort
from broadsheet.query import Query
from broadsheet.search.columns import Numbers
from broadsheet.search.lexical import LexicalIndex

# A batch is embedded before anything of it is kept, so a slow model gets small ones.
FAST, SLOW = 2048, 128
WINDOW = 20_000


class Batches:
    """The `pending` works in batches, newest first by date; `done` of `total` were handed out."""

    def __init__(self, lexical: LexicalIndex, pending: Numbers, *, fast: bool) -> None:
        self._lexical = lexical
        self._pending = pending
        self._size = FAST if fast else SLOW
        self.done = 0
        self.total = len(pending)

    def __iter__(self) -> Iterator[Numbers]:
        for window in self._windows():
            for start in range(0, len(window), self._size):
                batch = window[start : start + self._size]
                self.done += len(batch)
                yield batch

    def _windows(self) -> Iterator[Numbers]:
        """Pending works by date; those that the order by date lacks come last."""
        left, offset = self._pending, 0
        while len(left):
            newest = self._lexical.ordered(Query(), Sort.NEWEST, limit=WINDOW, offset=offset)
            if not len(newest):
                break
            yield newest[np.isin(newest, left)]
            left, offset = np.setdiff1d(left, newest), offset + WINDOW
        yield left
