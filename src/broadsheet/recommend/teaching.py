"""Lets shelves learn: which ranker each has, and how sure a reader's shelves may be."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np

from broadsheet.mishaps import Mishap
from broadsheet.phrases import count
from broadsheet.ports import ArrayCache, Lessons, Pool, Ranker
from broadsheet.recommend.briefs import Brief
from broadsheet.recommend.calibration import Calibration, Prior, learn_prior
from broadsheet.recommend.guarded import Failures
from broadsheet.recommend.lessons import Desires, Study
from broadsheet.recommend.matching import View, look
from broadsheet.recommend.offers import (
    Past,
    Told,
    calibrate,
    find_offers,
    join,
    read_off,
)
from broadsheet.recommend.pool import Stock
from broadsheet.recommend.preferences import Preferences
from broadsheet.recommend.saving import load_prior, save_prior

NONE_YET = calibrate([])

_log = logging.getLogger(__name__)


class Teacher:
    """Has the rankers: ours, and those that plug-ins bring."""

    def __init__(
        self, cache: ArrayCache, ours: Sequence[Ranker], plugged: Sequence[Ranker]
    ) -> None:
        self._cache = cache
        self._plugged = plugged
        self._ours = ours
        self._prior: Prior | None = None
        self._preferences = Preferences(cache, ours)
        self.failures = Failures()

    @property
    def rankers(self) -> Sequence[Ranker]:
        """All rankers, ours first."""
        return [*self._ours, *self._plugged]

    def find_ranker(self, study: Study, stock: Stock) -> Ranker:
        """The ranker of a shelf: the one that its reader set, or else, and where that is installed
        no longer, the one of ours that finds its likes best; in a trial, where it must not change,
        our first."""
        name = study.steering.ranker
        found = next((each for each in self.rankers if name and each.id == name), None)
        if study.steering.challenger:
            return found or self._ours[0]
        return found or self._preferences.choose(study, stock.pool)

    def learn(self, study: Study, stock: Stock) -> View | None:
        """What a shelf makes of its lessons; None without any like."""
        if not study.likes:
            return None
        return look(study, stock.pool, self.find_ranker(study, stock))

    def learn_by(self, name: str, study: Study, stock: Stock) -> View | None:
        """What another ranker makes of a shelf's lessons; None where it is not installed."""
        found = next((each for each in self.rankers if each.id == name), None)
        return look(study, stock.pool, found) if found else None

    def keep(self) -> None:
        """Remember which rankers serve which shelves."""
        self._preferences.save()

    def prepare(self, pool: Pool) -> None:
        """Have our rankers work out what they keep of a pool, so that nobody waits for that; and
        ask the cache anew what readers have in common."""
        self._prior = None
        if len(pool.numbers):
            one, nothing = np.zeros(1, np.int64), np.empty(0, np.int64)
            weights = np.ones(1, np.float32), np.empty(0, np.float32)
            for ranker in self._ours:
                ranker.learn(Lessons(one, nothing, *weights), pool)

    def listen(self, briefs: Iterable[Brief], stock: Stock, now: datetime) -> None:
        """Learn what readers have in common, and ask their shelves which ranker serves them; one
        for whom a ranker fails is not heard."""
        heard = []
        for desires, past in briefs:
            with Mishap(_log, "The shelves of a reader cannot be listened to"):
                views = self.learn_all(desires, stock)
                heard.append(join(self._read_off(desires, views, stock, now, past)))
        if prior := learn_prior(heard):
            save_prior(self._cache, prior)
        self._prior = prior

    def learn_all(self, desires: Desires, stock: Stock) -> dict[int, View]:
        """What all shelves of a reader that have a like make of their lessons, by shelf."""
        views = {study.shelf.id: self.learn(study, stock) for study in desires.studies}
        return {number: view for number, view in views.items() if view}

    def calibrate(
        self,
        desires: Desires,
        views: dict[int, View],
        stock: Stock,
        now: datetime,
        past: Past,
    ) -> Calibration:
        """How the chance follows from the score for a reader, from what became of the papers that
        any of the shelves has shown lately."""
        told = self._read_off(desires, views, stock, now, past)
        if self._prior is None:
            self._prior = load_prior(self._cache)
        return calibrate(told, self._prior)

    def _read_off(
        self,
        desires: Desires,
        views: dict[int, View],
        stock: Stock,
        now: datetime,
        past: Past,
    ) -> list[Told]:
        offers = find_offers(past, desires, views, now)
        return [
            read_off(offers[number], view.profile, view.lessons, stock.pool, view.reference)
            for number, view in views.items()
        ]


def name_model(view: View, stock: Stock, space: str) -> str:
    """Ranker, features and lessons of a shelf, so that what it chose can be explained later."""
    dislikes = len(view.lessons.dislikes)
    parts = [
        view.ranker.id,
        f"{count(len(stock.pool.terms), 'word')}{f' + {space}' if space else ''}",
        count(len(view.lessons.likes), "like") + (f", {dislikes:,} not for me" if dislikes else ""),
    ]
    return " · ".join(parts)
