"""What our rankers work out of a pool alone, once: its main directions, and who stands where.

A paper's features are the weights of its words and `VECTORS` times its vector, about the mean of
the pool. The directions in which the papers of a pool differ most say what field a paper is of more
than what a reader of that field looks for; a ridge regression on the likes, with all that is
unlabelled at 0, shrinks them (Hoerl and Kennard 1970). With the covariance of the features written
as its leading eigenvectors and nothing beside them, that needs one projection of each paper.

Papers that many others find near, hubs, would be near every like: their edges are discounted.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Pool, Rows, Scores, Sparse
from broadsheet.recommend.growing import Growing
from broadsheet.recommend.products import cut

Floats = NDArray[np.float32]

VECTORS = 0.4**0.5
DIRECTIONS = 64
SPARE = 16
"""Directions beside those that are kept, which make these exact sooner."""

ROUNDS = 4
SAMPLE = 4096
"""Papers, spread evenly over a pool, from which its directions are learned."""

LEAST = 1e-6
"""Directions with less than this share of the variance of the first are noise."""

SEED = 5
BLOCKS = 4
LEAST_ROWS = 256
"""So many selections of at least so many rows are kept at hand, those used last."""

MOST_OF = 2
"""Where one in so many papers of a pool is asked for, or more, all are scored: to copy what is
known of so many takes longer, and as much memory again."""


class Block(NamedTuple):
    """What is needed to score some papers of a pool: its arrays, for their rows only; or for all,
    and which rows are `asked` for."""

    words: Sparse
    vectors: Floats
    places: Floats
    pulls: Floats
    graph: Sparse
    shares: Floats
    asked: Rows | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """The main directions of the features of a pool.

    `words` [v, r] and `vectors` [d, r] are orthonormal together; `variances` [r] are the mean
    squares along them, the greatest first; `mean_words` [v] and `mean_vectors` [d] the means.
    """

    words: Floats
    vectors: Floats
    variances: Floats
    mean_words: Floats
    mean_vectors: Floats


class Space:
    """The features of the papers of a pool about their mean, and where they lie along its
    directions: `places` [n, r]. `pulls` [n] are the products of the features with their mean, and
    `mean_square` is that of the mean with itself; `shares` [n] are what the edges of each paper
    count in the graph. Given the space of the `base` of a pool, only the papers behind are worked
    out, and along its directions."""

    vectors: Floats
    places: Floats
    pulls: Floats
    _grown: list[Growing[np.float32]]

    def __init__(self, pool: Pool, base: Space | None = None) -> None:
        self.words, self.graph = pool.words, pool.graph
        known = len(base.pulls) if base else 0
        shares = discount_hubs(pool.graph, known)
        self.shares: Floats = np.concatenate([base.shares, shares]) if base else shares
        words = pool.words[known:] if base else pool.words
        vectors = pool.vectors[known:] * np.float32(VECTORS)
        found = base.directions if base else find_directions(words, vectors)
        self.directions: Directions = found
        mean = found.mean_words, found.mean_vectors
        self.mean_square = float(mean[0] @ mean[0] + mean[1] @ mean[1])
        pulls: Floats = words @ mean[0] + vectors @ mean[1]
        places: Floats = words @ found.words + vectors @ found.vectors
        places -= mean[0] @ found.words + mean[1] @ found.vectors
        more = vectors, places, pulls
        if base:
            self._grown = [rows.add(new) for rows, new in zip(base._grown, more, strict=True)]
        else:
            self._grown = [Growing(each).reserve() for each in more]
        self.vectors, self.places, self.pulls = (each.rows for each in self._grown)
        self._blocks: OrderedDict[bytes, Block] = OrderedDict()
        self._lock = Lock()

    def take(self, rows: Rows) -> Block:
        """What is needed to score these papers. Raises IndexError for a row there is not."""
        count = len(self.pulls)
        check_rows(rows, count)
        if MOST_OF * len(rows) >= count:
            return Block(
                self.words, self.vectors, self.places, self.pulls, self.graph, self.shares, rows
            )
        if len(rows) < LEAST_ROWS:
            return self._cut(rows)
        key = rows.tobytes()
        with self._lock:
            block = self._blocks.pop(key, None)
        block = block or self._cut(rows)
        with self._lock:
            self._blocks[key] = block
            while len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        return block

    def _cut(self, rows: Rows) -> Block:
        return Block(
            self.words[rows],
            self.vectors[rows],
            self.places[rows],
            self.pulls[rows],
            self.graph[rows],
            self.shares[rows],
        )


class Spaces:
    """The spaces of the pools that live. Rankers may share one, so that nothing is worked out
    twice."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Pool, Space] = WeakKeyDictionary()
        self._lock = Lock()
        self._making = Lock()

    def of(self, pool: Pool) -> Space:
        """The space of a pool; half a second for 25,000 papers, where neither it nor that of its
        base is known yet. While one is made, those that are known are there for others."""
        if known := self._get(pool):
            return known
        base = pool.base() if pool.base else None
        if base and (space := self._get(base)):
            # Outside of what takes long: nobody waits for another pool's space here.
            return self._keep(pool, Space(pool, space))
        with self._making:
            return self._get(pool) or self._keep(pool, Space(pool))

    def _keep(self, pool: Pool, space: Space) -> Space:
        with self._lock:
            return self._known.setdefault(pool, space)

    def _get(self, pool: Pool) -> Space | None:
        with self._lock:
            return self._known.get(pool)


def check_rows(rows: Rows, count: int) -> None:
    """Raises IndexError where a pool of so many papers lacks one of these rows."""
    if len(rows) and (rows.min() < 0 or rows.max() >= count):
        raise IndexError(f"a pool of {count} papers has no row {rows.min()} or {rows.max()}")


def discount_hubs(graph: Sparse, first: int = 0) -> Floats:
    """What an edge of each paper, from the `first` on, counts: one over the sum of all that it has
    in a symmetric graph [n, n]; of 1 where it has none. An edge is discounted at both of its ends.

    Where the weights are normalised by the roots of the degrees, the sum is about the root of a
    paper's degree over those of its neighbours. Density is divided out likewise by Coifman and
    Lafon, "Diffusion maps" (2006).
    """
    starts = graph.indptr[first:]
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    totals = np.bincount(owners, graph.data[starts[0] :], minlength=len(starts) - 1)
    return (1 / np.where(totals > 0, totals, 1)).astype(np.float32)


def find_directions(words: Sparse, vectors: Floats) -> Directions:
    """The main directions of the features of papers, from a sample, by subspace iteration (Halko,
    Martinsson, Tropp 2011)."""
    count = words.shape[0]
    chosen = np.unique(np.linspace(0, count - 1, min(SAMPLE, count)).astype(np.int64))
    words, vectors = words[chosen], vectors[chosen]
    across, size = words.T.tocsr(), max(len(chosen), 1)
    ones = np.ones(size, np.float32)
    mean: tuple[Floats, Floats] = across @ ones, vectors.mean(axis=0)
    mean[0][:] /= size

    def gather(amounts: Floats) -> tuple[Floats, Floats]:
        totals = amounts.sum(axis=0)
        return (
            across @ amounts - np.outer(mean[0], totals),
            vectors.T @ amounts - np.outer(mean[1], totals),
        )

    block = np.random.default_rng(SEED).standard_normal(
        (size, min(DIRECTIONS + SPARE, size)), dtype=np.float32
    )
    for _ in range(ROUNDS):
        ahead = gather(block)
        block = words @ ahead[0] + vectors @ ahead[1]
        block = np.linalg.qr(block - mean[0] @ ahead[0] - mean[1] @ ahead[1])[0]
    ahead = gather(block)
    squares, turn = np.linalg.eigh(ahead[0].T @ ahead[0] + ahead[1].T @ ahead[1])
    kept = np.argsort(-squares)[:DIRECTIONS]
    kept = kept[squares[kept] > LEAST * max(float(squares.max(initial=0)), LEAST)]
    turn = turn[:, kept] / np.sqrt(squares[kept])
    variances = np.asarray(squares[kept] / size, np.float32)
    return Directions(ahead[0] @ turn, ahead[1] @ turn, variances, *mean)


def add_rows(matrix: Sparse, rows: Rows, amounts: Scores) -> NDArray[np.float32]:
    """The sum of some rows of a sparse matrix, each times an amount, as a dense vector."""
    taken = cut(matrix, rows)
    weights = taken.values * amounts[taken.owners]
    return np.bincount(taken.columns, weights, minlength=matrix.shape[1]).astype(np.float32)
