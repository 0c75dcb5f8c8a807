"""The pool of papers that shelves choose from and learn about, and how it grows.

A `Stock` is a pool with what it takes to add papers to it: the vocabulary, the centre of the
vectors, who is near whom. Papers that come later are weighed by the vocabulary that is there;
`stocking` says when everything is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.learning import Wish
from broadsheet.model import Work
from broadsheet.ports import Pool, Progress, Sparse, silent
from broadsheet.recommend.graph import Neighbours, add_neighbours, find_neighbours, make_graph
from broadsheet.recommend.room import Room
from broadsheet.recommend.terms import Vocabulary, learn, read_text, tokenise_pairs, weigh
from broadsheet.text import fold

Marked = NDArray[np.uint64]


class Paper(NamedTuple):
    """What is read of a paper: its number, its text (`terms.read_text`), the ordinal of the day on
    which it was news (0: unknown), how much was done with it, and the marks of all that a reader
    may have in or out (`mark`)."""

    number: int
    text: str
    day: int = 0
    fame: float = 0.0
    marks: Sequence[int] = ()

    @classmethod
    def of(cls, work: Work, day: int = 0, fame: float = 0.0) -> Paper:
        return cls(work.id, read_text(work.title, work.text), day, fame, mark_all(work))


def mark(wish: Wish) -> int:
    """A number for a category, a source or an author: 64 bits of its hash, since millions of names
    would fill the memory."""
    seen = f"{wish.kind}\n{fold(wish.value)}".encode()
    return int.from_bytes(hashlib.blake2b(seen, digest_size=8).digest(), "big")


def mark_all(work: Work) -> list[int]:
    """The marks of a paper. A category counts for its whole, too: cs.CL for cs."""
    categories = {*work.categories, *(each.split(".")[0] for each in work.categories)}
    wishes = [Wish("category", each) for each in sorted(categories)]
    wishes += [Wish("source", each) for each in work.sources]
    wishes += [Wish("author", each) for each in work.authors]
    return [mark(wish) for wish in wishes]


class Marks(NamedTuple):
    """The marks of all papers: those of row i are `values[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    values: Marked

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> Marks:
        starts = np.cumsum([0, *(len(paper.marks) for paper in papers)], dtype=np.int64)
        values = np.array([each for paper in papers for each in paper.marks], np.uint64)
        return cls(starts, values)

    def have(self, wishes: Iterable[Wish]) -> NDArray[np.bool_]:
        """Which papers have any of these."""
        found = np.zeros(len(self.starts) - 1, bool)
        wanted = np.array([mark(wish) for wish in wishes], np.uint64)
        places = np.flatnonzero(np.isin(self.values, wanted))
        found[np.searchsorted(self.starts, places, side="right") - 1] = True
        return found

    def join(self, more: Marks) -> Marks:
        """These papers' marks, and then those of more papers."""
        starts = np.concatenate([self.starts, more.starts[1:] + self.starts[-1]])
        return Marks(starts, np.concatenate([self.values, more.values]))

    def keep(self, kept: NDArray[np.bool_]) -> Marks:
        """The marks of some of the papers."""
        sizes = np.diff(self.starts)
        starts = np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64)
        return Marks(starts, self.values[np.repeat(kept, sizes)])


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """A pool, and what it takes to add papers to it. `known` is how many papers the vocabulary and
    the `centre` [d] of the vectors were learned from; `fame` is how much was done with each. Where
    there is `room`, it holds the arrays of the pool, with room for more papers behind."""

    pool: Pool
    vocabulary: Vocabulary
    centre: NDArray[np.float32]
    near: Neighbours
    marks: Marks
    fame: NDArray[np.float32]
    known: int
    room: Room | None = None


def build(
    papers: Sequence[Paper], vectors: NDArray[np.float32], progress: Progress = silent
) -> Stock:
    """A stock of papers with their vectors [n, d]; a row of zeros is a paper that has none.

    `progress` may end it by raising; it is called often.
    """
    vocabulary, words = learn(paper.text for paper in papers)
    centre = _find_centre(vectors)
    centred = centre_on(vectors, centre)
    near = find_neighbours(words, centred, progress)
    columns = Columns.of(papers)
    pool = make_pool(columns, words, centred, near, vocabulary)
    marks = Marks.of(papers)
    return Stock(pool, vocabulary, centre, near, marks, columns.fame, len(papers))


def read_pool(papers: Sequence[Paper], vectors: NDArray[np.float32]) -> Pool:
    """A pool of papers with their vectors [n, d], in which nobody is near anybody: for what needs
    no neighbours, at a tenth of the time. Its terms are words and pairs of words."""
    vocabulary, words = learn((paper.text for paper in papers), tokenise_pairs)
    centred = centre_on(vectors, _find_centre(vectors))
    near = Neighbours.none(len(papers))
    return make_pool(Columns.of(papers), words, centred, near, vocabulary)


def extend(stock: Stock, papers: Sequence[Paper], vectors: NDArray[np.float32]) -> Stock:
    """The stock with more papers behind those that it has; those that it has already are replaced,
    and come last."""
    columns = Columns.of(papers)
    stock = without(stock, columns.numbers.tolist())
    more = weigh((paper.text for paper in papers), stock.vocabulary)
    words = sparse.vstack([stock.pool.words, more], format="csr")
    joined = np.concatenate([stock.pool.vectors, centre_on(vectors, stock.centre)])
    near = add_neighbours(stock.near, words, joined)
    columns = _columns_of(stock).join(columns)
    return Stock(
        make_pool(columns, words, joined, near, stock.vocabulary),
        stock.vocabulary,
        stock.centre,
        near,
        stock.marks.join(Marks.of(papers)),
        columns.fame,
        stock.known,
    )


def without(stock: Stock, numbers: Collection[int]) -> Stock:
    """The stock without some papers; as it is where it has none of them."""
    gone = [stock.pool.rows[number] for number in numbers if number in stock.pool.rows]
    if not gone:
        return stock
    kept = np.ones(len(stock.pool.numbers), bool)
    kept[gone] = False
    near, columns = stock.near.keep(kept), _columns_of(stock).keep(kept)
    words, vectors = stock.pool.words[np.flatnonzero(kept)], stock.pool.vectors[kept]
    return Stock(
        make_pool(columns, words, vectors, near, stock.vocabulary),
        stock.vocabulary,
        stock.centre,
        near,
        stock.marks.keep(kept),
        columns.fame,
        stock.known,
    )


class Columns(NamedTuple):
    """What is one number a paper."""

    numbers: NDArray[np.int64]
    days: NDArray[np.int64]
    fame: NDArray[np.float32]

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> Columns:
        return cls(
            np.array([paper.number for paper in papers], np.int64),
            np.array([paper.day for paper in papers], np.int64),
            np.array([paper.fame for paper in papers], np.float32),
        )

    def join(self, more: Columns) -> Columns:
        return Columns(
            np.concatenate([self.numbers, more.numbers]),
            np.concatenate([self.days, more.days]),
            np.concatenate([self.fame, more.fame]),
        )

    def keep(self, kept: NDArray[np.bool_]) -> Columns:
        return Columns(self.numbers[kept], self.days[kept], self.fame[kept])


def _columns_of(stock: Stock) -> Columns:
    return Columns(stock.pool.numbers, stock.pool.days, stock.fame)


def _find_centre(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of the vectors that there are."""
    there = vectors[vectors.any(axis=1)]
    return there.mean(axis=0) if len(there) else np.zeros(vectors.shape[1], np.float32)


def centre_on(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors about their centre, of length 1; those that are 0 stay so."""
    centred: NDArray[np.float32] = vectors - centre
    centred[~vectors.any(axis=1)] = 0
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9), dtype=np.float32)


def make_pool(
    columns: Columns,
    words: Sparse,
    vectors: NDArray[np.float32],
    near: Neighbours,
    vocabulary: Vocabulary,
) -> Pool:
    """A pool as rankers see it."""
    numbers = columns.numbers
    return Pool(
        numbers=numbers,
        words=words,
        vectors=vectors,
        graph=make_graph(near),
        terms=vocabulary.terms,
        fame=_rank(columns.fame),
        days=columns.days,
        rows={number: row for row, number in enumerate(numbers.tolist())},
    )


def _rank(fame: NDArray[np.float32]) -> NDArray[np.float32]:
    """The share of papers that fewer people did something with."""
    below = np.searchsorted(np.sort(fame), fame, side="left")
    return np.asarray(below / max(len(fame), 1), dtype=np.float32)
