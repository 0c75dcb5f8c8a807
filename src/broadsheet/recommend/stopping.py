"""When may a reader stop who works through a backlog, the likeliest papers first?

Papers come in the order of a ranking, so they are kept less and less often. What has been judged
says how fast that falls off, and so how many of the unseen papers would be kept. The rate at a
place is a chance whose log-odds fall linearly with a power of the place (powers below 1: a steep
start and a long tail), above a floor: of what would be kept a small share are stragglers, of which
the ranking knows nothing, and which lie anywhere. Neither the power nor the share is known. Several
of each are tried, all equally likely at first, and each counts as much as it explains what has been
seen (Bayesian model averaging); the two numbers of the line are integrated out by adaptive
Gauss-Hermite quadrature (Naylor and Smith, "Applications of a Method for the Efficient Computation
of Posterior Distributions", 1982). Nothing is drawn by chance.

The reader may stop as soon as it is at least as probable as promised that the target has been
reached. However often one asks, no allowance is needed for that: what is true of a probability
given all that was seen stays true where one stops because of it (Rouder, "Optional Stopping: No
Problem for Bayesians", 2014), as far as the rates tried are like the true one.

It is a counting process over ranks, as in Stevenson and Bin-Hezam, "Stopping Methods for Technology
Assisted Reviews based on Point Processes" (2023), with other rates and with the doubt about the
rate counted. It supposes that papers are judged in the order in which they are offered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from broadsheet.learning import Coverage
from broadsheet.phrases import count

TARGET = 0.95
CONFIDENCE = 0.9
"""What is promised."""

LEAST_KEPT = 5
"""With fewer nobody can tell a steep fall from bad luck."""

POWERS = (0.25, 0.5, 0.75, 1.0)
STRAGGLERS = (0.0, 0.01, 0.03, 0.1)
"""Shares of the papers kept so far. The largest matters most: with 0.05 the promise breaks on
rankings with long tails."""

PRECISION = np.array([1 / 3**2, 1 / 10**2])
"""A prior about 0 of the log-odds at the first place and of their change up to the last: it says
little beside five papers kept."""

BINS = 50
NODES = 5
STEPS = 50
CLOSE = 1e-3
"""The quadrature asks the posterior itself, so that its middle need not be exact."""

SMALL = 1e-8
TINY = 1e-12

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
    missed = _expect_missed(labels, papers)
    unread = papers - seen
    least, middle, most = (missed.find_quantile(share, unread) for share in (0.05, 0.5, 0.95))
    allowed = int(found * (1 - target) / target + SMALL)
    return Coverage(
        recall=found / (found + middle),
        low=found / (found + most),
        high=found / (found + least),
        sure=missed.is_at_most(allowed) if allowed < unread else 1.0,
    )


def may_stop(coverage: Coverage | None, demanded: float = CONFIDENCE) -> bool:
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


class _Missed(NamedTuple):
    """How many unseen papers would be kept: expected numbers, and how probable each is."""

    expected: Floats
    weights: Floats

    def is_at_most(self, number: int) -> float:
        """The probability that no more than so many would be kept."""
        return float(np.minimum(1, self.weights @ pdtr(number, self.expected)))

    def find_quantile(self, share: float, most: int) -> int:
        return bisect_left(range(most), share, key=self.is_at_most)


class _Bins(NamedTuple):
    """Neighbouring places taken together: the columns of the line [rates, 2, bins], and how many
    papers each bin has [bins]."""

    columns: Floats
    sizes: Floats


def _expect_missed(labels: Floats, papers: int) -> _Missed:
    """The posterior of all rates, at a few lines of each."""
    powers, shares = (each.ravel() for each in np.meshgrid(POWERS, STRAGGLERS))
    floors = (shares * labels.sum() / papers)[:, None]
    part = np.arange(BINS + 1) / BINS
    starts, read = _bin(part**2 * len(labels), powers, papers)
    _, unread = _bin(len(labels) + part * (papers - len(labels)), powers, papers)
    hits = np.add.reduceat(labels, starts)
    theta, spread = _fit(read, hits, floors)
    nodes, weights = _make_nodes()
    lines = (theta[:, :, None] + spread @ nodes).transpose(0, 2, 1)
    chance = _find_chance(lines @ read.columns, floors[:, None])
    fit = np.log(chance) @ hits + np.log1p(-chance) @ (read.sizes - hits)
    fit += weights - lines**2 @ PRECISION / 2 + np.log(np.linalg.det(spread))[:, None]
    likely = np.exp(fit - fit.max())
    expected = _find_chance(lines @ unread.columns, floors[:, None]) @ unread.sizes
    return _Missed(expected.ravel(), (likely / likely.sum()).ravel())


def _bin(edges: Floats, powers: Floats, papers: int) -> tuple[NDArray[np.int64], _Bins]:
    """The places between these edges, with where each bin starts."""
    ends = np.unique(edges.astype(np.int64))
    sizes = np.diff(ends).astype(np.float64)
    places = ((ends[:-1] + sizes / 2) / papers) ** powers[:, None]
    return ends[:-1], _Bins(np.stack([np.ones_like(places), places], axis=1), sizes)


def _fit(read: _Bins, hits: Floats, floors: Floats) -> tuple[Floats, Floats]:
    """The greatest posterior of each rate's line [rates, 2], and a root of its covariance
    [rates, 2, 2]: Fisher's scoring, no step longer than 2."""
    columns, sizes = read
    theta = np.zeros(columns.shape[:2])
    for _ in range(STEPS):
        chance = _find_chance(theta[:, None] @ columns, floors[:, None])[:, 0]
        change = (chance - floors) * (1 - chance) / (1 - floors)
        pull = change / (chance * (1 - chance))
        slope = (columns @ (pull * (hits - sizes * chance))[:, :, None])[:, :, 0]
        weighed = columns * (pull * change * sizes)[:, None]
        curvature = weighed @ columns.transpose(0, 2, 1) + np.diag(PRECISION)
        step = np.linalg.solve(curvature, (slope - PRECISION * theta)[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        theta += step * np.minimum(1, 2 / np.maximum(longest, SMALL))
        if longest.max() < CLOSE:
            break
    return theta, np.linalg.cholesky(np.linalg.inv(curvature))


@lru_cache(maxsize=1)
def _make_nodes() -> tuple[Floats, Floats]:
    """Where a standard normal of two numbers is asked [2, nodes], and the log of what each node
    counts for a function that is not yet divided by the density."""
    at, weights = np.polynomial.hermite_e.hermegauss(NODES)
    nodes = np.stack([each.ravel() for each in np.meshgrid(at, at)])
    return nodes, np.log(np.outer(weights, weights)).ravel() + (nodes**2).sum(axis=0) / 2


def _find_chance(logits: Floats, floors: Floats) -> Floats:
    """The chance that a paper is kept: never quite 0 or 1."""
    chance = floors + (1 - floors) * 0.5 * (1 + np.tanh(logits / 2))
    return np.asarray(np.clip(chance, TINY, 1 - TINY), dtype=np.float64)
