"""One shelf laid out: what it finds now, and what it would find without one of its lessons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import numpy as np

from broadsheet.errors import NotFoundError
from broadsheet.learning import Effect, Hood, Moved, ShelfPicks, TradeOff
from broadsheet.ports import Pool, Rows, Store
from broadsheet.recommend.calibration import NEEDED, Calibration, rescore, standardise
from broadsheet.recommend.choosing import room_for, spread
from broadsheet.recommend.desk import READING
from broadsheet.recommend.guarded import try_without
from broadsheet.recommend.hood import count_authors, review_weeks
from broadsheet.recommend.lessons import Desires, Study
from broadsheet.recommend.matching import (
    TELLING,
    Ranking,
    View,
    allow,
    exclude,
    explain,
    rank,
    tell_nothing,
)
from broadsheet.recommend.offers import EDITIONS, Past, read_editions, read_looks, read_pasts
from broadsheet.recommend.pool import Stock
from broadsheet.recommend.teaching import NONE_YET, Teacher, name_model
from broadsheet.recommend.trade_off import work_out

FEW = 1_000
"""Where the last days have fewer papers, a shelf chooses from as many of the newest."""

FIRST = 10
MOST_EDITIONS = 120
MOST_TERMS = 20
NOWHERE = (0, 0.0)

Found = TypeVar("Found")


class Table:
    """Everything about one shelf. `stock` is None while papers are still being read in."""

    def __init__(
        self,
        store: Store,
        teacher: Teacher,
        stock: Stock | None,
        desires: Desires,
        study: Study,
        now: datetime,
        space: str,
    ) -> None:
        self._store = store
        self._teacher = teacher
        self._stock = stock
        self._desires = desires
        self._study = study
        self._now = now
        self._space = space

    def rank(self, days: int, limit: int) -> ShelfPicks:
        """What the shelf finds among the papers of the last days, the best first."""
        shelf = self._study.shelf
        return self._try(
            lambda desires: self._rank(desires, days, limit),
            lambda said: ShelfPicks(shelf.id, shelf.name, quiet=said),
        )

    def _rank(self, desires: Desires, days: int, limit: int) -> ShelfPicks:
        shelf, stock = self._study.shelf, self._stock
        if stock is None:
            return ShelfPicks(shelf.id, shelf.name, quiet=READING)
        views = self._teacher.learn_all(desires, stock)
        view = views.get(shelf.id)
        if view is None:
            return ShelfPicks(shelf.id, shelf.name, quiet=tell_nothing(self._study))
        calibration = self._calibrate(desires, views, stock)
        ranking = self._rank_new(view, stock, days, calibration)
        shown = spread(ranking, stock.pool, limit)
        return ShelfPicks(
            shelf.id,
            shelf.name,
            tuple(explain(view, shown, stock.pool)),
            model=name_model(view, stock, self._space),
            left=len(ranking.rows) - len(shown.rows),
            needed=calibration.needed,
        )

    def effect_without(self, work_id: int, days: int = 31) -> Effect:
        """The first papers with and without a lesson. Raises NotFoundError for what is none,
        RankerError where the shelf's ranker fails."""
        study, stock = self._study, self._stock
        rest = [each for each in study.lessons if each.work_id != work_id]
        if len(rest) == len(study.lessons):
            raise NotFoundError("lesson", work_id, within=" of this shelf")
        effect = Effect(study.shelf.id, work_id)
        view = self._teacher.learn(study, stock) if stock else None
        if stock is None or view is None:
            return effect
        pool = stock.pool
        before = self._rank_new(view, stock, days, NONE_YET)
        other = self._teacher.learn(replace(study, lessons=rest), stock)
        nothing = before.take(np.empty(0, np.int64))
        after = self._rank_new(other, stock, days, NONE_YET) if other else nothing
        first, second = (spread(each, pool, FIRST) for each in (before, after))
        return replace(
            effect,
            before=tuple(pool.numbers[first.rows].tolist()),
            after=tuple(pool.numbers[second.rows].tolist()),
            moved=_compare(before, after, [*first.rows.tolist(), *second.rows.tolist()], pool),
        )

    def describe(self) -> Hood:
        """What the shelf has learned, and how good its editions were. Four queries."""
        study, stock = self._study, self._stock
        reader = study.shelf.reader_id
        editions = read_editions(self._store, reader, MOST_EDITIONS)
        looks = read_looks(self._store, [reader]).get(reader, ())
        past = Past(editions[:EDITIONS], looks)
        likes = [each.work_id for each in study.lessons if each.weight > 0]
        hood = Hood(
            study.shelf.id,
            study.shelf.name,
            lessons=tuple(study.lessons),
            authors=count_authors(self._store.get_works(likes)),
            weeks=review_weeks(editions, self._desires, study.shelf.id, self._now, stock),
        )
        return self._try(
            lambda desires: self._describe_learned(hood, desires, past),
            lambda said: replace(hood, quiet=said),
        )

    def _describe_learned(self, hood: Hood, desires: Desires, past: Past) -> Hood:
        stock = self._stock
        if stock is None:
            return replace(hood, quiet=READING)
        views = self._teacher.learn_all(desires, stock)
        view = views.get(hood.shelf_id)
        if view is None:
            return replace(hood, quiet=tell_nothing(self._study))
        return replace(
            hood,
            model=name_model(view, stock, self._space),
            terms=tuple(view.profile.terms(None, MOST_TERMS)),
            needed=self._calibrate(desires, views, stock, past).needed,
        )

    def trade_off(self, days: int = 28) -> TradeOff:
        """What each floor would have meant for the papers of the last days, those included that the
        reader has kept or answered to since, as if the shelf had not learned from them: without
        these it would be worked out on what was left over."""
        number = self._study.shelf.id
        return self._try(
            lambda desires: self._trade_off(desires, days),
            lambda said: TradeOff(number, 0, NEEDED, quiet=said),
        )

    def _trade_off(self, desires: Desires, days: int) -> TradeOff:
        study, stock = self._study, self._stock
        views = self._teacher.learn_all(desires, stock) if stock else {}
        view = views.get(study.shelf.id)
        if stock is None or view is None:
            return TradeOff(study.shelf.id, 0, NEEDED, 0)
        rows = self._choose_from(stock, days)
        scores = standardise(rescore(view.profile, view.lessons, rows), view.reference)
        per_day = room_for(study.steering, 1)
        when, calibration = stock.pool.days[rows], self._calibrate(desires, views, stock)
        return work_out(study.shelf.id, calibration, scores, when, per_day=per_day, least=TELLING)

    def _rank_new(self, view: View, stock: Stock, days: int, calibration: Calibration) -> Ranking:
        """What the shelf may show of the last days, the best first."""
        new = exclude(stock.pool, self._desires.known)
        return rank(view, self._choose_from(stock, days), calibration, new)

    def _choose_from(self, stock: Stock, days: int) -> Rows:
        """The papers of the last days, or else the newest, that the shelf may show or might have
        shown before they were known."""
        pool = stock.pool
        left = allow(stock, self._study.steering)
        new = pool.days > self._now.toordinal() - days
        if np.count_nonzero(new) < FEW:
            newest = np.lexsort((-pool.numbers, -pool.days))[:FEW]
            new[newest] = True
        return np.flatnonzero(left & new)

    def _try(self, work: Callable[[Desires], Found], instead: Callable[[str], Found]) -> Found:
        failures = self._teacher.failures
        return try_without(work, self._desires, self._study, instead, failures)

    def _calibrate(
        self,
        desires: Desires,
        views: dict[int, View],
        stock: Stock,
        past: Past | None = None,
    ) -> Calibration:
        if past is None:
            reader = self._study.shelf.reader_id
            past = read_pasts(self._store, [reader])[reader]
        return self._teacher.calibrate(desires, views, stock, self._now, past)


def _compare(before: Ranking, after: Ranking, rows: Sequence[int], pool: Pool) -> tuple[Moved, ...]:
    """Where papers stand before and after, by score alone."""
    was, now = _places(before), _places(after)
    found = []
    for row in dict.fromkeys(rows):
        (place, score), (new_place, new_score) = was.get(row, NOWHERE), now.get(row, NOWHERE)
        number = int(pool.numbers[row])
        found.append(Moved(number, place, new_place, new_score - score))
    return tuple(found)


def _places(ranking: Ranking) -> dict[int, tuple[int, float]]:
    scores = zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)
    return {row: (place, score) for place, (row, score) in enumerate(scores, 1)}
