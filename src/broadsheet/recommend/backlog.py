"""The papers of a backlog, read in for as long as a reader works through them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from broadsheet.errors import InvalidInputError
from broadsheet.learning import ReviewState
from broadsheet.model import Sort
from broadsheet.ports import Index, Pool, Store
from broadsheet.query.parser import parse
from broadsheet.recommend.lessons import Study
from broadsheet.recommend.pool import Paper, read_pool
from broadsheet.recommend.review import MOST_PAPERS, Judged, look
from broadsheet.recommend.stocking import find_vectors

BATCH = 1_000
KEPT = 4
"""As many backlogs are kept at hand, those used last."""


class Backlogs:
    """What queries find, as pools of their own: a backlog holds papers of all years."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._lock = threading.Lock()
        self._pools: OrderedDict[tuple[int, ...], Pool] = OrderedDict()

    def review(self, study: Study, query: str, limit: int) -> ReviewState:
        """Where the reader of a shelf stands in all papers that a query finds. Raises
        InvalidQueryError, InvalidInputError for an empty one."""
        parsed = parse(query)
        if parsed.empty:
            raise InvalidInputError("Give a search: what it finds is what there is to judge.")
        found = self._index.search(
            parsed, limit=MOST_PAPERS, offset=0, sort=Sort.RELEVANCE, facets=False
        )
        lessons = sorted(study.lessons, key=lambda each: (each.at, each.work_id))
        numbers = list(dict.fromkeys(hit.work_id for hit in found.hits))
        pool = self._read(sorted({*numbers, *(each.work_id for each in lessons)}))
        rows = [pool.rows[number] for number in numbers if number in pool.rows]
        judged = [
            Judged(pool.rows[each.work_id], each.weight > 0)
            for each in lessons
            if each.work_id in pool.rows
        ]
        return look(study.shelf.id, query, pool, np.array(rows, np.int64), judged, limit)

    def _read(self, numbers: Sequence[int]) -> Pool:
        """A pool of these papers, or one that has them all, kept for the next question."""
        with self._lock:
            for key, pool in reversed(self._pools.items()):
                if all(number in pool.rows for number in numbers):
                    self._pools.move_to_end(key)
                    return pool
            papers: list[Paper] = []
            for start in range(0, len(numbers), BATCH):
                works = self._store.get_works(numbers[start : start + BATCH])
                papers += [Paper.of(work) for number, work in works.items() if work.id == number]
            pool = read_pool(papers, find_vectors(self._index, papers))
            self._pools[tuple(numbers)] = pool
            while len(self._pools) > KEPT:
                self._pools.popitem(last=False)
            return pool
