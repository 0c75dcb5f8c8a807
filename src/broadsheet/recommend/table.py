"""One shelf laid out: what it finds now, and what it would find without one of its lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from broadsheet.edition import Edition
from broadsheet.errors import NotFoundError
from broadsheet.learning import Effect, Hood, Moved, ShelfPicks, TradeOff
from broadsheet.ports import Pool, Rows, Store
from broadsheet.recommend.calibration import NEEDED, Calibration, rescore, standardise
from broadsheet.recommend.choosing import room_for, spread
from broadsheet.recommend.desk import READING
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
from broadsheet.recommend.offers import read_editions
from broadsheet.recommend.pool import Stock
from broadsheet.recommend.teaching import NONE_YET, Teacher, name_model
from broadsheet.recommend.trade_off import work_out

FEW = 1_000
"""Where the last days have fewer papers, a shelf chooses from as many of the newest."""

FIRST = 10
MOST_EDITIONS = 120
MOST_TERMS = 20
NOWHERE = (0, 0.0)


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
        shelf, stock = self._study.shelf, self._stock
        if stock is None:
            return ShelfPicks(shelf.id, shelf.name, quiet=READING)
        views = self._teacher.learn_all(self._desires, stock)
        view = views.get(shelf.id)
        if view is None:
            return ShelfPicks(shelf.id, shelf.name, quiet=tell_nothing(self._study))
        calibration = self._calibrate(views, stock)
        ranking = rank(view, self._choose_from(stock, days), calibration)
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
        """The first papers with and without a lesson. Raises NotFoundError for what is none."""
        study, stock = self._study, self._stock
        rest = [each for each in study.lessons if each.work_id != work_id]
        if len(rest) == len(study.lessons):
            raise NotFoundError("lesson", work_id, within=" of this shelf")
        effect = Effect(study.shelf.id, work_id)
        view = self._teacher.learn(study, stock) if stock else None
        if stock is None or view is None:
            return effect
        rows, pool = self._choose_from(stock, days), stock.pool
        before = rank(view, rows, NONE_YET)
        other = self._teacher.learn(replace(study, lessons=rest), stock)
        after = rank(other, rows, NONE_YET) if other else before.take(np.empty(0, np.int64))
        first, second = (spread(each, pool, FIRST) for each in (before, after))
        return replace(
            effect,
            before=tuple(pool.numbers[first.rows].tolist()),
            after=tuple(pool.numbers[second.rows].tolist()),
            moved=_compare(before, after, [*first.rows.tolist(), *second.rows.tolist()], pool),
        )

    def describe(self) -> Hood:
        """What the shelf has learned, and how good its editions were. Three queries."""
        study, stock = self._study, self._stock
        views = self._teacher.learn_all(self._desires, stock) if stock else {}
        view = views.get(study.shelf.id)
        quiet = READING if stock is None else "" if view else tell_nothing(study)
        editions = read_editions(self._store, study.shelf.reader_id, MOST_EDITIONS)
        likes = [each.work_id for each in study.lessons if each.weight > 0]
        hood = Hood(
            study.shelf.id,
            study.shelf.name,
            lessons=tuple(study.lessons),
            authors=count_authors(self._store.get_works(likes)),
            weeks=review_weeks(editions, self._desires, study.shelf.id, self._now, stock),
            quiet=quiet,
        )
        if stock is None or view is None:
            return hood
        return replace(
            hood,
            model=name_model(view, stock, self._space),
            terms=tuple(view.profile.terms(None, MOST_TERMS)),
            needed=self._calibrate(views, stock, editions).needed,
        )

    def trade_off(self, days: int = 28) -> TradeOff:
        """What each floor would have meant for the papers of the last days, those included that the
        reader has kept or answered to since, as if the shelf had not learned from them: without
        these it would be worked out on what was left over."""
        study, stock = self._study, self._stock
        views = self._teacher.learn_all(self._desires, stock) if stock else {}
        view = views.get(study.shelf.id)
        if stock is None or view is None:
            return TradeOff(study.shelf.id, 0, NEEDED, 0)
        rows = self._choose_from(stock, days, known=True)
        scores = standardise(rescore(view.profile, view.lessons, rows), view.reference)
        per_day = room_for(study.steering, 1)
        when, calibration = stock.pool.days[rows], self._calibrate(views, stock)
        return work_out(study.shelf.id, calibration, scores, when, per_day=per_day, least=TELLING)

    def _choose_from(self, stock: Stock, days: int, *, known: bool = False) -> Rows:
        """The papers of the last days, or else the newest, that the shelf may show, or might have
        before they were `known`."""
        pool = stock.pool
        left = allow(stock, self._study.steering)
        if not known:
            left &= exclude(pool, self._desires.known)
        new = pool.days > self._now.toordinal() - days
        if np.count_nonzero(new) < FEW:
            newest = np.lexsort((-pool.numbers, -pool.days))[:FEW]
            new[newest] = True
        return np.flatnonzero(left & new)

    def _calibrate(
        self, views: dict[int, View], stock: Stock, editions: Sequence[Edition] | None = None
    ) -> Calibration:
        if editions is None:
            editions = read_editions(self._store, self._study.shelf.reader_id)
        return self._teacher.calibrate(self._desires, views, stock, self._now, editions)


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
