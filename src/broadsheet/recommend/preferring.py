"""Which ranker serves a shelf, by its own likes: each is hidden once, and should be found.

The first ranker is for few likes. One that looks closely at what sets the likes apart needs more of
them; from `ENOUGH` on it found more for the readers that we replayed, in as good an order, so it
serves from there on, unless the shelf's own likes speak against it. They speak softly: with twenty
to forty likes the ranker that finds the hidden ones better is hardly more often the one that finds
the reader's other papers better, which is why they may object and need not agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Lessons, Pool, Ranker

ENOUGH = 20
MOST = 100
"""As many likes, the newest, are hidden in turn."""

BACKGROUND = 2_000
"""Unlabelled papers, spread evenly over the pool, that a hidden like should stand before."""

DOUBT = -1.0
"""By how many standard errors the likes have to be found worse for a ranker to be turned down."""


def prefer(rankers: Sequence[Ranker], lessons: Lessons, pool: Pool) -> Ranker:
    """The ranker that serves a shelf: the first, for few likes; else, of the others, the one that
    finds the shelf's likes best, if it is not clearly worse than the first.

    It takes each ranker one learning: what a like adds to its own score and to those of others is
    taken off again, which is exact where scores are sums over lessons.
    """
    first, *others = rankers
    if len(lessons.likes) < ENOUGH or not others:
        return first
    marks = find_each(first, lessons, pool)
    leads = [lead_of(find_each(ranker, lessons, pool), marks) for ranker in others]
    best = int(np.argmax(leads))
    return others[best] if leads[best] > DOUBT else first


def find_each(ranker: Ranker, lessons: Lessons, pool: Pool) -> NDArray[np.float64]:
    """For each like, how well it is found among unlabelled papers without itself being given: 1 at
    the top, less by the logarithm of how many stand before it."""
    likes = min(len(lessons.likes), MOST)
    hidden = lessons.likes[:likes]
    rows = np.unique(np.linspace(0, len(pool.numbers) - 1, BACKGROUND).astype(np.int64))
    profile = ranker.learn(lessons, pool)
    own = profile.score(hidden) - profile.contributions(hidden)[:, :likes].diagonal()
    others = profile.score(rows)[:, None] - profile.contributions(rows)[:, :likes]
    before = (others > own)[~np.isin(rows, lessons.rows)].sum(axis=0)
    return np.asarray(1 / np.log2(before + 2), np.float64)


def lead_of(marks: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """By how many standard errors one is better than the other, paired; 0 where they are equal."""
    differences = marks - others
    error = float(differences.std(ddof=1)) / len(differences) ** 0.5
    return float(differences.mean()) / error if error else 0.0
