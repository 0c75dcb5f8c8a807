"""What one shelf makes of papers: their order, their chances, and the reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import Because, Match, Steering
from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend.calibration import Calibration, standardise
from broadsheet.recommend.lessons import Study, place_lessons
from broadsheet.recommend.offers import sample
from broadsheet.recommend.pool import Stock

MOST_BECAUSE = 3
MOST_TERMS = 4

TELLING = 1.0
"""A paper that is hardly nearer to a shelf than any other is no find, on however quiet a day."""

NOTHING_LEARNED = "Nothing to learn from yet: put a paper on this shelf, or like one for it."
NOT_READ = "The papers that are liked here are not in the library any more."


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A shelf that has learned: its profile, and the scores of a sample of the papers that it has
    not learned from, by which its scores are compared with those of other shelves."""

    study: Study
    ranker: Ranker
    lessons: Lessons
    profile: Profile
    reference: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Papers as a shelf orders them, the best first; `chances` are None while none can be told."""

    rows: Rows
    scores: Scores
    chances: NDArray[np.float64] | None

    def take(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Ranking:
        """Some of the papers: where `kept` is true, or those in the places that it names."""
        chances = None if self.chances is None else self.chances[kept]
        return Ranking(self.rows[kept], self.scores[kept], chances)

    def chances_by_row(self) -> dict[int, float]:
        """The chances by row; none, while none can be told."""
        if self.chances is None:
            return {}
        return dict(zip(self.rows.tolist(), self.chances.tolist(), strict=True))

    def join(self, more: Ranking) -> Ranking:
        """These papers, and then others."""
        rows = np.concatenate([self.rows, more.rows])
        scores = np.concatenate([self.scores, more.scores])
        if self.chances is None or more.chances is None:
            return Ranking(rows, scores, None)
        return Ranking(rows, scores, np.concatenate([self.chances, more.chances]))

    def merge(self, more: Ranking) -> Ranking:
        """These papers and others, the best first."""
        both = self.join(more)
        return both.take(np.lexsort((both.rows, -both.scores)))

    def above(self, floor: float) -> Ranking:
        """The papers of at least such a chance; all, while none can be told."""
        return self if self.chances is None or not floor else self.take(self.chances >= floor)


def look(study: Study, pool: Pool, ranker: Ranker) -> View | None:
    """Let a shelf learn; None where it has no like to learn from."""
    lessons = place_lessons(study.lessons, pool, study.steering.rare)
    if not len(lessons.likes):
        return None
    profile = ranker.learn(lessons, pool)
    # What a shelf has learned from is near it by itself: where that is most of a library, nothing
    # could be nearer than most.
    rows = sample(pool, lessons.rows)
    return View(study, ranker, lessons, profile, profile.score(rows))


def tell_nothing(study: Study) -> str:
    """Why a shelf has learned nothing, in a sentence."""
    return NOT_READ if study.likes else NOTHING_LEARNED


def rank(
    view: View, rows: Rows, calibration: Calibration, within: NDArray[np.bool_] | None = None
) -> Ranking:
    """Order papers, the best first; among equals by row. Of the pool, only those `within` are
    taken, but all are scored: a ranker keeps what it works out of the same rows."""
    scores = view.profile.score(rows)
    if within is not None:
        kept = within[rows]
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))
    rows, scores = rows[order], scores[order]
    chances = None
    if not calibration.needed:
        chances = calibration.chance(standardise(scores, view.reference))
    return Ranking(rows, scores, chances)


def find_telling(view: View, ranking: Ranking) -> Ranking:
    """The papers that are nearer to a shelf than most: by `TELLING` deviations than the mean of
    what it has not learned from."""
    return ranking.take(standardise(ranking.scores, view.reference) >= TELLING)


def take_turns(one: Ranking, other: Ranking) -> Ranking:
    """The papers of two rankings in turn, each once; without scores or chances."""
    rows = np.concatenate([one.rows, other.rows])
    turns = np.concatenate([np.arange(len(one.rows)), np.arange(len(other.rows))])
    rows = rows[np.argsort(turns, kind="stable")]
    rows = rows[np.sort(np.unique(rows, return_index=True)[1])]
    return Ranking(rows, np.zeros(len(rows), np.float32), None)


def place(pool: Pool, numbers: Collection[int]) -> Rows:
    """The rows of those papers that a pool has, in order."""
    return np.array(sorted(pool.rows[each] for each in numbers if each in pool.rows), np.int64)


def allow(stock: Stock, steering: Steering) -> NDArray[np.bool_]:
    """Which papers of a stock a shelf may show: where there are `only`, those with one of each
    kind; none with any of `never`."""
    allowed = np.ones(len(stock.pool.numbers), bool)
    for kind in sorted({wish.kind for wish in steering.only}):
        allowed &= stock.marks.have(wish for wish in steering.only if wish.kind == kind)
    if steering.never:
        allowed &= ~stock.marks.have(steering.never)
    return allowed


def exclude(pool: Pool, numbers: Collection[int]) -> NDArray[np.bool_]:
    """Which papers of a pool are none of these."""
    left = np.ones(len(pool.numbers), bool)
    left[[pool.rows[number] for number in numbers if number in pool.rows]] = False
    return left


def explain(
    view: View, ranking: Ranking, pool: Pool, explored: Collection[int] = ()
) -> list[Match]:
    """Papers with what they owe their scores to. `explored` are rows that are shown to learn
    from."""
    points = view.profile.contributions(ranking.rows)
    lessons = pool.numbers[view.lessons.rows]
    return [
        Match(
            work_id=int(pool.numbers[row]),
            score=float(ranking.scores[place]),
            chance=None if ranking.chances is None else float(ranking.chances[place]),
            because=_name_causes(points[place], lessons),
            terms=tuple(view.profile.terms(row, MOST_TERMS)),
            explored=row in explored,
        )
        for place, row in enumerate(ranking.rows.tolist())
    ]


def _name_causes(points: Scores, lessons: NDArray[np.int64]) -> tuple[Because, ...]:
    """The lessons that add most, the greatest first; those that take away are none."""
    best = np.argsort(-points, kind="stable")[:MOST_BECAUSE]
    return tuple(
        Because(int(lessons[each]), float(points[each])) for each in best if points[each] > 0
    )


def is_muted(steering: Steering, today: date) -> bool:
    """Whether a shelf is silent on a day."""
    return steering.muted_until is not None and today < steering.muted_until
