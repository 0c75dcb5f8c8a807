"""The duel of two configurations: which papers to ask about, who leads, and how surely. Pure.

After "All models are wrong, some are useful: Model Selection with Limited Labels" (Okanovic and
others 2025), but with duels: what is asked about is where the two leaders' lists differ most,
because a paper that stands at the same place in both says nothing about which is better.

A configuration's worth for a query is its discounted precision at 10: the share, in [0, 1], of the
weights 1 / log2(1 + place) of its first ten that relevant papers have. Of papers that nobody
judged, all are taken to be as often relevant as those that were judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DEPTH = 10
LEVEL = 0.95
"""Of intervals; how seldom that makes search worse is measured (docs/benchmarks.md)."""
FEWEST_QUERIES = 8
"""With fewer the bootstrap is too sure of itself."""

NEXT_ONE = 4
"""How often the one that comes next is asked about: once in so many questions."""

_DRAWS = 2_000
_SEED = 20_261_122
_DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))

Floats = NDArray[np.float64]
Lists = Sequence[Sequence[int]]
"""For each configuration, the first papers for one query, the best first."""


class Place(NamedTuple):
    """A paper as an answer to a query."""

    query: str
    work_id: int


class Lead(NamedTuple):
    """How much better one configuration is than another, and between what that lies."""

    mean: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.low > 0


@dataclass(frozen=True)
class Round:
    """The papers that any configuration shows for a query; row c of `weights` has their weights in
    the list of configuration c."""

    query: str
    papers: tuple[int, ...]
    weights: Floats


def make_round(query: str, lists: Lists) -> Round:
    """What the configurations show for a query."""
    papers = tuple(sorted({paper for each in lists for paper in each[:DEPTH]}))
    rows = {paper: row for row, paper in enumerate(papers)}
    weights = np.zeros((len(lists), len(papers)))
    for configuration, each in enumerate(lists):
        for place, paper in enumerate(each[:DEPTH]):
            weights[configuration, rows[paper]] = _DISCOUNTS[place] / _DISCOUNTS.sum()
    return Round(query, papers, weights)


def estimate(rounds: Sequence[Round], judged: Mapping[Place, float]) -> Floats:
    """float [configurations, queries judged]: what each configuration is worth for each query of
    which at least one paper was judged, up to a constant of the query. `judged` are how relevant
    papers were found, in [0, 1]."""
    values = list(judged.values())
    usual = (sum(values) + 0.5) / (len(values) + 2)
    columns = []
    for each in rounds:
        places = [Place(each.query, paper) for paper in each.papers]
        gains = np.array([judged.get(place, usual) - usual for place in places])
        if any(place in judged for place in places):
            columns.append(each.weights @ gains)
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


def order(worth: Floats, count: int) -> list[int]:
    """Configurations, the leader first; equal ones in their own order."""
    means = worth.mean(axis=1) if worth.size else np.zeros(count)
    return sorted(range(count), key=lambda each: (-round(float(means[each]), 9), each))


def compare(worth: Floats, one: int, other: int) -> Lead:
    """How far `one` is ahead of `other`, with the interval of a bootstrap over queries."""
    if worth.shape[-1] == 0:
        return Lead(0.0, 0.0, 0.0)
    ahead = worth[one] - worth[other]
    draws = np.random.default_rng(_SEED).choice(ahead, (_DRAWS, len(ahead))).mean(axis=1)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if len(ahead) < FEWEST_QUERIES:
        low, high = min(low, 0.0), max(high, 0.0)
    return Lead(float(ahead.mean()), float(low), float(high))


def choose(
    rounds: Sequence[Round],
    judged: Mapping[Place, float],
    limit: int,
    *,
    in_use: int = 0,
    skipped: Collection[Place] = (),
) -> list[Place]:
    """The papers to ask about next, where two configurations differ most: the leader and the one
    in use, which is what it has to beat, or, once in a while, the one that comes next."""
    if not rounds:
        return []
    asked = {*judged, *skipped}
    leader, second, *_ = order(estimate(rounds, judged), len(rounds[0].weights))
    chosen: list[Place] = []
    while len(chosen) < limit:
        other = in_use if leader != in_use and len(asked) % NEXT_ONE else second
        place = _find_most_disputed(rounds, leader, other, asked)
        place = place or _find_most_disputed(rounds, None, None, asked)
        if place is None:
            break
        asked.add(place)
        chosen.append(place)
    queries = {each.query: number for number, each in reversed(list(enumerate(rounds)))}
    return sorted(chosen, key=lambda place: queries[place.query])


def _find_most_disputed(
    rounds: Sequence[Round], one: int | None, other: int | None, asked: set[Place]
) -> Place | None:
    """The paper of which two configurations (any, for None) think most differently."""
    best, found = 1e-9, None
    for each in rounds:
        spread = (
            np.ptp(each.weights, axis=0)
            if one is None or other is None
            else np.abs(each.weights[one] - each.weights[other])
        )
        for row in np.argsort(-spread, kind="stable"):
            if spread[row] <= best:
                break
            if (place := Place(each.query, each.papers[row])) not in asked:
                best, found = float(spread[row]), place
                break
    return found
