"""From the score of a paper to the chance that the reader keeps it.

Learned from the papers that were shown to the reader: kept or not. A paper that was shown and
passed over says less than an answer, and the less, the further down it stood: perhaps nobody looked
at it (`examination`). What comes in from elsewhere (an import, a search) was never offered, and
says nothing about how often an offer is kept.

The chance is logistic in the standardised score (Platt 1999; see `standardise`), with a Gaussian
prior over readers that is estimated from all readers of the instance (empirical Bayes, EM with
Laplace's approximation): a reader with few answers is told what readers usually do, one with many
hears of their own. What is not known about the two numbers of a reader pulls a chance towards one
half (MacKay 1992), so that few answers do not make bold promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from broadsheet.phrases import count
from broadsheet.ports.learning import Lessons, Profile, Rows

NEEDED = 10
"""With fewer answers no chance is told: the interval of a share of ten is wide enough."""

NEEDED_ALIKE = 20
"""So many if all of them are alike, and nothing is known of other readers."""

PATIENCE = 0.5
"""How the share of readers who look at a place falls: with the place to the power of minus this."""

STEPS = 40
SMALL = 1e-9
ROUNDS = 8
ROUNDS_SEEN = 5
AS_READERS = 3.0
"""For how many readers the usual prior counts beside those of the instance."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What became of the papers shown to a reader: standardised scores, whether each was kept, and
    the chance that it was looked at at all (1 for what was answered or opened)."""

    scores: Floats
    kept: NDArray[np.bool_]
    seen: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What the two numbers of a reader (intercept, slope) are likely to be: a Gaussian."""

    mean: Floats
    covariance: Floats


USUAL = Prior(np.array([-1.5, 1.0]), np.diag([4.0, 1.0]))
"""Says next to nothing: for an instance whose readers have not answered yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How the chance of a reader follows from the score. `needed` is how many answers are missing
    until it may be told, where a paper passed over counts for the chance that it was looked at;
    `shown` is how many papers it was learned from."""

    intercept: float
    slope: float
    covariance: Floats = field(default_factory=lambda: np.zeros((2, 2)))
    needed: int = 0
    shown: int = 0

    def chance(self, scores: ArrayLike) -> Floats:
        """Chances in [0, 1]; a higher standardised score never has a lower one."""
        x = self._within(np.asarray(scores, dtype=np.float64))
        mean: Floats = self.intercept + self.slope * x
        (a, both), (_, b) = self.covariance
        variance = np.maximum(a + 2 * both * x + b * x * x, 0)
        return _logistic(mean / np.sqrt(1 + np.pi / 8 * variance))

    def _within(self, x: Floats) -> Floats:
        """Scores cut where the doubt about the slope would let the chance fall again: the sign of
        the derivative is that of a linear function of the score."""
        (a, both), (_, b) = self.covariance
        at_zero = self.slope * (1 + np.pi / 8 * a) - np.pi / 8 * self.intercept * both
        rise = np.pi / 8 * (self.slope * both - self.intercept * b)
        if rise == 0:
            return x
        turn = float(-at_zero / rise)
        bound = np.minimum if rise < 0 else np.maximum
        return np.asarray(bound(x, turn), dtype=np.float64)

    @property
    def sentence(self) -> str:
        """What there is to know, for the reader."""
        if self.needed:
            return f"Not enough yet: {count(self.needed, 'more answer')}."
        return f"Learned from {count(self.shown, 'paper')} that you were shown."


def examination(position: int) -> float:
    """The chance that a reader looked at a place of a list, from 1 (position-based model; Joachims
    et al. 2017). One of unknown place (0) counts as the twentieth."""
    return float((position if position > 0 else 20) ** -PATIENCE)


def standardise(scores: ArrayLike, reference: ArrayLike) -> Floats:
    """Scores in deviations from the mean of `reference`, the scores of the shelf's pool (or of a
    fixed sample of it): so they mean alike from shelf to shelf, and as a shelf grows.

    The inverse hyperbolic sine pulls the long upper tail in: few papers lie ten deviations above
    the mean, and they are not sure to be kept (measured: docs/learning.md).
    """
    known = np.asarray(reference, dtype=np.float64)
    spread = float(known.std()) if known.size else 0.0
    if spread == 0:
        return np.zeros(np.shape(scores))
    deviations = (np.asarray(scores, dtype=np.float64) - known.mean()) / spread
    return np.asarray(np.arcsinh(deviations), dtype=np.float64)


def rescore(profile: Profile, lessons: Lessons, rows: Rows) -> Floats:
    """The scores of answered papers as if the shelf had not learned from them.

    What a paper adds to its own score is taken out; its part in the mean over the likes goes to the
    other likes.
    """
    scores = np.asarray(profile.score(rows), dtype=np.float64)
    place = {int(row): number for number, row in enumerate(lessons.rows)}
    own = np.array([place.get(int(row), -1) for row in rows], dtype=np.int64)
    taught = np.flatnonzero(own >= 0)
    if not len(taught):
        return scores
    points = np.asarray(profile.contributions(rows[taught]), dtype=np.float64)
    itself = points[np.arange(len(taught)), own[taught]]
    likes = len(lessons.likes)
    liked = own[taught] < likes
    weights = np.append(lessons.like_weights, lessons.dislike_weights).astype(np.float64)
    share = weights[own[taught]] / max(float(lessons.like_weights.sum()), 1e-12)
    rest = points[:, :likes].sum(axis=1) - itself
    scores[taught] -= itself
    scores[taught] += np.where(liked, rest * share / np.maximum(1 - share, share), 0)
    return scores


def learn(
    scores: ArrayLike,
    kept: ArrayLike,
    *,
    seen: ArrayLike | None = None,
    prior: Prior | None = None,
) -> Calibration:
    """How a reader's chances follow from standardised scores (see `standardise`).

    `scores` [n] are those at the time the papers were shown, or of `rescore`; `kept` [n] says what
    became of them, `seen` [n] how likely they were looked at (default: all were). `prior` comes
    from `learn_prior`. Deterministic, whatever the order of the answers.
    """
    answers = _make_answers(scores, kept, seen)
    theta, covariance = _fit(answers, prior or USUAL)
    told = int(answers.seen.sum() + 1e-6)
    alike = prior is None and (answers.kept.all() or not answers.kept.any())
    needed = (NEEDED_ALIKE if alike and told >= NEEDED else NEEDED) - told
    return Calibration(
        float(theta[0]), float(theta[1]), covariance, max(needed, 0), len(answers.kept)
    )


def learn_prior(readers: Sequence[Answers]) -> Prior | None:
    """What readers of the instance have in common; None while nobody has answered."""
    told = [each for each in readers if each.scores.size]
    if not told:
        return None
    prior, count_all = USUAL, len(told) + AS_READERS
    for _ in range(ROUNDS):
        fits = [_fit(each, prior) for each in told]
        found = np.array([theta for theta, _ in fits])
        mean = (found.sum(axis=0) + AS_READERS * USUAL.mean) / count_all
        apart = found - mean
        spread = apart.T @ apart + sum(covariance for _, covariance in fits)
        prior = Prior(mean, (spread + AS_READERS * USUAL.covariance) / count_all)
    return prior


def _make_answers(scores: ArrayLike, kept: ArrayLike, seen: ArrayLike | None) -> Answers:
    given = np.asarray(scores, dtype=np.float64).ravel()
    looked = np.ones(len(given)) if seen is None else np.asarray(seen, dtype=np.float64).ravel()
    was_kept = np.asarray(kept, dtype=np.bool_).ravel()
    order = np.lexsort((looked, was_kept, given))
    return Answers(given[order], was_kept[order], np.where(was_kept, 1.0, looked)[order])


def _fit(answers: Answers, prior: Prior) -> tuple[Floats, Floats]:
    """Intercept and slope (not below 0) of greatest posterior, and their covariance.

    A paper passed over was either not looked at or not wanted: it counts with the chance that it
    was looked at, given that it was passed over (EM; 1 for what was answered).
    """
    weights = np.where(answers.kept, 1.0, answers.seen)
    theta, covariance = _newton(answers, weights, prior)
    if (answers.seen == 1).all():
        return theta, covariance
    for _ in range(ROUNDS_SEEN):
        wanted = _logistic(theta[0] + theta[1] * answers.scores)
        looked = answers.seen * (1 - wanted) / (1 - answers.seen * wanted + 1e-12)
        weights = np.where(answers.kept, 1.0, looked)
        theta, covariance = _newton(answers, weights, prior)
    return theta, covariance


def _newton(answers: Answers, weights: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """The maximum of a weighted logistic likelihood and the prior. It is concave: where it wants a
    slope below 0, the best intercept with slope 0 is the constrained maximum."""
    hill = _Hill(answers, weights, prior)
    theta = hill.climb(np.maximum(prior.mean, [-np.inf, 0.0]), free=2)
    if theta[1] < 0:
        theta = hill.climb(np.array([theta[0], 0.0]), free=1)
    return theta, np.linalg.inv(hill.slope_and_curvature(theta)[1]).astype(np.float64)


class _Hill:
    """The logarithm of a posterior over intercept and slope."""

    def __init__(self, answers: Answers, weights: Floats, prior: Prior) -> None:
        self._columns = np.stack([np.ones(len(answers.scores)), answers.scores])
        self._kept = answers.kept
        self._weights = weights
        self._mean = prior.mean
        self._precision = np.linalg.inv(prior.covariance).astype(np.float64)

    def height(self, theta: Floats) -> float:
        logits = theta @ self._columns
        likely = self._weights @ (self._kept * logits - np.logaddexp(0, logits))
        off = theta - self._mean
        return float(likely - off @ self._precision @ off / 2)

    def slope_and_curvature(self, theta: Floats) -> tuple[Floats, Floats]:
        chance = _logistic(theta @ self._columns)
        off = self._precision @ (theta - self._mean)
        slope = self._columns @ (self._weights * (self._kept - chance)) - off
        weights = self._weights * chance * (1 - chance)
        return slope, (self._columns * weights) @ self._columns.T + self._precision

    def climb(self, theta: Floats, free: int) -> Floats:
        """Newton's steps with halving, in the first `free` numbers."""
        best = self.height(theta)
        for _ in range(STEPS):
            slope, curvature = self.slope_and_curvature(theta)
            step = np.zeros(2)
            step[:free] = np.linalg.solve(curvature[:free, :free], slope[:free])
            while (found := self.height(theta + step)) < best and np.abs(step).max() > SMALL:
                step = step / 2
            if np.abs(step).max() <= SMALL:
                break
            theta, best = theta + step, found
        return theta


def _logistic(logits: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(logits / 2)), dtype=np.float64)
