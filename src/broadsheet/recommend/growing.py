"""Arrays to which rows are added behind, again and again, without copying what is there."""

from __future__ import annotations

from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)

SPARE = 0.25
"""So much room, as a share of the rows, is left behind them; while nothing is in it, it takes up no
memory."""


class Growing(Generic[Kind]):
    """Rows that never change, and cannot be written to by who is handed them, and room for more
    behind them.

    Who adds to the same rows twice gets two arrays that know nothing of each other: the second is a
    copy, since the room is taken.
    """

    def __init__(self, rows: NDArray[Kind], store: _Store | None = None) -> None:
        self.rows = rows.view()
        self.rows.setflags(write=False)
        self._store = store or _Store(rows, len(rows))

    def reserve(self) -> Growing[Kind]:
        """The same rows with room behind them, where there is none yet."""
        return self._move(len(self.rows)) if self._store.is_full else self

    def add(self, more: NDArray[Kind]) -> Growing[Kind]:
        """These rows and then more."""
        count, end = len(self.rows), len(self.rows) + len(more)
        if not self._store.take(count, end):
            moved = self._move(end)
            return moved.add(more)
        self._store.whole[count:end] = more
        return Growing(self._store.whole[:end], self._store)

    def _move(self, least: int) -> Growing[Kind]:
        count = len(self.rows)
        whole = np.empty((least + int(SPARE * least) + 1, *self.rows.shape[1:]), self.rows.dtype)
        whole[:count] = self.rows
        return Growing(whole[:count], _Store(whole, count))


class _Store:
    """Memory that several arrays share, and how much of it is in use."""

    def __init__(self, whole: NDArray[Any], used: int) -> None:
        self.whole = whole
        self._used = used
        self._lock = Lock()

    @property
    def is_full(self) -> bool:
        return self._used == len(self.whole)

    def take(self, begin: int, end: int) -> bool:
        """Whether what follows on `begin` was free, up to `end`; then it is no longer."""
        with self._lock:
            is_free = self._used == begin and end <= len(self.whole)
            if is_free:
                self._used = end
            return is_free
