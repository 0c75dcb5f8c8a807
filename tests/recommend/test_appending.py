"""A few papers come in at once, and rankers go on with what they know of the others."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.ports import Lessons
from broadsheet.recommend.appending import append
from broadsheet.recommend.pool import Paper, Stock, build, extend
from broadsheet.recommend.smoothed import our_rankers
from broadsheet.recommend.space import Spaces, discount_hubs

TOPICS = ("hive honey swarm pollen nectar comb", "tide lunar estuary salinity gauge neap",
          "loom weave shuttle yarn warp cotton")  # fmt: skip
PLAIN = "method result measure model study compare small large data error test value"


def write_papers(first: int, count: int) -> tuple[list[Paper], NDArray[np.float32]]:
    papers = []
    for number in range(first, first + count):
        dice = random.Random(number)
        words = dice.choices(TOPICS[number % 3].split(), k=10) + dice.choices(PLAIN.split(), k=10)
        papers.append(Paper(number, " ".join(words), 700_000 + number, dice.random(), [number % 3]))
    noise = np.random.default_rng(first).normal(size=(count, 8)).astype(np.float32)
    noise[np.arange(count), [paper.number % 3 for paper in papers]] += 4
    return papers, noise / np.linalg.norm(noise, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def stock() -> Stock:
    return build(*write_papers(0, 120))


def test_it_is_as_after_the_thorough_way_but_for_the_edges(stock: Stock) -> None:
    more = write_papers(120, 3)
    quick, thorough = append(stock, *more), extend(stock, *more)
    for mine, theirs in ((quick.pool, thorough.pool), (quick, thorough)):
        np.testing.assert_allclose(mine.fame, theirs.fame, atol=0.05)
    np.testing.assert_array_equal(quick.pool.numbers, thorough.pool.numbers)
    np.testing.assert_array_equal(quick.pool.words.toarray(), thorough.pool.words.toarray())
    np.testing.assert_array_equal(quick.pool.vectors, thorough.pool.vectors)
    np.testing.assert_array_equal(quick.pool.days, thorough.pool.days)
    np.testing.assert_array_equal(quick.marks.values, thorough.marks.values)
    assert quick.pool.rows == thorough.pool.rows


def test_new_papers_have_their_neighbours_and_are_found_by_these(stock: Stock) -> None:
    """Break to see it fail: leave the way back out of `_link`, or common terms in `_find_near`."""
    more = write_papers(120, 3)
    quick, thorough = append(stock, *more), extend(stock, *more)
    np.testing.assert_array_equal(quick.near.rows[:120], stock.near.rows)
    np.testing.assert_array_equal(quick.near.rows[120:, :10], thorough.near.rows[120:, :10])
    mine, theirs = quick.pool.graph.toarray(), thorough.pool.graph.toarray()
    np.testing.assert_allclose(mine, mine.T, rtol=1e-5)
    np.testing.assert_array_equal(mine[:120, :120], stock.pool.graph.toarray())
    found = mine[120:] > 0
    np.testing.assert_allclose(mine[120:][found], theirs[120:][found], rtol=0.1)


def test_one_after_another_is_like_all_at_once(stock: Stock) -> None:
    papers, vectors = write_papers(120, 3)
    after = stock
    for place in range(3):
        after = append(after, papers[place : place + 1], vectors[place : place + 1])
    at_once = append(stock, papers, vectors)
    np.testing.assert_array_equal(after.pool.words.toarray(), at_once.pool.words.toarray())
    one, other = after.pool.graph.toarray(), at_once.pool.graph.toarray()
    assert np.mean((one > 0) == (other > 0)) > 0.999
    np.testing.assert_allclose(one[:120, :120], other[:120, :120])


def test_two_who_append_to_the_same_stock_know_nothing_of_each_other(stock: Stock) -> None:
    """Break to see it fail: let `_Store.take` (`growing`) say yes wherever there is room."""
    first, mine, theirs = write_papers(120, 1), write_papers(121, 2), write_papers(130, 3)
    roomy = append(stock, *first)
    one, other = append(roomy, *mine), append(roomy, *theirs)
    for quick, more in ((one, mine), (other, theirs)):
        alone = append(append(stock, *first), *more)
        np.testing.assert_array_equal(quick.pool.words.toarray(), alone.pool.words.toarray())
        np.testing.assert_array_equal(quick.pool.vectors, alone.pool.vectors)
        np.testing.assert_array_equal(quick.pool.graph.toarray(), alone.pool.graph.toarray())
        np.testing.assert_array_equal(quick.near.rows, alone.near.rows)
        np.testing.assert_array_equal(quick.near.similar, alone.near.similar)
    assert np.shares_memory(one.pool.vectors, roomy.pool.vectors)


def test_rankings_are_as_after_the_thorough_way(stock: Stock) -> None:
    """Of a pool that grew paper by paper, and of one that was made from nothing."""
    papers, vectors = write_papers(0, 132)
    quick = build(papers[:120], vectors[:120])
    for place in range(120, 132):
        some = slice(place, place + 1)
        quick = append(quick, papers[some], vectors[some])
    anew = build(papers, vectors).pool
    rows, weights = np.array([3, 120, 126]), np.ones(3, np.float32)
    lessons = Lessons(rows, rows[:0], weights, weights[:0])
    for ranker in our_rankers():
        mine, theirs = (
            ranker.learn(lessons, pool).score(np.arange(132)) for pool in (quick.pool, anew)
        )
        assert set((np.argsort(-mine)[:40] % 3).tolist()) == {0}
        assert np.corrcoef(mine, theirs)[0, 1] > 0.99


def test_a_paper_of_unknown_words_has_no_neighbours(stock: Stock) -> None:
    quick = append(stock, [Paper(999, "zyzzyva")], np.zeros((1, 8), np.float32))
    assert quick.pool.graph.toarray()[120].sum() == 0
    assert (quick.near.rows[120] == -1).all()


def test_rankers_go_on_with_what_they_know_of_the_others(stock: Stock) -> None:
    """Break to see it fail: leave `base` out of the pool, or let `Space` learn directions anew, or
    work out the shares of all papers (`discount_hubs(pool.graph)`)."""
    spaces = Spaces()
    before = spaces.of(stock.pool)
    pool = append(stock, *write_papers(120, 2)).pool
    after = spaces.of(pool)
    assert after.directions is before.directions
    np.testing.assert_array_equal(after.places[:120], before.places)
    np.testing.assert_array_equal(after.shares[:120], before.shares)
    np.testing.assert_array_equal(after.shares[120:], discount_hubs(pool.graph)[120:])
    np.testing.assert_allclose(after.vectors, pool.vectors * np.float32(0.4**0.5), rtol=1e-6)
    alike = [120, *range(0, 120, 3)]  # topic 0, as the first of the two
    assert len(after.pulls) == len(after.places) == 122
    centre = after.places[alike[1:]].mean(axis=0)
    assert after.places[120] @ centre > after.places[121] @ centre


def test_a_shelf_learns_from_what_was_appended(stock: Stock) -> None:
    pool = append(stock, *write_papers(120, 1)).pool
    like, one, nothing = np.array([120]), np.ones(1, np.float32), np.empty(0, np.int64)
    for ranker in our_rankers():
        lessons = Lessons(like, nothing, one, np.empty(0, np.float32))
        scores = ranker.learn(lessons, pool).score(np.arange(120))
        assert set((np.argsort(-scores)[:20] % 3).tolist()) == {0}
