"""Which of the papers that shelves would show go where: shared out, spread, explored. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import Steering
from broadsheet.ports import Pool, Rows
from broadsheet.recommend.matching import Ranking
from broadsheet.recommend.products import cut, multiply

MOST = 40
"""A section has at most so many papers, however many days it covers."""

MINUTES_EACH = 2
"""As long as it takes to skim a paper's abstract and figures."""

LATITUDE = 3
"""Of so many times the papers that there is room for, a spread list is chosen."""

MMR = 0.7
"""How much the match counts in a spread list, beside being unlike what stands there already."""


def room_for(steering: Steering, days: int) -> int:
    """How many papers a section of so many days has room for, at most `MOST`."""
    a_day = steering.minutes // MINUTES_EACH if steering.minutes else steering.per_day
    return min(max(a_day, 1) * max(days, 1), MOST)


def share_out(rankings: Sequence[Ranking], rooms: Sequence[int]) -> list[Ranking]:
    """Each paper to the shelf on whose list it stands highest (the first of equals), so that no
    paper comes twice and a first shelf does not empty the others. Lists are cut to what can have
    a place."""
    reach = LATITUDE * sum(rooms) + MOST
    listed = [ranking.rows[:reach] for ranking in rankings]
    size = max((int(rows.max(initial=-1)) for rows in listed), default=-1) + 1
    best, owners = np.full(size, reach), np.zeros(size, np.int64)
    for number, rows in enumerate(listed):
        positions = np.arange(len(rows))
        higher = positions < best[rows]
        best[rows[higher]], owners[rows[higher]] = positions[higher], number
    return [
        ranking.take(np.flatnonzero(owners[rows] == number))
        for number, (ranking, rows) in enumerate(zip(rankings, listed, strict=True))
    ]


def spread(ranking: Ranking, pool: Pool, room: int) -> Ranking:
    """The papers for so many places by maximal marginal relevance (Carbonell and Goldstein 1998):
    each next one is the best of those that are unlike the ones before it."""
    order = diversify(ranking, pool, room)
    return ranking.take(np.array(order, np.int64))


def explore(ranking: Ranking, pool: Pool, lessons: Rows, places: int) -> Ranking:
    """Papers of the upper half of a list that are farthest from all lessons."""
    upper = ranking.take(np.arange(-(-len(ranking.rows) // 2)))
    near = (pool.vectors[upper.rows] @ pool.vectors[lessons].T).max(axis=1, initial=-1)
    chosen = np.sort(np.lexsort((upper.rows, near))[:places])
    return upper.take(chosen)


def choose(
    ranking: Ranking, pool: Pool, lessons: Rows, steering: Steering, room: int
) -> tuple[Ranking, frozenset[int]]:
    """The papers of a section, and which rows of them are there to be learned from. Those come
    last; at least one place is left to what the shelf is sure of."""
    places = min(round(steering.explore * room), max(room - 1, 0))
    sure = spread(ranking, pool, room - places)
    if not places:
        return sure, frozenset()
    rest = ranking.take(np.flatnonzero(~np.isin(ranking.rows, sure.rows)))
    if not len(rest.rows):
        return sure, frozenset()
    new = explore(rest, pool, lessons, places)
    return sure.join(new), frozenset(new.rows.tolist())


def diversify(ranking: Ranking, pool: Pool, room: int) -> list[int]:
    """Places of a ranking in the order in which they fill a spread list."""
    count = min(len(ranking.rows), LATITUDE * room)
    if not count:
        return []
    rows, scores = ranking.rows[:count], ranking.scores[:count].astype(np.float64)
    words, vectors = cut(pool.words, rows), pool.vectors[rows]
    alike = multiply(words, words) / 2 + vectors @ vectors.T / 2
    span = float(scores[0] - scores[-1]) or 1.0
    worth = MMR * (scores - scores[-1]) / span
    nearest: NDArray[np.float64] = np.zeros(count)
    order: list[int] = []
    left = np.ones(count, bool)
    while len(order) < min(room, count):
        best = int(np.argmax(np.where(left, worth - (1 - MMR) * nearest, -np.inf)))
        order.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return order
