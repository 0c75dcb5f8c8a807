"""Nearest neighbours: as comparing all pairs gives them, at once or little by little."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Sparse
from broadsheet.recommend import graph
from broadsheet.recommend.graph import (
    NEIGHBOURS,
    VECTORS,
    Neighbours,
    add_neighbours,
    find_neighbours,
    make_graph,
)


def make_features(count: int, seed: int = 0) -> tuple[Sparse, NDArray[np.float32]]:
    """Random words (some common) and vectors of papers, rows of length 1."""
    dice = np.random.default_rng(seed)
    words = sparse.random_array((count, 80), density=0.1, rng=dice, format="csr")
    lengths = np.sqrt(np.maximum((words * words).sum(axis=1), 1e-9))
    words = sparse.csr_array(words / lengths[:, None], dtype=np.float32)
    vectors = dice.normal(size=(count, 12))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return words, vectors.astype(np.float32)


def compare_all(words: Sparse, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    similar = (words @ words.T).toarray() + VECTORS * vectors @ vectors.T
    np.fill_diagonal(similar, 0)
    return np.asarray(similar, np.float64)


@pytest.mark.parametrize("block", [7, 128])
def test_they_are_the_nearest_of_all(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "BLOCK", block)
    words, vectors = make_features(60)
    near, similar = find_neighbours(words, vectors), compare_all(words, vectors)
    best = -np.sort(-similar, axis=1)[:, :NEIGHBOURS]
    np.testing.assert_allclose(near.similar, np.maximum(best, 0), atol=1e-5)
    there = near.rows >= 0
    for row, others in enumerate(near.rows):
        found = others[there[row]]
        assert row not in found
        assert len(set(found.tolist())) == len(found)
        np.testing.assert_allclose(similar[row, found], near.similar[row][there[row]], atol=1e-5)


@pytest.mark.parametrize("first", [1, 15, 40, 59, 60])
def test_adding_gives_what_finding_all_gives(first: int) -> None:
    """Break to see it fail: leave `_let_in` out of `add_neighbours`."""
    words, vectors = make_features(60)
    some = find_neighbours(words[np.arange(first)], vectors[:first])
    grown, whole = add_neighbours(some, words, vectors), find_neighbours(words, vectors)
    np.testing.assert_allclose(grown.similar, whole.similar, atol=1e-5)
    assert (grown.rows == whole.rows).mean() > 0.99


def test_what_is_dropped_is_nobodys_neighbour() -> None:
    words, vectors = make_features(60)
    near = find_neighbours(words, vectors)
    kept = np.arange(60) % 3 > 0
    fewer = near.keep(kept)
    assert len(fewer.rows) == 40
    assert fewer.rows.max() < 40
    names = np.flatnonzero(kept)
    for row, others in enumerate(fewer.rows):
        found = {int(names[each]) for each in others if each >= 0}
        assert found == {int(each) for each in near.rows[names[row]] if kept[each]}
    assert (np.diff(fewer.similar, axis=1) <= 0).all()


def test_few_papers_have_few_neighbours() -> None:
    words, vectors = make_features(3)
    near = find_neighbours(words, vectors)
    assert ((near.rows >= 0).sum(axis=1) <= 2).all()
    assert find_neighbours(*make_features(1)).rows.tolist() == [[-1] * NEIGHBOURS]
    assert len(Neighbours.none(0).rows) == 0


def test_without_vectors_words_decide() -> None:
    words, _ = make_features(30)
    near = find_neighbours(words, np.zeros((30, 0), np.float32))
    assert near.similar[:, 0].max() > 0


def test_common_words_are_no_neighbourhood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "LEAST_COMMON", 5)
    words = sparse.csr_array(np.ones((10, 1), np.float32))
    near = find_neighbours(words, np.zeros((10, 0), np.float32))
    assert (near.rows == -1).all()


def test_the_graph_is_symmetric_and_its_spectrum_is_bounded() -> None:
    words, vectors = make_features(60)
    adjacency = make_graph(find_neighbours(words, vectors)).toarray()
    np.testing.assert_allclose(adjacency, adjacency.T, atol=1e-6)
    assert (adjacency >= 0).all()
    assert np.diag(adjacency).max() == 0
    assert np.abs(np.linalg.eigvalsh(adjacency)).max() == pytest.approx(1, abs=1e-5)


def test_papers_that_are_near_nobody_stay_alone() -> None:
    adjacency = make_graph(Neighbours.none(4))
    assert adjacency.shape == (4, 4)
    assert adjacency.nnz == 0
