"""The papers of a backlog, read in for as long as a reader works through them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence

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
from broadsheet.turns import Turns

BATCH = 1_000
KEPT = 4
"""As many backlogs are kept at hand, those used last."""

MOST_WAITING, PATIENCE = 2, 10.0
"""One backlog is read in at a time, which may take seconds; so many readers wait for theirs, and
for so many seconds."""
BUSY = "Too many backlogs are being read in just now; please try again in a moment."


class Backlogs:
    """What queries find, as pools of their own: a backlog holds papers of all years."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._lock = threading.Lock()
        """Held for a moment: all who review wait for it."""
        self._reading = Turns(BUSY, at_once=1, waiting=MOST_WAITING, patience=PATIENCE)
        self._pools: OrderedDict[frozenset[int], Pool] = OrderedDict()

    def review(self, study: Study, query: str, limit: int) -> ReviewState:
        """Where the reader of a shelf stands in all papers that a query finds. Raises
        InvalidQueryError, InvalidInputError for an empty one, StorageBusyError."""
        parsed = parse(query)
        if parsed.empty:
            raise InvalidInputError("Give a search: what it finds is what there is to judge.")
        found = self._index.search(
            parsed, limit=MOST_PAPERS, offset=0, sort=Sort.RELEVANCE, facets=False
        )
        lessons = sorted(study.lessons, key=lambda each: (each.at, each.work_id))
        numbers = list(dict.fromkeys(hit.work_id for hit in found.hits))
        pool = self._read({*numbers, *(each.work_id for each in lessons)})
        rows = [pool.rows[number] for number in numbers if number in pool.rows]
        judged = [
            Judged(pool.rows[each.work_id], each.weight > 0)
            for each in lessons
            if each.work_id in pool.rows
        ]
        return look(study.shelf.id, query, pool, np.array(rows, np.int64), judged, limit)

    def _read(self, numbers: Collection[int]) -> Pool:
        """A pool of these papers, or one that has them all, kept for the next question. Raises
        StorageBusyError where too many wait for theirs to be read in."""
        wanted = frozenset(numbers)
        if pool := self._find(wanted):
            return pool
        with self._reading.take():
            # Who waited may have waited for the same papers.
            if pool := self._find(wanted):
                return pool
            pool = self._make(sorted(wanted))
        with self._lock:
            self._pools[wanted] = pool
            while len(self._pools) > KEPT:
                self._pools.popitem(last=False)
        return pool

    def _find(self, wanted: frozenset[int]) -> Pool | None:
        with self._lock:
            for there, pool in reversed(self._pools.items()):
                if wanted <= there:
                    self._pools.move_to_end(there)
                    return pool
        return None

    def _make(self, numbers: Sequence[int]) -> Pool:
        papers: list[Paper] = []
        for start in range(0, len(numbers), BATCH):
            works = self._store.get_works(numbers[start : start + BATCH])
            papers += [Paper.of(work) for number, work in works.items() if work.id == number]
        return read_pool(papers, find_vectors(self._index, papers))
