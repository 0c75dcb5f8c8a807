"""Our rankers: likes, "not for me" and the graph of nearest neighbours, as one sum over lessons.

The score of a paper c is the sum over lessons l of their weight times the affinity A(c, l):

    A = features(c) . features(l), with the main directions of the pool shrunk (`space`)
      + GRAPH * (W + FAR * W^2)(c, l)

W is the normalised adjacency of nearest neighbours, with hubs discounted (`space`): a like makes
its neighbours likely, and theirs. That is the start of the series in W of spectrally transformed
kernels, which our measurements found best beside a centroid; longer walks add nothing there and
cost much. "Not for me" is a Rocchio step (1971): the mean of the dislikes counts a quarter of that
of the likes, the other way. What is unlabelled is the background, never a negative. Since the
score is a sum over the lessons, what each adds is exact, and several interests in one shelf do not
blur each other: each like brings its own neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile

import numpy as np

from broadsheet.learning import Weight
from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend.plain import is_plain
from broadsheet.recommend.products import Cut, cut, multiply
from broadsheet.recommend.space import Floats, Space, Spaces, add_rows, check_rows

GRAPH = 3.0
FAR = 2.0
"""A second step, over a neighbour to its neighbours, counts so many times a first one."""

ROCCHIO = 0.25
BLOCK = 128
"""What lessons add is worked out for so many papers at a time."""


class SmoothedRanker:
    """Shrinks a direction with variance v to the share `ridge` / (v + `ridge`); the smaller `ridge`
    is, the more it looks for what sets the likes apart, which takes more of them to tell."""

    def __init__(self, id: str, title: str, ridge: float, spaces: Spaces) -> None:
        self.id = id
        self.title = title
        self._ridge = ridge
        self._spaces = spaces

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        """See `ports.Ranker`."""
        if not len(lessons.likes):
            raise ValueError("there is no like to learn from")
        check_rows(lessons.rows, len(pool.numbers))
        return SmoothedProfile(self._spaces.of(pool), pool.terms, lessons, self._ridge)


def our_rankers() -> tuple[Ranker, ...]:
    """Ours: the one for few likes first, then the one that can be better once there are many. They
    share what they work out of a pool. The first ridge was chosen on half of the readers of
    citeulike, and is equally good from half to twice as much; the graph and the second ridge, on
    these and four other collections (docs/benchmarks.md)."""
    spaces = Spaces()
    return (
        SmoothedRanker("smoothed@2", "Neighbours and centre", 0.032, spaces),
        SmoothedRanker("ridge@2", "Neighbours and ridge regression", 0.01, spaces),
    )


class SmoothedProfile:
    """What was learned from the lessons of one shelf."""

    def __init__(self, space: Space, terms: Sequence[str], lessons: Lessons, ridge: float) -> None:
        self._space, self._terms = space, terms
        self._rows, self._amounts = lessons.rows, _weigh(lessons)
        variances = space.directions.variances
        self._shrunk: Floats = variances / (variances + np.float32(ridge))
        self._total = float(self._amounts.sum())
        self._words = add_rows(space.words, self._rows, self._amounts)
        liked = add_rows(space.words, lessons.likes, np.ones(len(lessons.likes), np.float32))
        self._liked = liked > 0
        self._vector: Floats = self._amounts @ space.vectors[self._rows]
        self._place: Floats = self._shrunk * (self._amounts @ space.places[self._rows])
        self._constant = self._total * space.mean_square - float(
            self._amounts @ space.pulls[self._rows]
        )
        own = space.shares[self._rows] * self._amounts
        self._near = np.float32(FAR) * space.shares**2 * add_rows(space.graph, self._rows, own)
        np.add.at(self._near, self._rows, own)

    def score(self, rows: Rows) -> Scores:
        """See `ports.Profile`."""
        block = self._space.take(rows)
        scores = block.words @ self._words + block.vectors @ self._vector
        scores -= block.places @ self._place
        scores += GRAPH * block.shares * (block.graph @ self._near)
        scores += np.float32(self._constant) - np.float32(self._total) * block.pulls
        return np.asarray(scores if block.asked is None else scores[block.asked], np.float32)

    def contributions(self, rows: Rows) -> Scores:
        """See `ports.Profile`; the constant is 0."""
        space, own = self._space, self._rows
        check_rows(rows, len(space.pulls))
        words, near = cut(space.words, own), cut(space.graph, own)
        far = np.float32(FAR) * space.shares[near.columns] ** 2
        near = near._replace(values=far * near.values).mark(own)
        found = np.zeros((len(rows), len(own)), np.float32)
        for start in range(0, len(rows), BLOCK):
            some = slice(start, start + BLOCK)
            found[some] = self._contribute(rows[some], words, near)
        return found

    def _contribute(self, rows: Rows, words: Cut, near: Cut) -> Scores:
        """The contributions to a few papers, given the words and the neighbours of the lessons."""
        space, own = self._space, self._rows
        alike = multiply(cut(space.words, rows), words)
        alike += space.vectors[rows] @ space.vectors[own].T
        alike -= (space.places[rows] * self._shrunk) @ space.places[own].T
        alike += np.float32(space.mean_square) - space.pulls[rows, None] - space.pulls[None, own]
        walked = multiply(cut(space.graph, rows), near)
        alike += np.float32(GRAPH) * space.shares[rows, None] * walked * space.shares[own]
        return np.asarray(alike * self._amounts, np.float32)

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        """See `ports.Profile`. Of any paper, for None: what the words of the lessons add to the
        score of their mean."""
        if row is None:
            of_lessons = add_rows(self._space.words, self._rows, np.abs(self._amounts))
            places = np.flatnonzero(of_lessons)
            amounts = of_lessons[places] / np.abs(self._amounts).sum()
        else:
            check_rows(np.array([row]), len(self._space.pulls))
            words = self._space.words
            own = slice(words.indptr[row], words.indptr[row + 1])
            places, amounts = words.indices[own], words.data[own]
        directions = self._space.directions
        slopes = self._words[places] - self._total * directions.mean_words[places]
        slopes -= directions.words[places] @ self._place
        # A word that no like has can come out above 0 only because the others are so far below it.
        points = np.where((slopes > 0) & ~self._liked[places], 0, amounts * slopes)
        return self._name(places, points, limit, both=row is None)

    def _name(self, places: Rows, points: Scores, limit: int, *, both: bool) -> Sequence[Weight]:
        """The words that tell most, the greatest first; where `both`, then as many of those that
        weigh against, the least of them last."""
        order = np.lexsort((places, -points)).tolist()
        found = self._list(order, places, points, limit)
        if both:
            found += reversed(self._list(reversed(order), places, -points, limit))
        return [Weight(self._terms[places[each]], float(points[each])) for each in found]

    def _list(self, order: Iterable[int], places: Rows, points: Scores, limit: int) -> list[int]:
        above = takewhile(lambda each: points[each] > 0, order)
        telling = (each for each in above if not is_plain(self._terms[places[each]]))
        return list(islice(telling, limit))


def _weigh(lessons: Lessons) -> Scores:
    """What each lesson counts: likes as they weigh, dislikes a quarter of all likes together."""
    for_it, against = lessons.like_weights, lessons.dislike_weights
    if len(against):
        against = against * (-ROCCHIO * for_it.sum() / against.sum())
    return np.concatenate([for_it, against]).astype(np.float32)
