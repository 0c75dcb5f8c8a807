"""The promise of the stopping rule on rankings that are not made from its own rates.

Each made review has scores: what would be kept scores higher, and the order is that of the scores.
How large a review is, how much of it would be kept and how good the ranking is are drawn, too. A
ranker learns first, so that some of the first places are shuffled.

Deliberate break: `POWERS = (0.5,)` and `STRAGGLERS = (0.0,)` in `recommend.stopping`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.recommend.stopping import CONFIDENCE, TARGET, look_back, may_stop

REVIEWS = 40
LOOKS = 50

Flags = NDArray[np.bool_]
Scores = Callable[[np.random.Generator, Flags], NDArray[np.float64]]


def light(rng: np.random.Generator, wanted: Flags) -> NDArray[np.float64]:
    return rng.normal(size=len(wanted)) + rng.uniform(1, 3.5) * wanted


def heavy(rng: np.random.Generator, wanted: Flags) -> NDArray[np.float64]:
    """Now and then a paper is far from where it should be."""
    return rng.standard_t(3, size=len(wanted)) + rng.uniform(1.3, 4.5) * wanted


def partly_blind(rng: np.random.Generator, wanted: Flags) -> NDArray[np.float64]:
    """Of 2, 5 or 10 % of what would be kept the ranker knows nothing."""
    return light(rng, wanted & (rng.random(len(wanted)) > rng.choice([0.02, 0.05, 0.1])))


def by_topic(rng: np.random.Generator, wanted: Flags) -> NDArray[np.float64]:
    """Some topics are found at once and others late."""
    topics = int(rng.integers(2, 6))
    topic = rng.choice(topics, size=len(wanted), p=rng.dirichlet(np.full(topics, 2.0)))
    return rng.normal(size=len(wanted)) + rng.uniform(0.5, 4, size=topics)[topic] * wanted


def make(rng: np.random.Generator, scores: Scores) -> list[bool]:
    """Which papers would be kept, in the order of the ranking."""
    papers = int(np.exp(rng.uniform(np.log(300), np.log(5_000))))
    wanted = rng.permutation(papers) < np.exp(rng.uniform(np.log(20), np.log(0.15 * papers)))
    order = np.argsort(-scores(rng, wanted))
    first = int(rng.integers(5, 60))
    places = np.sort(rng.choice(min(papers, 6 * first), size=first, replace=False))
    order[places] = rng.permutation(order[places])
    return list(wanted[order].tolist())


def is_in_time(kept: list[bool]) -> bool:
    """Whether the target had been reached at the first look that let stop."""
    papers = len(kept)
    looks = range(papers // LOOKS, papers, papers // LOOKS)
    read = next((n for n in looks if may_stop(look_back(kept[:n], papers))), papers)
    return sum(kept[:read]) >= TARGET * sum(kept)


@pytest.mark.slow
def test_the_promise_holds() -> None:
    rng = np.random.default_rng(20261122)
    reached = {
        scores.__name__: np.mean([is_in_time(make(rng, scores)) for _ in range(REVIEWS)])
        for scores in (light, heavy, partly_blind, by_topic)
    }
    assert np.mean(list(reached.values())) >= CONFIDENCE, reached
    assert min(reached.values()) >= 0.7, reached
