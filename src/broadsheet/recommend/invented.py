"""A small invented pool, for trying rankers on: fields of research with words of their own.

Every paper of an even row has a twin in the next row: the same words, the same vector. So whoever
likes the one should be shown the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Pool, Sparse
from broadsheet.recommend.graph import find_neighbours, make_graph

FIELDS = 6
PAPERS = 240
WORDS_EACH = 40
COMMON = 60
LENGTH = 24
WIDTH = 16


def invent_pool(seed: int = 0) -> Pool:
    """A pool of `PAPERS` papers; that of row i is of field `field_of(i)`."""
    dice = np.random.default_rng(seed)
    words, vectors = _invent_words(dice), _invent_vectors(dice)
    numbers = np.arange(1, PAPERS + 1, dtype=np.int64)
    return Pool(
        numbers=numbers,
        words=words,
        vectors=vectors,
        graph=make_graph(find_neighbours(words, vectors)),
        terms=[f"word{place}" for place in range(words.shape[1])],
        fame=np.repeat(dice.random(PAPERS // 2, np.float32), 2),
        days=np.repeat(739_000 + np.arange(PAPERS // 2), 2),
        rows={number: row for row, number in enumerate(numbers.tolist())},
    )


def field_of(row: int) -> int:
    """The field of research of a paper."""
    return row // 2 % FIELDS


def _invent_words(dice: np.random.Generator) -> Sparse:
    own = FIELDS * WORDS_EACH
    counts = np.zeros((PAPERS, own + COMMON), np.float32)
    for row in range(0, PAPERS, 2):
        first = field_of(row) * WORDS_EACH
        counts[row, dice.integers(first, first + WORDS_EACH, LENGTH // 2)] += 1
        counts[row, dice.integers(0, own, LENGTH // 8)] += 1
        counts[row, dice.integers(own, own + COMMON, LENGTH // 2)] += 0.3
    counts[1::2] = counts[::2]
    return sparse.csr_array(counts / np.linalg.norm(counts, axis=1, keepdims=True))


def _invent_vectors(dice: np.random.Generator) -> NDArray[np.float32]:
    middles = dice.standard_normal((FIELDS, WIDTH))
    fields = [field_of(row) for row in range(0, PAPERS, 2)]
    vectors = middles[fields] + dice.standard_normal((PAPERS // 2, WIDTH))
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.repeat(vectors, 2, axis=0).astype(np.float32)
