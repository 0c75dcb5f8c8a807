"""Shelves that learn: what they have learned, what they find, and how a reader steers them.

    terms.py, graph.py, pool.py    papers as rankers see them; saving.py, stocking.py keep them up
    appending.py, room.py          a few more at once, behind arrays that grow (growing.py)
    lessons.py                     what a shelf learns from
    smoothed.py, space.py          our rankers; contract.py, what a ranker has to do
    plugged.py, guarded.py         those of plug-ins, and where one of them fails
    teaching.py, matching.py       what a shelf makes of papers
    offers.py, calibration.py      how sure it is
    choosing.py, desk.py, table.py what it shows in an edition, and on its own page
    hood.py                        what it has learned and how good it was
    review.py, backlog.py          all that a query finds, worked through; stopping.py says when
    starting.py, grid.py           where there is nothing to learn from yet
    promises.py, sieve.py, alerts.py   what saved searches may send by a promise;
    judging.py, said.py            what readers made of what they were sent
    answers.py, steering.py, trade_off.py, trials.py, trying.py   what readers say, set and try

`Library.recommender` gives it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from broadsheet.bringing import FindWork
from broadsheet.journal import Journal
from broadsheet.learning import (
    Answer,
    Effect,
    Hood,
    Opinion,
    ReviewState,
    ShelfPicks,
    Steering,
    TradeOff,
    TrialReport,
)
from broadsheet.model import Work
from broadsheet.people import Done, Reader
from broadsheet.ports import ArrayCache, Index, Progress, Ranker, Store, silent
from broadsheet.recommend.answers import Answers
from broadsheet.recommend.promises import CHOICES, Promises, Sieve
from broadsheet.recommend.starting import MOST_LINES, Starting
from broadsheet.recommend.steering import Steerings
from broadsheet.recommend.trying import Trying
from broadsheet.sync import Clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from broadsheet.recommend.desk import Desk
    from broadsheet.recommend.engine import Engine

__all__ = ["CHOICES", "MOST_LINES", "NoCache", "Recommender"]


class NoCache:
    """Keeps nothing; for a library without a folder of its own."""

    def load(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Nothing."""
        return None

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Nothing is kept."""
        return False


class Recommender:
    """Learns from what readers answer. `rankers` are those that may be chosen besides ours."""

    def __init__(
        self,
        store: Store,
        index: Index,
        journal: Journal,
        clock: Clock,
        *,
        find_work: FindWork,
        cache: ArrayCache,
        rankers: Sequence[Ranker],
    ) -> None:
        self._answers = Answers(store, journal, clock, find_work)
        self._steerings = Steerings(store, journal, clock, find_work)
        self._starting = Starting(store, index, journal, clock, find_work)
        self.promises = Promises(store, index, clock)
        """What is promised of saved searches."""
        self._store = store
        self._index = index
        self._clock = clock
        self._cache = cache
        self._plugged = rankers

    @cached_property
    def _engine(self) -> Engine:
        """Made when it is first needed: it imports scipy."""
        from broadsheet.recommend.engine import Engine

        return Engine(self._store, self._index, self._clock, self._cache, self._plugged)

    # --- What readers say and set -------------------------------------------------------------

    def answer(
        self, reader: Reader, reference: str | int, opinion: Opinion, shelf_id: int = 0
    ) -> Done:
        """Answer to a paper on behalf of a shelf; see `Answers.answer`."""
        return self._answers.answer(reader, reference, opinion, shelf_id)

    def take_back(
        self, reader: Reader, reference: str | int, opinion: Opinion, shelf_id: int = 0
    ) -> Done:
        """Take an answer back; see `Answers.take_back`."""
        return self._answers.take_back(reader, reference, opinion, shelf_id)

    def get_answers(
        self, reader: Reader, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Answer]]:
        """For each of these papers that the reader answered to, the answers; one query."""
        return self._answers.get_answers(reader, work_ids)

    def get_steering(self, reader: Reader, shelf_id: int) -> Steering:
        """What is set for a shelf. Raises NotFoundError."""
        return self._steerings.get(reader, shelf_id)

    def steer(self, reader: Reader, steering: Steering) -> Done:
        """Set what a shelf shows; see `Steerings.steer`."""
        return self._steerings.steer(reader, steering)

    def list_rankers(self) -> Sequence[Ranker]:
        """The rankers that a shelf may have, ours first."""
        return self._engine.rankers

    # --- Where nothing is yet -----------------------------------------------------------------

    def grid(self, limit: int = 24) -> Sequence[Work]:
        """Papers that cover the topics of the library, to tick where a shelf has nothing to start
        from: of each cluster the most famous. None while papers are still being read in."""
        return self._engine.grid(limit)

    def start(self, reader: Reader, shelf_id: int, text: str) -> Done:
        """Put the papers that a text names, one a line, on a shelf; see `Starting.start`."""
        return self._starting.start(reader, shelf_id, text)

    def start_with(self, reader: Reader, shelf_id: int, work_ids: Sequence[int]) -> Done:
        """Put the papers that were ticked on a shelf, in one act; see `Starting.start_with`."""
        return self._starting.start_with(reader, shelf_id, work_ids)

    # --- What shelves find --------------------------------------------------------------------

    def rank(self, reader: Reader, shelf_id: int, *, days: int = 31, limit: int = 50) -> ShelfPicks:
        """What a shelf finds among the papers of the last days (of a small library: the newest),
        the best first. Raises NotFoundError for what is no shelf of the reader's."""
        return self._engine.open_table(reader, shelf_id).rank(days, limit)

    def effect_without(self, reader: Reader, shelf_id: int, work_id: int) -> Effect:
        """What `rank` would show without this lesson; exact. Raises NotFoundError where the shelf
        has not learned from the paper."""
        return self._engine.open_table(reader, shelf_id).effect_without(work_id)

    def describe(self, reader: Reader, shelf_id: int) -> Hood:
        """What a shelf has learned, and how good its editions were. Raises NotFoundError."""
        return self._engine.open_table(reader, shelf_id).describe()

    def trade_off(self, reader: Reader, shelf_id: int) -> TradeOff:
        """What each floor would have meant for the papers of four weeks. Raises NotFoundError."""
        return self._engine.open_table(reader, shelf_id).trade_off()

    def open_desk(self, work_ids: Collection[int], now: datetime) -> Desk:
        """A desk for choosing among these papers, for any number of readers."""
        return self._engine.open_desk(work_ids, now)

    def open_sieve(self, now: datetime) -> Sieve:
        """What decides which papers of saved searches are sent; see `Promises.open`."""
        return self.promises.open(now)

    def review(self, reader: Reader, shelf_id: int, query: str, limit: int = 20) -> ReviewState:
        """Where a reader stands who works through all papers that a query finds: which to judge
        next, and whether it is time to stop. Raises NotFoundError, InvalidInputError."""
        return self._engine.review(reader, shelf_id, query, limit)

    # --- Trials -------------------------------------------------------------------------------

    def begin_trial(self, reader: Reader, shelf_id: int, challenger: str) -> Done:
        """Try a ranker against that of a shelf; see `Trying.begin`."""
        return self._trying.begin(reader, shelf_id, challenger)

    def get_trial(self, reader: Reader, shelf_id: int) -> TrialReport:
        """How the trial of a shelf stands; see `Trying.get`."""
        return self._trying.get(reader, shelf_id)

    def end_trial(self, reader: Reader, shelf_id: int, keep: str) -> Done:
        """End the trial of a shelf, and keep "ours" or the "challenger"; see `Trying.end`."""
        return self._trying.end(reader, shelf_id, keep)

    @property
    def _trying(self) -> Trying:
        return Trying(self._store, self._steerings, self._clock, self._engine.rankers)

    # --- Keeping ------------------------------------------------------------------------------

    def refresh(self, progress: Progress = silent) -> int:
        """Let the pool of papers follow the library; returns how many papers it took in."""
        return self._engine.refresh(progress)

    def warm(self) -> None:
        """Have at hand what shelves need, so that no request waits for it; nothing, while there is
        nothing to learn from. For a thread beside the requests, which calls it again and again."""
        if self._store.find_taught(1):
            self._engine.warm()
