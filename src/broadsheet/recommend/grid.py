"""A few papers that cover a library, to tick where a shelf has nothing to start from. Pure.

Of what was tried, the most popular paper of each cluster led to the best first rankings; papers
that the reader brings lead to far better ones (`docs/learning.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Pool

ROUNDS = 12


def pick_grid(pool: Pool, limit: int, seed: int = 0) -> list[int]:
    """The numbers of papers that cover a pool: the most famous of each cluster of the vectors
    (k-means), those of the largest clusters first; the newest, where vectors are lacking."""
    count_ = len(pool.numbers)
    limit = min(limit, count_)
    newest = np.lexsort((-pool.numbers, -pool.days, -pool.fame))
    if limit < 1 or not pool.vectors.any():
        return [int(each) for each in pool.numbers[newest[:limit]]]
    cluster = _cluster(pool.vectors, limit, np.random.default_rng(seed))
    sizes = np.bincount(cluster, minlength=limit)
    best = {int(cluster[row]): int(row) for row in newest[::-1]}
    order = sorted(best, key=lambda each: (-sizes[each], each))
    return [int(pool.numbers[best[each]]) for each in order]


def _cluster(
    vectors: NDArray[np.float32], count_: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Spherical k-means: the cluster of each row. Deterministic for a generator's state."""
    centres = vectors[random.choice(len(vectors), count_, replace=False)]
    cluster = np.zeros(len(vectors), np.int64)
    for _ in range(ROUNDS):
        cluster = (vectors @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, cluster, vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return cluster
