"""The nearest neighbours of every paper, and the graph that they make.

Two papers are as similar as the cosine of their words and `VECTORS` times that of their vectors,
the former over terms that at most one paper in `RARE` has: the others weigh little, and cost most
of the time. All pairs are compared, block by block, so the neighbours are exact but for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Progress, Sparse, silent

NEIGHBOURS = 30
VECTORS = 0.3
BLOCK = 128
RARE = 20
LEAST_COMMON = 50
"""Terms that at most so many papers have always count."""


class Neighbours(NamedTuple):
    """For each paper its nearest ones, as rows, and how similar they are, the nearest first.

    int32 and float32 [papers, NEIGHBOURS]; -1 and 0 where there are not so many.
    """

    rows: NDArray[np.int32]
    similar: NDArray[np.float32]

    @classmethod
    def none(cls, count: int) -> Neighbours:
        shape = (count, NEIGHBOURS)
        return cls(np.full(shape, -1, np.int32), np.zeros(shape, np.float32))

    def keep(self, kept: NDArray[np.bool_]) -> Neighbours:
        """Some of the papers, and who of them is near whom."""
        places = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
        rows = places[self.rows[kept]].astype(np.int32)
        similar = np.where(rows >= 0, self.similar[kept], 0)
        order = np.argsort(-similar, axis=1, kind="stable")
        return Neighbours(
            np.take_along_axis(rows, order, axis=1), np.take_along_axis(similar, order, axis=1)
        )


def find_neighbours(
    words: Sparse, vectors: NDArray[np.float32], progress: Progress = silent
) -> Neighbours:
    """The neighbours of all papers, given their weights [n, v] and vectors [n, d]."""
    return add_neighbours(Neighbours.none(0), words, vectors, progress)


def add_neighbours(
    old: Neighbours, words: Sparse, vectors: NDArray[np.float32], progress: Progress = silent
) -> Neighbours:
    """The neighbours of all papers, where those of the first `len(old.rows)` are known already
    among themselves: only the others are compared, with all."""
    first, count = len(old.rows), words.shape[0]
    rare = _drop_common(words)
    found = Neighbours.none(count)
    found.rows[:first], found.similar[:first] = old
    floor = np.where(old.rows[:, -1] >= 0, old.similar[:, -1], 0)
    coming: list[_Pairs] = []
    for start, similar in _compare(rare, vectors, first):
        stop = start + len(similar)
        similar[np.arange(stop - start), np.arange(start, stop)] = 0
        found.rows[start:stop], found.similar[start:stop] = take_best(similar)
        near = similar[:, :first] > floor
        new, known = np.nonzero(near)
        coming.append(_Pairs(known, new + start, similar[new, known]))
        progress("Comparing papers", stop, count)
    if first and coming:
        _let_in(found, first, coming)
    return found


def make_graph(near: Neighbours) -> Sparse:
    """The symmetric normalised adjacency D^-1/2 W D^-1/2, float32 [n, n]; W is as similar as
    either of two papers finds the other."""
    count = len(near.rows)
    there = near.rows >= 0
    starts = np.zeros(count + 1, np.int32)
    np.cumsum(there.sum(axis=1), out=starts[1:])
    one_way = sparse.csr_array(
        (near.similar[there], near.rows[there], starts), shape=(count, count)
    )
    weights = one_way.maximum(one_way.T).tocsr()
    degrees = np.maximum(weights.sum(axis=1), 1e-12)
    scale = (1 / np.sqrt(degrees)).astype(np.float32)
    rows = np.repeat(np.arange(count), np.diff(weights.indptr))
    weights.data = weights.data * scale[rows] * scale[weights.indices]
    return weights


class _Pairs(NamedTuple):
    """Papers that were there, new papers that may come among their nearest, and how similar."""

    known: NDArray[np.int64]
    new: NDArray[np.int64]
    similar: NDArray[np.float32]


def _compare(
    words: Sparse, vectors: NDArray[np.float32], first: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """How similar blocks of papers, from the `first` on, are to all."""
    count = words.shape[0]
    across = words.T.tocsr()
    for start in range(first, count, BLOCK):
        similar = vectors[start : start + BLOCK] @ vectors.T
        similar *= VECTORS
        _add(similar, words[start : start + BLOCK] @ across)
        yield start, similar


def _add(similar: NDArray[np.float32], more: Sparse) -> None:
    """Add a sparse block to a dense one, in place."""
    rows = np.repeat(np.arange(more.shape[0]), np.diff(more.indptr))
    similar[rows, more.indices] += more.data


def _drop_common(words: Sparse) -> Sparse:
    papers = np.bincount(words.indices, minlength=words.shape[1])
    most = max(LEAST_COMMON, words.shape[0] // RARE)
    kept = papers <= most
    there = kept[words.indices]
    starts = np.concatenate([[0], np.cumsum(there)])[words.indptr]
    return sparse.csr_array((words.data[there], words.indices[there], starts), shape=words.shape)


def take_best(similar: NDArray[np.float32]) -> Neighbours:
    """The best of each row, the best first; those that are not similar at all are none."""
    most = min(NEIGHBOURS, similar.shape[1])
    rows = np.argpartition(similar, similar.shape[1] - most, axis=1)[:, -most:]
    values = np.take_along_axis(similar, rows, axis=1)
    order = np.lexsort((rows, -values), axis=1)
    found = Neighbours.none(len(similar))
    found.rows[:, :most] = np.take_along_axis(rows, order, axis=1)
    found.similar[:, :most] = np.take_along_axis(values, order, axis=1)
    nothing = found.similar <= 0
    found.rows[nothing], found.similar[nothing] = -1, 0
    return found


def _let_in(found: Neighbours, first: int, coming: list[_Pairs]) -> None:
    """Let new papers come among the nearest of those that were there, in place."""
    known, new, similar = (np.concatenate(each) for each in zip(*coming, strict=True))
    touched = np.unique(known)
    there = found.rows[touched] >= 0
    rows = np.concatenate([np.repeat(touched, there.sum(axis=1)), known])
    columns = np.concatenate([found.rows[touched][there], new])
    values = np.concatenate([found.similar[touched][there], similar])
    order = np.lexsort((columns, -values, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    begins = np.searchsorted(rows, touched)
    place = np.arange(len(rows)) - np.repeat(begins, np.diff([*begins, len(rows)]))
    best = place < NEIGHBOURS
    found.rows[rows[best], place[best]] = columns[best]
    found.similar[rows[best], place[best]] = values[best]
