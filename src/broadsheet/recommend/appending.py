"""A few papers more, at once: what a reader has just saved, and the pool lacks.

Everything about the papers that were there stays as it is, so that rankers keep what they worked
out of them (`Pool.base`): new papers find their neighbours and are found by these, but nobody loses
a neighbour for them, and the weights of old edges stay. `pool.extend`, which takes a hundred times
as long, does all of that; the keeper lets it, in the background.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Rows, Scores, Sparse
from broadsheet.recommend.graph import LEAST_COMMON, RARE, VECTORS, Neighbours, take_best
from broadsheet.recommend.pool import Columns, Marks, Paper, Stock, centre_on
from broadsheet.recommend.products import cut
from broadsheet.recommend.room import Room
from broadsheet.recommend.terms import weigh


def append(stock: Stock, papers: Sequence[Paper], vectors: NDArray[np.float32]) -> Stock:
    """The stock with a few more papers behind those that it has, which it must not have already;
    `vectors` [papers, d]."""
    pool, columns = stock.pool, Columns.of(papers)
    more = weigh((paper.text for paper in papers), stock.vocabulary)
    room = stock.room or Room.of(pool.words, pool.vectors, stock.near)
    room = room.add_papers(more, centre_on(vectors, stock.centre))
    words, count = room.words, len(room.vectors.rows)
    room = room.add_near(_find_near(stock, words, room.vectors.rows))
    behind = range(len(pool.numbers), count)
    below = [np.count_nonzero(stock.fame < fame) / count for fame in columns.fame]
    return replace(
        stock,
        pool=replace(
            pool,
            numbers=np.concatenate([pool.numbers, columns.numbers]),
            words=words,
            vectors=room.vectors.rows,
            graph=_link(pool.graph, room.near),
            fame=np.concatenate([pool.fame, np.array(below, np.float32)]),
            days=np.concatenate([pool.days, columns.days]),
            rows={**pool.rows, **dict(zip(columns.numbers.tolist(), behind, strict=True))},
            base=weakref.ref(pool),
        ),
        near=room.near,
        marks=stock.marks.join(Marks.of(papers)),
        fame=np.concatenate([stock.fame, columns.fame]),
        room=room,
    )


def _find_near(stock: Stock, words: Sparse, vectors: NDArray[np.float32]) -> Neighbours:
    """The neighbours of the papers behind; as similar as `graph` has it, but that which terms are
    common is told by the papers the vocabulary was learned from."""
    known, first = stock.known, len(stock.near.rows)
    most = max(LEAST_COMMON, known // RARE)
    is_rare = stock.vocabulary.idf >= 1 + np.log((1 + known) / (1 + most)) - 1e-6
    own = words[first:].toarray() * is_rare
    similar = (words @ own.T).T + np.float32(VECTORS) * (vectors[first:] @ vectors.T)
    count = len(similar)
    similar[np.arange(count), np.arange(first, first + count)] = 0
    return take_best(similar)


def _link(graph: Sparse, near: Neighbours) -> Sparse:
    """The graph with the papers behind and their edges, to and fro."""
    first, count = graph.shape[0], len(near.rows)
    new, place = np.nonzero(near.rows[first:] >= 0)
    new += first
    ones = np.concatenate([new, near.rows[new, place]]).astype(np.int64)
    others = np.concatenate([near.rows[new, place], new]).astype(np.int64)
    pairs = np.unique(ones * count + others)  # of two new papers, each may have found the other
    ones, others = pairs // count, pairs % count
    similar = _compare(near, ones, others)
    touched, place = np.unique(ones, return_inverse=True)
    degrees = np.bincount(place, similar) + _sum_edges(graph, near, touched)
    values = similar / np.sqrt(degrees[place] * degrees[np.searchsorted(touched, others)])
    sizes = np.diff(graph.indptr, append=[graph.indptr[-1]] * (count - first))
    sizes = sizes + np.bincount(ones, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(graph.indptr.dtype)
    ends = graph.indptr[np.minimum(ones + 1, first)]
    data = _insert(graph.data, ends, values)
    columns = _insert(graph.indices, ends, others)
    return sparse.csr_array((data, columns, starts), shape=(count, count))


def _insert(values: NDArray[Any], places: Rows, more: NDArray[Any]) -> NDArray[Any]:
    """As `np.insert` at places that ascend; with few of them it takes five times as long."""
    at, begins = np.unique(places, return_index=True)
    more = more.astype(values.dtype)
    parts = zip_longest(np.split(values, at), np.split(more, begins[1:]), fillvalue=more[:0])
    return np.concatenate([*chain.from_iterable(parts)])


def _sum_edges(graph: Sparse, near: Neighbours, rows: Rows) -> Scores:
    """How similar papers are to all that they have an edge to, added up; 0 for new ones."""
    old = rows[rows < graph.shape[0]]
    edges = cut(graph, old)
    similar = _compare(near, old[edges.owners], edges.columns.astype(np.int64))
    return np.bincount(edges.owners, similar, minlength=len(rows)).astype(np.float32)


def _compare(near: Neighbours, ones: Rows, others: Rows) -> Scores:
    """How similar pairs of papers are, of which one at least found the other."""
    found = [
        (near.similar[left] * (near.rows[left] == right[:, None])).max(axis=1, initial=0)
        for left, right in ((ones, others), (others, ones))
    ]
    return np.asarray(np.maximum(*found), np.float32)
