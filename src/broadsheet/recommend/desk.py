"""Chooses for readers' own editions among a day's papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import Match, ShelfPicks
from broadsheet.people import Reader
from broadsheet.phrases import count
from broadsheet.ports import Pool, Rows, Store
from broadsheet.recommend.briefs import Brief, read_briefs
from broadsheet.recommend.calibration import Calibration
from broadsheet.recommend.choosing import MOST, choose, room_for, share_out, spread
from broadsheet.recommend.lessons import Study
from broadsheet.recommend.matching import (
    Ranking,
    View,
    allow,
    exclude,
    explain,
    find_telling,
    is_muted,
    place,
    rank,
    take_turns,
    tell_nothing,
)
from broadsheet.recommend.pool import Stock
from broadsheet.recommend.teaching import NONE_YET, Teacher, name_model
from broadsheet.recommend.trials import CHALLENGER, interleave, make_seed

READING = "The papers are still being read in; in a few minutes this shelf finds something."
NOT_IN_EDITION = "This shelf is not in your edition, as you set it."
NOTHING_NEAR = "Nothing new is a match for this shelf."
ELSEWHERE = "All that is new for this shelf stands with another one of yours."
NO_PAPERS = Ranking(np.empty(0, np.int64), np.empty(0, np.float32), None)
CLOSE = 0.1
"""By so much less than the floor a match came close."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A shelf on its way to an edition: what it has learned, what it may show, the best first, how
    many places it has, and all that is near it, however sure and whatever other shelves show. In a
    trial, `rival` and `theirs` are the same of the challenger."""

    view: View
    ranking: Ranking
    room: int
    near: Ranking
    rival: View | None = None
    theirs: Ranking = NO_PAPERS

    @property
    def listed(self) -> Ranking:
        """All that it may show: in a trial, what the two rankers would, in turn."""
        return take_turns(self.ranking, self.theirs) if self.rival else self.ranking

    def narrow(self, rows: Rows) -> Slot:
        """The slot with those of its papers that are among these."""
        ours, theirs = (each.take(np.isin(each.rows, rows)) for each in (self.ranking, self.theirs))
        return replace(self, ranking=ours, theirs=theirs)


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
        self._read: Mapping[int, Brief] = {}

    def read(self, readers: Sequence[Reader]) -> None:
        """Read what is needed to pick for these readers, and forget those before. Six queries,
        however many there are; for one who is not among them, `pick` reads anew each time."""
        self._read = read_briefs(self._store, [each.id for each in readers], self._now)

    def pick(
        self,
        reader: Reader,
        *,
        days: int,
        taken: Collection[int] = (),
        waiting: Collection[int] = (),
        edition: str = "",
    ) -> Sequence[ShelfPicks]:
        """What each of a reader's shelves has for an edition that covers so many days, in the order
        of the shelves: no paper twice, none that is `taken`, saved, answered or hidden. To the
        papers of the desk come those that are `waiting`: they had no room in the edition before.
        The name of the `edition` is the reader's date (default: that of the desk's moment): by it
        shelves are silent, and the coin of a trial is thrown.

        Six queries, however many shelves and papers there are; none after `read`.
        """
        brief = self._read.get(reader.id)
        if brief is None:
            brief = read_briefs(self._store, [reader.id], self._now)[reader.id]
        desires, stock = brief.desires, self._stock
        if stock is None:
            return [_say(study, READING) for study in desires.studies]
        views = self._teacher.learn_all(desires, stock)
        calibration = self._teacher.calibrate(desires, views, stock, self._now, brief.past)
        day = read_day(edition) or self._now.date()
        asked = [view for view in views.values() if not find_silence(view.study, day)]
        left = exclude(stock.pool, {*desires.known, *taken})
        here = {*self._rows.tolist()} if waiting else set()
        more = np.array([row for row in place(stock.pool, waiting) if row not in here], np.int64)
        slots = self._share(asked, stock, left, calibration, days, more)
        return [
            self._fill(slots[study.shelf.id], stock, calibration, edition or day.isoformat())
            if study.shelf.id in slots
            else _say(study, find_silence(study, day) or tell_nothing(study), calibration.needed)
            for study in desires.studies
        ]

    def _share(
        self,
        views: Sequence[View],
        stock: Stock,
        left: NDArray[np.bool_],
        calibration: Calibration,
        days: int,
        more: Rows,
    ) -> dict[int, Slot]:
        """What each shelf may show, no paper on two of them, by shelf. `more` are rows of papers
        that only this reader waits for."""
        slots = []
        for view in views:
            steering = view.study.steering
            allowed, room = left & allow(stock, steering), room_for(steering, days)
            near = self._find_near(view, allowed, calibration, more)
            slot = Slot(view, near.above(steering.floor), room, near)
            slots.append(self._challenge(slot, stock, allowed, more))
        shared = share_out([slot.listed for slot in slots], [slot.room for slot in slots])
        return {
            slot.view.study.shelf.id: slot.narrow(own.rows)
            for slot, own in zip(slots, shared, strict=True)
        }

    def _find_near(
        self, view: View, allowed: NDArray[np.bool_], calibration: Calibration, more: Rows
    ) -> Ranking:
        """What is near a shelf of all that it may show."""
        ranking = rank(view, self._rows, calibration, allowed)
        if len(more):
            ranking = ranking.merge(rank(view, more, calibration, allowed))
        return find_telling(view, ranking)

    def _challenge(self, slot: Slot, stock: Stock, allowed: NDArray[np.bool_], more: Rows) -> Slot:
        """The slot with what the challenger of a trial would show, which it chooses from the same
        papers. There are no chances by its scores: where a floor holds back some of ours, it has
        as many of its best as that leaves us."""
        study = slot.view.study
        name = study.steering.challenger
        rival = self._teacher.learn_by(name, study, stock) if name else None
        if rival is None:
            return slot
        theirs = self._find_near(rival, allowed, NONE_YET, more)
        if len(slot.ranking.rows) < len(slot.near.rows):
            theirs = theirs.take(np.arange(min(len(theirs.rows), len(slot.ranking.rows))))
        return replace(slot, rival=rival, theirs=theirs)

    def _fill(self, slot: Slot, stock: Stock, calibration: Calibration, edition: str) -> ShelfPicks:
        shelf, steering = slot.view.study.shelf, slot.view.study.steering
        listed = slot.listed.rows
        if not len(listed):
            quiet = tell_quiet(slot.near, steering.floor)
            return _say(slot.view.study, quiet, calibration.needed)
        if slot.rival:
            matches = _try_out(slot, slot.rival, stock.pool, calibration, edition)
        else:
            pool, lessons = stock.pool, slot.view.lessons.rows
            chosen, explored = choose(slot.ranking, pool, lessons, steering, slot.room)
            matches = explain(slot.view, chosen, pool, explored)
        shown = {match.work_id for match in matches}
        numbers = stock.pool.numbers[listed].tolist()
        waiting = tuple(number for number in numbers if number not in shown)
        return ShelfPicks(
            shelf.id,
            shelf.name,
            tuple(matches),
            model=name_model(slot.view, stock, self._space),
            left=len(waiting),
            needed=calibration.needed,
            waiting=waiting[:MOST],
        )


def _try_out(
    slot: Slot, rival: View, pool: Pool, calibration: Calibration, edition: str
) -> list[Match]:
    """The papers of two rankers in one list; each explained by the one that placed it. The chances
    are those of the shelf's own ranker: its reader's answers were to that."""
    ours, theirs = (spread(each, pool, slot.room) for each in (slot.ranking, slot.theirs))
    seed = make_seed(slot.view.study.shelf.reader_id, slot.view.study.shelf.id, edition)
    drafted = interleave(ours.rows.tolist(), theirs.rows.tolist(), seed, slot.room)
    rows = np.array([row for row, _ in drafted], np.int64)
    chances = rank(slot.view, rows, calibration).chances_by_row()
    found = []
    for row, team in drafted:
        view, ranking = (slot.view, ours)
        if team == CHALLENGER or row not in ours.rows:
            view, ranking = rival, theirs
        (match,) = explain(view, ranking.take(ranking.rows == row), pool)
        found.append(replace(match, team=team, chance=chances.get(row)))
    return found


def read_day(edition: str) -> date | None:
    """The day that an edition is named after; None for another name."""
    try:
        return date.fromisoformat(edition)
    except ValueError:
        return None


def find_silence(study: Study, day: date) -> str:
    """Why a shelf has no section on a day, as its reader set it, in a sentence; "" where it has
    one."""
    until = study.steering.muted_until
    if until and is_muted(study.steering, day):
        return f"This shelf is silent until {until.day} {until:%B %Y}, as you set it."
    return "" if study.steering.in_edition else NOT_IN_EDITION


def tell_quiet(near: Ranking, floor: float) -> str:
    """Why a shelf shows nothing, given what is near it, in a sentence."""
    if not len(near.rows):
        return NOTHING_NEAR
    if near.chances is None or len(near.above(floor).rows):
        return ELSEWHERE
    close = len(near.above(floor - CLOSE).rows)
    came = f"{count(close, 'paper')} came close" if close else "nothing came close"
    return f"Nothing new is above your floor of {100 * floor:.0f} %; {came}."


def _say(study: Study, quiet: str, needed: int = 0) -> ShelfPicks:
    return ShelfPicks(study.shelf.id, study.shelf.name, quiet=quiet, needed=needed)
