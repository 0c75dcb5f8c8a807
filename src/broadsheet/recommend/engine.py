"""What makes shelves learn, put together: the papers, the rankers, and one shelf or all of them.

Apart from the facade because all of this needs scipy, which takes half a second to import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from broadsheet.errors import NotFoundError
from broadsheet.learning import ReviewState
from broadsheet.model import Work
from broadsheet.people import Reader
from broadsheet.ports import ArrayCache, Index, Progress, Ranker, Store
from broadsheet.recommend.backlog import Backlogs
from broadsheet.recommend.briefs import Brief, read_briefs
from broadsheet.recommend.desk import Desk
from broadsheet.recommend.grid import pick_grid
from broadsheet.recommend.lessons import Desires, Study, read_desires
from broadsheet.recommend.smoothed import our_rankers
from broadsheet.recommend.stocking import MOST_TAUGHT, Stockroom
from broadsheet.recommend.table import Table
from broadsheet.recommend.teaching import Teacher
from broadsheet.sync import Clock

MOST_HEARD, AT_ONCE = 50, 25
"""What readers have in common is learned from so many of them, so many at a time."""


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
        self._teacher = Teacher(cache, our_rankers(), rankers)
        self._stockroom = Stockroom(store, index, cache, clock, self._teacher.prepare)
        self._backlogs = Backlogs(store, index)

    @property
    def rankers(self) -> Sequence[Ranker]:
        """All rankers, ours first."""
        return self._teacher.rankers

    def open_table(self, reader: Reader, shelf_id: int) -> Table:
        """Everything about one shelf of a reader's. Raises NotFoundError. Four queries."""
        now = self._clock()
        desires, study = self._read(reader, shelf_id, now)
        stock = self._stockroom.get(desires.lessons, wait=False)
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
        taken = self._stockroom.refresh(progress)
        if taken and (stock := self._stockroom.get()):
            self._teacher.listen(self._each_brief(progress), stock, self._clock())
        self._teacher.keep()
        return taken

    def warm(self) -> None:
        """See `Recommender.warm`."""
        self._stockroom.warm()

    def _each_brief(self, progress: Progress) -> Iterator[Brief]:
        """The briefs of some of the readers, spread evenly over all."""
        readers = [each.id for each in self._store.get_readers().values() if not each.disabled]
        heard = readers[:: -(-len(readers) // MOST_HEARD) or 1]
        for start in range(0, len(heard), AT_ONCE):
            progress("Listening to readers", start, len(heard))
            batch = heard[start : start + AT_ONCE]
            yield from read_briefs(self._store, batch, self._clock()).values()

    def _read(self, reader: Reader, shelf_id: int, now: datetime) -> tuple[Desires, Study]:
        desires = read_desires(self._store, reader.id, now)
        study = desires.find(shelf_id)
        if study is None:
            raise NotFoundError("shelf", shelf_id)
        return desires, study
