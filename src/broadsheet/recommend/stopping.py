"""When may a reader stop who works through a backlog, the likeliest papers first?

Papers come in the order of a ranking, so they are kept less and less often. How fast that falls off
is fitted to what has been seen: the log-odds of keeping a paper fall linearly with the square root
of its place (a stretched exponential: a steep start and a long tail, as reviews have it). The
posterior (Laplace's approximation, drawn from with a fixed seed) says how many of the unseen papers
would be kept, and so with what probability enough has been seen.

It is a counting process over ranks, as in Stevenson and Bin-Hezam, "Stopping Methods for Technology
Assisted Reviews based on Point Processes" (2023), with another rate and with the doubt about the
rate counted. It supposes that papers are judged in the order in which they are offered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from broadsheet.learning import Coverage
from broadsheet.phrases import count

TARGET = 0.95
CONFIDENCE = 0.9
"""What is promised."""

DEMANDED = 0.95
"""What the posterior must say: the rule is asked again and again and stops at the first yes, so
half of the doubt that the promise leaves is kept for lucky looks (measured: `learning_reviews`)."""

LEAST_KEPT = 5
"""With fewer nobody can tell a steep fall from bad luck."""

BINS = 100
DRAWS = 400
SEED = 20261122
STRETCH = 5.0
PRECISION = np.diag([0.01, 0.1])
"""A prior about 0 that says next to nothing."""

STEPS = 50
SMALL = 1e-8

Floats = NDArray[np.float64]


def look_back(kept: Sequence[bool], papers: int, target: float = TARGET) -> Coverage | None:
    """How much of what would be kept of `papers` has been seen, given which of the papers seen so
    far were kept, in the order of judging; None while it is too early to tell."""
    labels = np.asarray(kept, dtype=np.float64)
    seen, found = len(labels), int(labels.sum())
    if seen >= papers:
        return Coverage(1.0, 1.0, 1.0, 1.0)
    if found < LEAST_KEPT:
        return None
    expected = _draw_missed(labels, papers)
    unread = papers - seen
    missed = np.minimum(np.random.default_rng(SEED).poisson(expected), unread)
    least, middle, most = np.quantile(missed, [0.05, 0.5, 0.95])
    allowed = min(int(found * (1 - target) / target + SMALL), unread)
    return Coverage(
        recall=float(found / (found + middle)),
        low=float(found / (found + most)),
        high=float(found / (found + least)),
        sure=float(pdtr(allowed, expected).mean()),
    )


def may_stop(coverage: Coverage | None, demanded: float = DEMANDED) -> bool:
    """Whether the target has been reached with the promised confidence, however often asked."""
    return coverage is not None and coverage.sure >= demanded


def say(coverage: Coverage | None, papers: int, seen: int, kept: int) -> str:
    """What the rule says, for the reader."""
    if not papers:
        return "The search finds no papers to work through."
    if papers <= seen:
        return "All papers have been seen."
    if coverage is None:
        missing = count(LEAST_KEPT - kept, "more paper")
        return f"Too early to tell: how far you are can be said once you have kept {missing}."
    share = f"between {coverage.low:.0%} and {coverage.high:.0%} of what you would keep"
    if may_stop(coverage):
        return (
            f"You may stop: at least {TARGET:.0%} of what you would keep has been seen, "
            f"with {CONFIDENCE:.0%} confidence; {count(papers - seen, 'paper')} "
            f"can stay unread."
        )
    return f"Go on: {share} has been seen."


def _draw_missed(labels: Floats, papers: int) -> Floats:
    """How many unseen papers would be kept, expected in each of many draws of the rate."""
    seen = len(labels)
    places = np.sqrt((np.arange(papers) + 0.5) / papers) * STRETCH
    read, sizes, hits = _bin(places[:seen], labels)
    theta, covariance = _fit(read, sizes, hits)
    unread, left, _ = _bin(places[seen:], np.zeros(papers - seen))
    draws = np.random.default_rng(SEED).multivariate_normal(theta, covariance, size=DRAWS)
    return np.asarray(_logistic(draws @ unread) @ left, dtype=np.float64)


def _bin(places: Floats, labels: Floats) -> tuple[Floats, Floats, Floats]:
    """Neighbouring places taken together: the columns of the fit, papers and papers kept."""
    starts = np.unique(np.linspace(0, len(places), BINS, endpoint=False).astype(np.int64))
    sizes = np.diff(np.append(starts, len(places))).astype(np.float64)
    middle = np.add.reduceat(places, starts) / sizes
    return np.stack([np.ones(len(starts)), middle]), sizes, np.add.reduceat(labels, starts)


def _fit(columns: Floats, sizes: Floats, hits: Floats) -> tuple[Floats, Floats]:
    """The greatest posterior of the two numbers of the rate, and their covariance: Newton's steps,
    none longer than 2."""
    theta = np.zeros(2)
    for _ in range(STEPS):
        chance = _logistic(theta @ columns)
        slope = columns @ (hits - sizes * chance) - PRECISION @ theta
        curvature = (columns * (sizes * chance * (1 - chance))) @ columns.T + PRECISION
        step = np.linalg.solve(curvature, slope)
        theta = theta + step * min(1.0, 2 / max(float(np.abs(step).max()), SMALL))
        if np.abs(step).max() < SMALL:
            break
    return theta, np.asarray(np.linalg.inv(curvature), dtype=np.float64)


def _logistic(logits: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(logits / 2)), dtype=np.float64)
