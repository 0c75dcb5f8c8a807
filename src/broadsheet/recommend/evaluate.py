"""Judges rankers on papers that readers are known to like: some are given, the rest is hidden.

What a reader did not like counts as not relevant, though it may only be unknown: all shares are
lower bounds. Nothing here reads or writes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Lessons, Pool, Ranker, Rows

Floats = NDArray[np.float64]

TOP = 10
DEPTH = 50
DRAWS = 10_000


class Split(NamedTuple):
    """What a ranker is given of a reader's likes, and what it should find; rows of a pool."""

    given: Rows
    hidden: Rows


class Marks(NamedTuple):
    """How well the hidden papers of one reader were found: nDCG of the first `TOP`, recall of the
    first `DEPTH`, and whether one stands among the first `TOP`."""

    ndcg: float
    recall: float
    found: bool


class Interval(NamedTuple):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def split(likes: Sequence[int], count: int, seed: Sequence[int]) -> Split:
    """So many likes given, drawn with the seed, the others hidden."""
    order = np.random.default_rng(seed).permutation(np.asarray(likes, np.int64))
    return Split(np.sort(order[:count]), np.sort(order[count:]))


def order(scores: NDArray[np.floating], given: Rows) -> Rows:
    """All papers but those given, the best first; among equals by row."""
    scores = np.array(scores, np.float64)
    scores[given] = -np.inf
    return np.argsort(-scores, kind="stable")[: len(scores) - len(given)]


def judge(ranked: Rows, hidden: Rows) -> Marks:
    """How well the hidden papers were found. nDCG has gain 1 and the logarithmic discount of
    Jarvelin and Kekalainen (2002). Raises ValueError where nothing was hidden."""
    if not len(hidden):
        raise ValueError("nothing is hidden that could be found")
    hits = np.isin(ranked[:DEPTH], hidden)
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    gained = float(discount[: len(hits)] @ hits[:TOP])
    ideal = float(discount[: len(hidden)].sum())
    return Marks(gained / ideal, float(hits.sum() / len(hidden)), bool(hits[:TOP].any()))


def replay(ranker: Ranker, pool: Pool, splits: Sequence[Split]) -> list[Marks]:
    """How well a ranker finds the hidden papers of each reader, given the others."""
    rows = np.arange(len(pool.numbers))
    return [
        judge(order(ranker.learn(teach(each.given), pool).score(rows), each.given), each.hidden)
        for each in splits
    ]


def teach(likes: Rows) -> Lessons:
    """Likes that weigh 1 each, and nothing else."""
    nothing = np.empty(0, np.float32)
    return Lessons(likes, np.empty(0, np.int64), np.ones(len(likes), np.float32), nothing)


def compare(ours: Floats, theirs: Floats, *, seed: int = 0) -> Interval:
    """By how much ours is better in the mean: paired, bootstrapped over readers."""
    differences = ours - theirs
    means = differences[_draw(len(differences), seed)].mean(axis=1)
    return _interval(float(differences.mean()), means)


def compare_ratio(ours: Floats, theirs: Floats, *, seed: int = 0) -> Interval:
    """How many times the mean of theirs is ours: paired, bootstrapped over readers."""
    drawn = _draw(len(ours), seed)
    ratios = ours[drawn].mean(axis=1) / np.maximum(theirs[drawn].mean(axis=1), 1e-12)
    return _interval(float(ours.mean() / max(theirs.mean(), 1e-12)), ratios)


def _draw(count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, count, (DRAWS, count))


def _interval(value: float, drawn: Floats) -> Interval:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(value, float(low), float(high))


def leave_each_out(ranker: Ranker, pool: Pool, likes: Rows, rows: Rows) -> NDArray[np.float32]:
    """float32 [rows, likes]: the scores of papers when the ranker learns without one of the likes,
    by learning anew."""
    return np.stack(
        [
            ranker.learn(teach(np.delete(likes, each)), pool).score(rows)
            for each in range(len(likes))
        ],
        axis=1,
    )
