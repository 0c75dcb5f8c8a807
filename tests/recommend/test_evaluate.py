"""Offline evaluation, against values worked out by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from broadsheet.recommend.evaluate import (
    compare,
    compare_ratio,
    judge,
    leave_each_out,
    order,
    replay,
    split,
    teach,
)
from broadsheet.recommend.invented import field_of, invent_pool
from broadsheet.recommend.smoothed import our_rankers


def test_a_split_gives_and_hides_every_like_once() -> None:
    first = split([5, 9, 2, 7], 3, (1, 2))
    assert sorted([*first.given, *first.hidden]) == [2, 5, 7, 9]
    assert len(first.given) == 3
    assert np.array_equal(first.given, split([5, 9, 2, 7], 3, (1, 2)).given)
    assert {tuple(split([5, 9, 2, 7], 3, (1, seed)).given) for seed in range(20)} != {(2, 5, 7)}


def test_the_given_are_not_ranked() -> None:
    ranked = order(np.array([0.1, 9.0, 0.5, 0.5]), np.array([1]))
    assert ranked.tolist() == [2, 3, 0]


def test_ndcg_and_recall_by_hand() -> None:
    """Hits at places 1 and 3 of three hidden."""
    marks = judge(np.array([4, 1, 6, 2]), np.array([4, 6, 99]))
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert marks.ndcg == pytest.approx((1 + 1 / log2(4)) / ideal)
    assert marks.recall == pytest.approx(2 / 3)
    assert marks.found


def test_only_the_first_ten_and_fifty_count() -> None:
    ranked = np.arange(100)
    assert judge(ranked, np.array([10])) == (0.0, 1.0, False)
    assert judge(ranked, np.array([50])) == (0.0, 0.0, False)
    assert judge(ranked, ranked).ndcg == pytest.approx(1)
    with pytest.raises(ValueError, match="nothing is hidden"):
        judge(ranked, np.array([], np.int64))


def test_paired_intervals() -> None:
    """What is always better by as much has an interval of no width; what is not, one about 0."""
    dice = np.random.default_rng(0)
    theirs = dice.random(200)
    assert compare(theirs + 0.1, theirs) == pytest.approx((0.1, 0.1, 0.1))
    assert compare_ratio(2 * theirs, theirs) == pytest.approx((2, 2, 2))
    value, low, high = compare(dice.random(200), theirs)
    assert low < value < high
    assert low < 0 < high


def test_a_replay_finds_a_field_again() -> None:
    pool = invent_pool()
    fields = [[row for row in range(240) if field_of(row) == field] for field in range(6)]
    splits = [split(rows, 3, (rows[0],)) for rows in fields]
    marks = replay(our_rankers()[0], pool, splits)
    assert np.mean([each.ndcg for each in marks]) > 0.9


def test_leaving_each_out_learns_anew() -> None:
    pool, likes, rows = invent_pool(), np.array([0, 2]), np.array([1, 3])
    ranker = our_rankers()[0]
    scores = leave_each_out(ranker, pool, likes, rows)
    assert scores.shape == (2, 2)
    np.testing.assert_array_equal(scores[:, 0], ranker.learn(teach(likes[1:]), pool).score(rows))
