"""Our rankers: what a score is made of, and what it rests on."""

from __future__ import annotations

import gc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from broadsheet.ports import Lessons
from broadsheet.recommend import space
from broadsheet.recommend.contract import leave_out, make_lessons
from broadsheet.recommend.evaluate import order
from broadsheet.recommend.invented import FIELDS, PAPERS, field_of, invent_pool
from broadsheet.recommend.products import cut, multiply
from broadsheet.recommend.smoothed import FAR, GRAPH, ROCCHIO, SmoothedRanker, our_rankers
from broadsheet.recommend.space import Space, Spaces, find_directions

POOL = invent_pool()
ALL = np.arange(PAPERS)
LESSONS = make_lessons([0, 12, 2], [4])
RANKERS = our_rankers()


def best_of(lessons: Lessons, count: int = 20) -> list[int]:
    scores = RANKERS[0].learn(lessons, POOL).score(ALL)
    return [int(row) for row in order(scores, lessons.rows)[:count]]


def test_the_papers_of_the_liked_field_come_first() -> None:
    assert [field_of(row) for row in best_of(make_lessons([0, 12, 24]))] == [0] * 20


def test_two_interests_do_not_blur() -> None:
    """Both fields are found, and nothing from between them."""
    fields = [field_of(row) for row in best_of(make_lessons([0, 12, 2, 14]), 40)]
    assert set(fields) == {0, 1}
    assert min(fields.count(0), fields.count(1)) > 10


def test_not_for_me_keeps_a_field_away() -> None:
    """Two interests, and one is taken back."""
    before = best_of(make_lessons([0, 2]), 40)
    after = best_of(make_lessons([0, 2], [14]), 40)
    assert sum(field_of(row) == 1 for row in after) < sum(field_of(row) == 1 for row in before)


def test_products_of_cuts_are_those_of_scipy() -> None:
    """To the last bit. Break to see it fail: let `multiply` make its left matrix dense."""
    dice = np.random.default_rng(3)
    for matrix in (POOL.words, POOL.graph):
        left, right = dice.integers(0, PAPERS, (2, 70))
        expected = (matrix[left] @ matrix[right].T).toarray()
        np.testing.assert_array_equal(multiply(cut(matrix, left), cut(matrix, right)), expected)
        marked = multiply(cut(matrix, left), cut(matrix, right[:0])), cut(matrix, left[:0])
        assert (marked[0].shape, marked[1].height) == ((70, 0), 0)


def test_what_every_paper_says_is_no_reason() -> None:
    """Break to see it fail: leave `is_plain` out of `_list`."""
    pool = replace(POOL, terms=[f"{word}ing" for word in POOL.terms])
    told = [each.name for each in RANKERS[0].learn(LESSONS, pool).terms(None, 5)]
    plain = [f"{'giving' if f'{word}ing' == told[0] else word}" for word in POOL.terms]
    named = [
        each.name for each in RANKERS[0].learn(LESSONS, replace(POOL, terms=plain)).terms(None, 5)
    ]
    assert "giving" in plain
    assert "giving" not in named
    assert [f"{word}ing" for word in named[:3]] == told[1:4]


@pytest.mark.parametrize("ranker", RANKERS, ids=lambda ranker: ranker.id)
def test_only_words_of_likes_speak_for_a_paper(ranker: SmoothedRanker) -> None:
    """Break to see it fail: leave `_liked` out of `terms`."""
    profile = ranker.learn(LESSONS, POOL)
    liked = {POOL.terms[place] for place in POOL.words[LESSONS.likes].indices}
    named = [each for row in [None, *range(PAPERS)] for each in profile.terms(row, 9)]
    told = {each.name for each in named if each.points > 0}
    assert told and told <= liked


def test_dislikes_count_a_quarter_of_all_likes_together() -> None:
    points = RANKERS[0].learn(make_lessons([0, 12, 2], [4, 16]), POOL).contributions(ALL)
    alone = RANKERS[0].learn(make_lessons([4]), POOL).score(ALL)
    np.testing.assert_allclose(points[:, 3], -ROCCHIO * 3 / 2 * alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ranker", RANKERS, ids=lambda ranker: ranker.id)
def test_the_sum_is_the_score(ranker: SmoothedRanker) -> None:
    profile = ranker.learn(LESSONS, POOL)
    np.testing.assert_allclose(
        profile.contributions(ALL).sum(axis=1), profile.score(ALL), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("ranker", RANKERS, ids=lambda ranker: ranker.id)
def test_many_papers_score_as_each_does(ranker: SmoothedRanker) -> None:
    """Break to see it fail: leave `asked` out of `SmoothedProfile.score`."""
    profile = ranker.learn(LESSONS, POOL)
    for rows in (ALL, ALL[::-1], np.resize(ALL[7:200], 300)):
        assert len(rows) * space.MOST_OF >= PAPERS
        alone = np.concatenate(
            [profile.score(rows[place : place + 1]) for place in range(len(rows))]
        )
        np.testing.assert_allclose(profile.score(rows), alone, rtol=1e-4, atol=1e-5)


def test_a_share_is_what_removal_takes() -> None:
    lessons = make_lessons([0, 12, 2])
    profile = RANKERS[0].learn(lessons, POOL)
    for place in range(3):
        without = RANKERS[0].learn(leave_out(lessons, place), POOL).score(ALL)
        lost = profile.score(ALL) - without
        np.testing.assert_allclose(lost, profile.contributions(ALL)[:, place], atol=1e-4)


def test_the_neighbours_of_neighbours_count() -> None:
    """The part of the graph is what walks of one and of two steps reach."""
    graph = POOL.graph.toarray()
    out = graph.sum(axis=1)
    graph /= np.outer(out, out)
    expected = GRAPH * (graph + FAR * graph @ graph)[:, 0]
    bare = invent_pool()
    bare.graph.data[:] = 0
    lessons = make_lessons([0])
    near = RANKERS[0].learn(lessons, POOL).score(ALL) - RANKERS[0].learn(lessons, bare).score(ALL)
    np.testing.assert_allclose(near, expected, atol=1e-4)


def test_the_edges_of_a_hub_count_less() -> None:
    """Break: let `discount_hubs` give 1 for all. Paper 0 is near all others, 1 and 2 are near each
    other, too."""
    edges = np.zeros((9, 9), np.float32)
    for one, other in [*((0, end) for end in range(1, 9)), (1, 2)]:
        edges[one, other] = edges[other, one] = 1
    roots = np.sqrt(edges.sum(axis=1))
    graph = sparse.csr_array((edges / np.outer(roots, roots)).astype(np.float32))
    shares = space.discount_hubs(graph)
    np.testing.assert_allclose(shares, 1 / graph.toarray().sum(axis=1), rtol=1e-6)
    assert shares[0] < shares[1]
    np.testing.assert_array_equal(space.discount_hubs(graph, 7), shares[7:])
    nothing = sparse.csr_array((4, 4), dtype=np.float32)
    np.testing.assert_array_equal(space.discount_hubs(nothing), np.ones(4))


def test_without_the_graph_it_is_kernel_ridge_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all directions: f = K (K + n r)^-1 y, y being 1 for likes and 0 elsewhere."""
    monkeypatch.setattr(space, "DIRECTIONS", PAPERS)
    bare, ridge = invent_pool(), 0.01
    bare.graph.data[:] = 0
    features = np.hstack([bare.words.toarray(), space.VECTORS * bare.vectors]).astype(np.float64)
    features -= features.mean(axis=0)
    kernel, penalty = features @ features.T, PAPERS * ridge
    wanted = np.zeros(PAPERS)
    wanted[[0, 12, 2]] = 1
    exact = kernel @ np.linalg.solve(kernel + penalty * np.eye(PAPERS), wanted)
    ranker = SmoothedRanker("exact@1", "Exact", ridge, Spaces())
    scores = ranker.learn(make_lessons([0, 12, 2]), bare).score(ALL)
    np.testing.assert_allclose(scores, penalty * exact, atol=2e-3)


def test_terms_are_the_words_of_the_liked() -> None:
    """Of a paper, words that it has; of all, the field's own words first."""
    profile = RANKERS[0].learn(make_lessons([0, 12, 36, 48, 60], [2]), POOL)
    own = {POOL.terms[place] for place in POOL.words[[24]].indices}
    assert {term.name for term in profile.terms(24, 5)} <= own
    numbers = [int(term.name.removeprefix("word")) for term in profile.terms(None, 5)[:5]]
    assert sum(number < 40 for number in numbers) >= 4
    assert profile.terms(None, 5)[-1].points < 0
    assert all(a.points >= b.points for a, b in pairwise(profile.terms(None, 5)))


def test_rows_that_there_are_not() -> None:
    with pytest.raises(IndexError):
        RANKERS[0].learn(LESSONS, POOL).terms(PAPERS, 3)
    with pytest.raises(ValueError, match="no like"):
        RANKERS[0].learn(make_lessons([], [3]), POOL)


def test_the_same_rows_again_are_not_cut_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "LEAST_ROWS", 30)
    known = Space(POOL)
    rows = ALL[:30]
    assert known.take(rows) is known.take(rows.copy())
    for start in range(6):
        known.take(rows + start)
    assert len(known._blocks) == space.BLOCKS


def test_a_pool_that_is_gone_leaves_nothing_behind() -> None:
    spaces = Spaces()
    pool = invent_pool(seed=1)
    assert spaces.of(pool) is spaces.of(pool)
    del pool
    gc.collect()
    assert len(spaces._known) == 0


def test_the_directions_are_those_of_the_features() -> None:
    """Against an exact decomposition of the same features."""
    vectors = POOL.vectors
    features = np.hstack([POOL.words.toarray(), vectors])
    features -= features.mean(axis=0)
    exact = np.linalg.svd(features, full_matrices=False)
    found = find_directions(POOL.words, vectors)
    np.testing.assert_allclose(found.variances[:FIELDS], exact[1][:FIELDS] ** 2 / PAPERS, rtol=1e-3)
    ours = np.vstack([found.words, found.vectors])
    np.testing.assert_allclose(ours.T @ ours, np.eye(ours.shape[1]), atol=1e-3)
    same = np.linalg.svd(exact[2][:FIELDS] @ ours[:, :FIELDS])[1]
    assert same.min() > 0.99


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_pool_of_hardly_any_papers(count: int) -> None:
    whole = invent_pool()
    pool = type(whole)(
        numbers=whole.numbers[:count],
        words=whole.words[np.arange(count)],
        vectors=whole.vectors[:count],
        graph=whole.graph[np.arange(count)][:, np.arange(count)],
        terms=whole.terms,
        fame=whole.fame[:count],
        days=whole.days[:count],
        rows={number: number - 1 for number in range(1, count + 1)},
    )
    scores = RANKERS[0].learn(make_lessons([0]), pool).score(np.arange(count))
    assert np.isfinite(scores).all()
