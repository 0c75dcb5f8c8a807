"""Vectors laid out on a plane: exact t-SNE (van der Maaten and Hinton, 2008) for few points.

It begins with the two main components, so that the whole has a meaning too, and uses no chance: the
same vectors give the same map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Vectors

Places = NDArray[np.float64]
Matrix = NDArray[np.float64]

PERPLEXITY = 15.0
STEPS = 350
_EARLY, _EXAGGERATION = 100, 8.0
NEIGHBOURS = 10


def lay_out(vectors: Vectors) -> Places:
    """Places [n, 2] in the unit square of vectors [n, dim] of length 1."""
    if len(vectors) < 4:
        return _in_a_row(len(vectors))
    start = find_components(vectors)
    places = _embed(_affinities(vectors), 1e-2 * start / max(float(start.std()), 1e-12))
    return _into_square(places)


def find_components(vectors: Vectors) -> Places:
    """The first two principal components [n, 2], with signs that do not depend on chance."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    found = np.zeros((len(vectors), 2))
    width = min(2, left.shape[1])
    found[:, :width] = left[:, :width] * sizes[:width]
    strongest = np.abs(found).argmax(axis=0)
    turned: Places = found * np.where(found[strongest, [0, 1]] < 0, -1.0, 1.0)
    # Equal texts have equal vectors; on the map they must be able to part.
    angle = np.arange(len(vectors)) * 2.399963
    return turned + 1e-6 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def share_kept(vectors: Vectors, places: Places, count: int = NEIGHBOURS) -> float:
    """The share of each point's `count` nearest neighbours that are neighbours in `places`."""
    count = min(count, len(vectors) - 1)
    if count < 1:
        return 1.0
    there = _nearest(_distances(vectors.astype(np.float64)), count)
    here = _nearest(_distances(places), count)
    kept = (there[:, :, None] == here[:, None, :]).sum()
    return float(kept) / (count * len(vectors))


def trustworthiness(vectors: Vectors, places: Places, count: int = NEIGHBOURS) -> float:
    """1 where no neighbour in `places` is a stranger among the vectors (Venna and Kaski, 2001)."""
    number = len(vectors)
    order = _distances(vectors.astype(np.float64)).argsort(axis=1, kind="stable")
    ranks = order.argsort(axis=1, kind="stable")
    here = _nearest(_distances(places), count)
    rank = np.take_along_axis(ranks, here, axis=1)
    worst = number * count * (2 * number - 3 * count - 1) / 2
    return 1.0 - float(np.maximum(rank - count, 0).sum()) / worst


def _distances(points: Matrix) -> Matrix:
    """Squared distances [n, n]; a point is farthest from itself by none, put first by -1."""
    lengths = (points**2).sum(axis=1)
    squared: Matrix = np.maximum(lengths[:, None] + lengths[None, :] - 2 * points @ points.T, 0.0)
    np.fill_diagonal(squared, -1.0)
    return squared


def _nearest(distances: Matrix, count: int) -> NDArray[np.intp]:
    return distances.argsort(axis=1, kind="stable")[:, 1 : count + 1]


def _affinities(vectors: Vectors) -> Matrix:
    """Symmetric probabilities [n, n]; each row's width is such that it has the perplexity."""
    distances = _distances(vectors.astype(np.float64))
    wanted = np.log(min(PERPLEXITY, (len(vectors) - 1) / 3))
    low, high = np.zeros(len(vectors)), np.full(len(vectors), np.inf)
    narrowness = np.full(len(vectors), 1.0)
    for _ in range(40):
        rows = np.exp(-np.maximum(distances, 0) * narrowness[:, None])
        np.fill_diagonal(rows, 0.0)
        rows /= np.maximum(rows.sum(axis=1, keepdims=True), 1e-300)
        entropy = -(rows * np.log(np.maximum(rows, 1e-300))).sum(axis=1)
        wide = entropy > wanted
        low, high = np.where(wide, narrowness, low), np.where(wide, high, narrowness)
        narrowness = np.where(np.isinf(high), narrowness * 2, (low + high) / 2)
    both: Matrix = np.maximum((rows + rows.T) / (2 * len(vectors)), 1e-12)
    return both


def _embed(affinities: Matrix, places: Places) -> Places:
    """Gradient descent with momentum and a gain for each coordinate."""
    rate = max(len(places) / _EXAGGERATION, 20.0)
    moved, gains = np.zeros_like(places), np.ones_like(places)
    for number in range(STEPS):
        early = number < _EARLY
        slope = _slope(affinities * _EXAGGERATION if early else affinities, places)
        against = np.sign(slope) != np.sign(moved)
        gains = np.maximum(np.where(against, gains + 0.2, gains * 0.8), 0.01)
        moved = (0.5 if early else 0.8) * moved - rate * gains * slope
        places = places + moved
        places = places - places.mean(axis=0)
    return places


def _slope(affinities: Matrix, places: Places) -> Places:
    """Without matrix products: their threads cost more than they save on so few points."""
    across, up = (np.subtract.outer(column, column) for column in places.T)
    near = 1.0 / (1.0 + across**2 + up**2)
    np.fill_diagonal(near, 0.0)
    pull = (affinities - near / near.sum()) * near
    return 4.0 * np.stack([(pull * across).sum(axis=1), (pull * up).sum(axis=1)], axis=1)


def _into_square(places: Places) -> Places:
    """Both axes to 0 to 1."""
    low, high = places.min(axis=0), places.max(axis=0)
    square: Places = (places - low) / np.maximum(high - low, 1e-12)
    return square


def _in_a_row(count: int) -> Places:
    return np.array([[(number + 0.5) / max(count, 1), 0.5] for number in range(count)]).reshape(
        -1, 2
    )
