"""Chooses for readers' own editions among a day's papers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import Match, ShelfPicks
from broadsheet.people import Reader
from broadsheet.ports import Rows, Store
from broadsheet.recommend.calibration import Calibration
from broadsheet.recommend.choosing import choose, room_for, share_out, spread
from broadsheet.recommend.lessons import Study, read_desires
from broadsheet.recommend.matching import (
    NOTHING_LEARNED,
    Ranking,
    View,
    allow,
    exclude,
    explain,
    find_telling,
    is_muted,
    place,
    rank,
)
from broadsheet.recommend.pool import Stock
from broadsheet.recommend.teaching import NONE_YET, Teacher, name_model
from broadsheet.recommend.trials import CHALLENGER, interleave, make_seed

READING = "The papers are still being read in; in a few minutes this shelf finds something."
NOT_IN_EDITION = "This shelf is not in your edition, as you set it."
NOTHING_NEAR = "Nothing new is a match for this shelf."
UNSURE = "Nothing new is as sure a match as you ask for."


@dataclass(frozen=True, slots=True)
class Slot:
    """A shelf on its way to an edition: what it has learned, what it may show, the best first, and
    how many places it has."""

    view: View
    ranking: Ranking
    room: int


class Desk:
    """Chooses among papers for one reader after another. Deterministic: the same papers, lessons
    and moment give the same picks. Without a `stock` it has nothing, and says so."""

    def __init__(
        self,
        store: Store,
        teacher: Teacher,
        stock: Stock | None,
        work_ids: Collection[int],
        now: datetime,
        space: str = "",
    ) -> None:
        self._store = store
        self._teacher = teacher
        self._stock = stock
        self._rows: Rows = place(stock.pool, work_ids) if stock else np.empty(0, np.int64)
        self._now = now
        self._space = space

    def pick(
        self, reader: Reader, *, days: int, taken: Collection[int] = ()
    ) -> Sequence[ShelfPicks]:
        """What each of a reader's shelves has for an edition that covers so many days, in the order
        of the shelves: no paper twice, none that is `taken`, saved, answered or hidden.

        Five queries, however many shelves and papers there are.
        """
        desires, stock = read_desires(self._store, reader.id, self._now), self._stock
        if stock is None:
            return [_say(study, READING) for study in desires.studies]
        views = self._teacher.learn_all(desires, stock)
        calibration = self._teacher.calibrate(reader.id, desires, views, stock, self._now)
        asked = [view for view in views.values() if not find_silence(view.study, self._now)]
        left = exclude(stock.pool, {*desires.known, *taken})
        slots = self._share(asked, stock, left, calibration, days)
        return [
            self._fill(slots[study.shelf.id], stock, calibration)
            if study.shelf.id in slots
            else _say(study, find_silence(study, self._now) or NOTHING_LEARNED, calibration.needed)
            for study in desires.studies
        ]

    def _share(
        self,
        views: Sequence[View],
        stock: Stock,
        left: NDArray[np.bool_],
        calibration: Calibration,
        days: int,
    ) -> dict[int, Slot]:
        """What each shelf may show, no paper on two of them, by shelf."""
        rankings = []
        for view in views:
            allowed = left & allow(stock, view.study.steering)
            # All papers for every shelf: a ranker keeps what it works out of the same rows.
            ranking = rank(view, self._rows, calibration)
            ranking = ranking.take(allowed[ranking.rows])
            telling = find_telling(view, ranking)
            rankings.append(telling.above(view.study.steering.floor))
        rooms = [room_for(view.study.steering, days) for view in views]
        shared = share_out(rankings, rooms)
        return {
            view.study.shelf.id: Slot(view, ranking, room)
            for view, ranking, room in zip(views, shared, rooms, strict=True)
        }

    def _fill(self, slot: Slot, stock: Stock, calibration: Calibration) -> ShelfPicks:
        shelf, steering = slot.view.study.shelf, slot.view.study.steering
        if not len(slot.ranking.rows):
            quiet = UNSURE if steering.floor else NOTHING_NEAR
            return _say(slot.view.study, quiet, calibration.needed)
        other = None
        if steering.challenger:
            other = self._teacher.learn_by(steering.challenger, slot.view.study, stock)
        if other:
            matches = self._try_out(slot, other, stock)
        else:
            pool, lessons = stock.pool, slot.view.lessons.rows
            chosen, explored = choose(slot.ranking, pool, lessons, steering, slot.room)
            matches = explain(slot.view, chosen, pool, explored)
        return ShelfPicks(
            shelf.id,
            shelf.name,
            tuple(matches),
            model=name_model(slot.view, stock, self._space),
            left=len(slot.ranking.rows) - len(matches),
            needed=calibration.needed,
        )

    def _try_out(self, slot: Slot, other: View, stock: Stock) -> list[Match]:
        """The papers of two rankers in one list; each explained by the one that placed it. The
        chances are those of the shelf's own ranker: its reader's answers were to that."""
        study, pool = slot.view.study, stock.pool
        theirs = rank(other, slot.ranking.rows, NONE_YET)
        ours, second = (spread(each, pool, slot.room) for each in (slot.ranking, theirs))
        seed = make_seed(study.shelf.reader_id, study.shelf.id, self._now.date().isoformat())
        drafted = interleave(ours.rows.tolist(), second.rows.tolist(), seed, slot.room)
        chances = slot.ranking.chances_by_row()
        found = []
        for row, team in drafted:
            view, ranking = (other, theirs) if team == CHALLENGER else (slot.view, slot.ranking)
            (match,) = explain(view, ranking.take(ranking.rows == row), pool)
            found.append(replace(match, team=team, chance=chances.get(row)))
        return found


def find_silence(study: Study, now: datetime) -> str:
    """Why a shelf has no section, as its reader set it, in a sentence; "" where it has one."""
    until = study.steering.muted_until
    if until and is_muted(study.steering, now.date()):
        return f"This shelf is silent until {until.day} {until:%B %Y}, as you set it."
    return "" if study.steering.in_edition else NOT_IN_EDITION


def _say(study: Study, quiet: str, needed: int = 0) -> ShelfPicks:
    return ShelfPicks(study.shelf.id, study.shelf.name, quiet=quiet, needed=needed)
