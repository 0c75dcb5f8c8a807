"""What makes shelves learn, put together: the papers, the rankers, and one shelf or all of them.

Apart from the facade because all of this needs scipy, which takes half a second to import.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from broadsheet.errors import NotFoundError
from broadsheet.learning import ReviewState
from broadsheet.model import Work
from broadsheet.people import Reader
from broadsheet.ports import ArrayCache, Index, Progress, Ranker, Store
from broadsheet.recommend.backlog import Backlogs
from broadsheet.recommend.desk import Desk
from broadsheet.recommend.grid import pick_grid
from broadsheet.recommend.lessons import Desires, Study, read_desires
from broadsheet.recommend.smoothed import our_rankers
from broadsheet.recommend.stocking import MOST_TAUGHT, Stockroom
from broadsheet.recommend.table import Table
from broadsheet.recommend.teaching import Teacher
from broadsheet.sync import Clock


class Engine:
    """Everything that `Recommender` needs for finding papers; `rankers` come on top of ours."""

    def __init__(
        self,
        store: Store,
        index: Index,
        clock: Clock,
        cache: ArrayCache,
        rankers: Sequence[Ranker],
    ) -> None:
        self._store = store
        self._clock = clock
        self._stockroom = Stockroom(store, index, cache, clock)
        self._backlogs = Backlogs(store, index)
        self._teacher = Teacher(store, cache, our_rankers(), rankers)

    @property
    def rankers(self) -> Sequence[Ranker]:
        """All rankers, ours first."""
        return self._teacher.rankers

    def open_table(self, reader: Reader, shelf_id: int) -> Table:
        """Everything about one shelf of a reader's. Raises NotFoundError. Four queries."""
        now = self._clock()
        desires, study = self._read(reader, shelf_id, now)
        stock = self._stockroom.get(desires.lessons)
        space = self._stockroom.describe_space()
        return Table(self._store, self._teacher, stock, desires, study, now, space)

    def open_desk(self, work_ids: Collection[int], now: datetime) -> Desk:
        """See `Recommender.open_desk`."""
        stock = self._stockroom.get([*work_ids, *self._store.find_taught(MOST_TAUGHT)])
        space = self._stockroom.describe_space()
        return Desk(self._store, self._teacher, stock, work_ids, now, space)

    def review(self, reader: Reader, shelf_id: int, query: str, limit: int) -> ReviewState:
        """See `Recommender.review`."""
        _, study = self._read(reader, shelf_id, self._clock())
        return self._backlogs.review(study, query, limit)

    def grid(self, limit: int) -> Sequence[Work]:
        """See `Recommender.grid`."""
        stock = self._stockroom.get()
        numbers = pick_grid(stock.pool, limit) if stock else []
        works = self._store.get_works(numbers)
        return [works[number] for number in numbers if number in works]

    def refresh(self, progress: Progress) -> int:
        """See `Recommender.refresh`."""
        self._teacher.keep()
        return self._stockroom.refresh(progress)

    def _read(self, reader: Reader, shelf_id: int, now: datetime) -> tuple[Desires, Study]:
        desires = read_desires(self._store, reader.id, now)
        study = desires.find(shelf_id)
        if study is None:
            raise NotFoundError("shelf", shelf_id)
        return desires, study
