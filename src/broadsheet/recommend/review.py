"""Working through a backlog, a systematic review say: what to judge next, and when to stop.

Here a reader judges every paper that is offered, so that there are real negatives, and a linear
model with a squared hinge loss over words, pairs of words and vectors beats the centroid. It weighs
a paper kept as much as many that were not, since few are (the proportions are those of ELAS u4, the
default model of ASReview LAB 2, tuned there on other reviews). It is fitted in its dual by Newton's
steps (Chapelle, "Training a support vector machine in the primal", 2007), each by conjugate
gradients, and starts from where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import ReviewState
from broadsheet.ports.learning import Pool, Rows
from broadsheet.recommend import stopping

VECTORS = 0.5
"""What vectors count beside words."""

BIAS = 1.0
COST = 0.11
RATIO = 9.8
"""How many times all papers kept weigh as much as all that were not."""

MOST_PAPERS = 5_000
"""More papers at once nobody works through; a backlog is cut to these."""

NEWTON_STEPS = 5
GRADIENT_STEPS = 60
CLOSE = 1e-3

Floats = NDArray[np.float32]


class Judged(NamedTuple):
    """A paper that the reader judged: its row in the pool, and whether it was kept."""

    row: int
    kept: bool


def look(
    shelf_id: int,
    query: str,
    pool: Pool,
    rows: Rows,
    judged: Sequence[Judged],
    limit: int,
) -> ReviewState:
    """Where a reader stands in a backlog of papers, `rows` of the pool in the order of the search.

    `judged` are all papers that the shelf has an opinion on, the one judged first first. Those that
    are not of the backlog help to put it in order and count for nothing else.
    """
    rows = rows[:MOST_PAPERS]
    inside = {int(row) for row in rows}
    seen = [each for each in judged if each.row in inside]
    known = {each.row for each in seen}
    unseen = np.array([row for row in rows.tolist() if row not in known], dtype=np.int64)
    ranked = unseen[Reviewer(pool, rows, [each.row for each in judged]).rank(unseen, judged)]
    kept = [each.kept for each in seen]
    coverage = stopping.look_back(kept, len(rows)) if len(rows) else None
    return ReviewState(
        shelf_id=shelf_id,
        query=query,
        next=tuple(int(pool.numbers[row]) for row in ranked[:limit]),
        papers=len(rows),
        seen=len(seen),
        kept=sum(kept),
        coverage=coverage,
        may_stop=stopping.may_stop(coverage),
        sentence=stopping.say(coverage, len(rows), len(seen), sum(kept)),
    )


class Reviewer:
    """Puts unseen papers in order. Keeps the similarities that it has worked out, and the model
    that it had last, so that judging one more paper costs little."""

    def __init__(self, pool: Pool, rows: Rows, more: Sequence[int] = ()) -> None:
        """A reviewer of these rows of a pool; `more` rows are judged, too."""
        every = np.unique(np.concatenate([rows, np.array(more, dtype=np.int64)]))
        self._every = every
        self._words = pool.words[every]
        self._vectors = pool.vectors[every]
        # Pages of zeros take no memory until a row is worked out.
        self._near = np.zeros((len(every), len(every)), dtype=np.float32)
        self._is_known = np.zeros(len(every), dtype=np.bool_)
        self._model = np.zeros(len(every), dtype=np.float32)

    def forget(self) -> None:
        """Start again from no model (what is similar to what stays known)."""
        self._model[:] = 0

    def rank(self, rows: Rows, judged: Sequence[Judged]) -> NDArray[np.int64]:
        """The order of these rows, the likeliest to be kept first; ties as they came. Without a
        paper kept there is nothing to go by, and the order stays."""
        if not any(each.kept for each in judged) or not len(rows):
            return np.arange(len(rows))
        places = np.searchsorted(self._every, [each.row for each in judged])
        kept = np.array([each.kept for each in judged], dtype=np.bool_)
        weights = self._fit(places, kept)
        there = np.searchsorted(self._every, rows)
        scores = self._words @ (self._words[places].T @ weights)
        scores += VECTORS * (self._vectors @ (weights @ self._vectors[places]))
        return np.argsort(-scores[there], kind="stable")

    def _fit(self, places: NDArray[np.int64], kept: NDArray[np.bool_]) -> Floats:
        if kept.all():
            return np.ones(len(kept), dtype=np.float32)
        weights = _train(self._compare(places), kept, self._model[places])
        self._model[places] = weights
        return weights

    def _compare(self, places: NDArray[np.int64]) -> Floats:
        """float32 [judged, judged]: how similar they are."""
        new = places[~self._is_known[places]]
        if len(new):
            found = (self._words[new] @ self._words.T).toarray()
            found += VECTORS * (self._vectors[new] @ self._vectors.T) + BIAS
            self._near[new] = found
            self._is_known[new] = True
        return self._near[np.ix_(places, places)]


def _train(near: Floats, kept: NDArray[np.bool_], weights: Floats) -> Floats:
    """The dual weights of the judged papers, from a first guess."""
    signs = np.where(kept, 1, -1).astype(np.float32)
    costs = np.where(kept, 1.0, kept.sum() / (RATIO * (~kept).sum()))
    costs *= len(costs) / costs.sum()
    ridge = (1 / (2 * COST * costs)).astype(np.float32)
    active = signs * (near @ weights) < 1
    for _ in range(NEWTON_STEPS):
        found = np.zeros_like(weights)
        inside = near[np.ix_(active, active)]
        found[active] = _solve(inside, ridge[active], signs[active], weights[active])
        weights, before = found, active
        active = signs * (near @ weights) < 1
        if (active == before).all():
            break
    return weights


def _solve(matrix: Floats, ridge: Floats, right: Floats, guess: Floats) -> Floats:
    """Solves (matrix + diag(ridge)) x = right by conjugate gradients."""
    x = guess
    rest = right - matrix @ x - ridge * x
    way, size = rest, float(rest @ rest)
    enough = CLOSE**2 * float(right @ right)
    for _ in range(GRADIENT_STEPS):
        if size <= enough:
            break
        moved = matrix @ way + ridge * way
        step = size / float(way @ moved)
        x = x + step * way
        rest = rest - step * moved
        before, size = size, float(rest @ rest)
        way = rest + size / before * way
    return np.asarray(x, dtype=np.float32)
