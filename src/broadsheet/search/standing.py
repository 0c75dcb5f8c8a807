"""Orders by a number that changes too often to be indexed: votes, citations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.columns import Numbers

_KEPT = 2
"""By votes and by citations: the standings that are asked with again and again."""

Ranks = NDArray[np.int64]
"""At each work's number its rank, equal where its standing is equal, 0 for the greatest; works
without one share the last rank, as does every number beyond the end."""


class Standings:
    """The ranks of standings, kept for as long as the same mappings are asked with."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Mapping[int, float], Ranks], ...] = ()

    def rank(self, standing: Mapping[int, float]) -> Ranks:
        """The ranks of a standing, whose values are taken to stay as they are."""
        for known, ranks in self._kept:
            if known is standing:
                return ranks
        ranks = rank(standing)
        self._kept = ((standing, ranks), *self._kept)[:_KEPT]
        return ranks


def rank(standing: Mapping[int, float]) -> Ranks:
    """The ranks of a standing."""
    numbers = np.fromiter(standing.keys(), np.int64, len(standing))
    values = np.fromiter(standing.values(), np.float64, len(standing))
    distinct, places = np.unique(-values, return_inverse=True)
    ranks = np.full(int(numbers.max(initial=-1)) + 2, len(distinct), np.int64)
    ranks[numbers] = places
    return ranks


def take_best(matches: Numbers, ranks: Ranks, *, limit: int, offset: int) -> Numbers:
    """Works `offset` to `offset` + `limit` by rank; equal ones in the order of `matches`."""
    end = min(offset + limit, len(matches))
    if offset >= end:
        return matches[:0]
    # The rank and the place among the matches in one number, so that the order is total.
    keys = ranks.take(matches, mode="clip") * len(matches) + np.arange(len(matches))
    if end < len(keys):
        keys = np.partition(keys, end - 1)[:end]
    best: Numbers = matches[np.sort(keys)[offset:] % len(matches)]
    return best
