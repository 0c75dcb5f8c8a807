"""Which of our rankers each shelf is served best by, worked out now and then and remembered.

To ask a shelf's likes (`preferring.prefer`) takes longer than to learn from them. So they are asked
when there are 20, 40, 80, ... of them, and always the oldest so many: until there are twice as
many, the answer is the same for every process, and it outlives each of them in the cache.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from broadsheet.ports import ArrayCache, Lessons, Pool, Ranker
from broadsheet.recommend.lessons import Study, place_lessons
from broadsheet.recommend.preferring import ENOUGH, prefer

NAME = "preferences"


class _Asked(NamedTuple):
    """What was asked (of these likes and rankers), and the place of the ranker that was best."""

    likes: int
    place: int


class Preferences:
    """Remembers the answers of shelves; `rankers` are ours."""

    def __init__(self, cache: ArrayCache, rankers: Sequence[Ranker]) -> None:
        self._cache = cache
        self._rankers = rankers
        self._lock = threading.Lock()
        self._asked: dict[int, _Asked] | None = None
        self._changed = False

    def choose(self, study: Study, pool: Pool) -> Ranker:
        """The ranker for a shelf: the first, until its likes say otherwise."""
        likes = [each for each in study.lessons if each.weight > 0]
        size = _round_down(len(likes))
        if not size:
            return self._rankers[0]
        oldest = likes[len(likes) - size :]
        names = [each.id for each in self._rankers] + [str(each.work_id) for each in oldest]
        key = crc32(" ".join(names).encode())
        known = self._load().get(study.shelf.id)
        if known and known.likes == key and known.place < len(self._rankers):
            return self._rankers[known.place]
        best = self._ask(place_lessons(oldest, pool), pool)
        with self._lock:
            self._load()[study.shelf.id] = _Asked(key, self._rankers.index(best))
            self._changed = True
        return best

    def save(self) -> None:
        """Keep what was found out since the last time."""
        with self._lock:
            if not self._changed or self._asked is None:
                return
            rows = [[shelf, *asked] for shelf, asked in sorted(self._asked.items())]
            self._cache.save(NAME, {"asked": np.array(rows, np.int64)})
            self._changed = False

    def _ask(self, lessons: Lessons, pool: Pool) -> Ranker:
        return prefer(self._rankers, lessons, pool)

    def _load(self) -> dict[int, _Asked]:
        if self._asked is None:
            arrays = self._cache.load(NAME) or {}
            rows = arrays["asked"].tolist() if "asked" in arrays else []
            self._asked = {shelf: _Asked(likes, place) for shelf, likes, place in rows}
        return self._asked


def _round_down(count: int) -> int:
    """The greatest of ENOUGH, 2 * ENOUGH, 4 * ENOUGH, ... that is not above a number, or 0."""
    size = 0 if count < ENOUGH else ENOUGH
    while size and 2 * size <= count:
        size *= 2
    return size
