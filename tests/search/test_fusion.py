"""Fusing two opinions: bounds, order, silence, and scores on different scales."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.model import Blend
from broadsheet.search.dense import Scores
from broadsheet.search.fusion import (
    SHIPPED,
    Fused,
    Opinion,
    calibrate,
    fuse,
    scale,
    scale_ranks,
)

values = st.floats(-1, 1, width=32, allow_subnormal=False) | st.just(float("nan"))
pairs = st.lists(st.tuples(values, values), max_size=30)


def floats(*scores: float) -> Scores:
    return np.array(scores, np.float32)


def fused(
    words: Scores, meaning: Scores, weight: float, floor: float = 0.0, blend: Blend = SHIPPED
) -> Fused:
    numbers = np.arange(10, 10 + len(words))
    return fuse(numbers, Opinion(words, 0.0), Opinion(meaning, floor), weight, blend)


@settings(max_examples=60)
@given(pairs, st.floats(0, 1), st.floats(-1, 1))
def test_fused_scores_fall_from_at_most_one_and_ties_go_by_number(
    opinions: list[tuple[float, float]], weight: float, floor: float
) -> None:
    words, meaning = np.array(opinions, np.float32).reshape(-1, 2).T
    found = fused(words, meaning, weight, floor)
    assert sorted(found.numbers.tolist()) == list(range(10, 10 + len(words)))
    assert np.all((found.scores >= 0) & (found.scores <= 1))
    order = list(zip(-found.scores, found.numbers, strict=True))
    assert order == sorted(order)


@settings(max_examples=60)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    opinions: list[tuple[float, float]], random: Random
) -> None:
    shuffled = list(enumerate(opinions))
    random.shuffle(shuffled)
    results = []
    for rows in (list(enumerate(opinions)), shuffled):
        numbers = np.array([place for place, _ in rows], np.int64)
        words, meaning = np.array([pair for _, pair in rows], np.float32).reshape(-1, 2).T
        results.append(fuse(numbers, Opinion(words, 0.0), Opinion(meaning, 0.0), 0.3))
    assert results[0].numbers.tolist() == results[1].numbers.tolist()


def test_a_blend_leans_to_one_side() -> None:
    """Odds of 3 : 7 for the meaning become 6 : 7, or none. Break: add the lean to the weight."""
    words, meaning = floats(3.0, 2.0, 0.0), floats(0.0, 0.5, 0.9)
    shipped = fused(words, meaning, 0.3)
    assert np.array_equal(shipped.scores, fused(words, meaning, 0.3, blend=Blend(1.0)).scores)
    leaning = fused(words, meaning, 0.3, blend=Blend(2.0))
    expected = fused(words, meaning, 6 / 13)
    assert leaning.scores == pytest.approx(expected.scores)
    for weight in (0.0, 0.3, 1.0):
        assert fused(words, meaning, weight, blend=Blend(0.0)).numbers.tolist() == [10, 11, 12]
    assert fused(words, meaning, 0.3, blend=Blend(99.0)).numbers.tolist() == [12, 11, 10]


def test_ranks_fall_slowly_and_silence_has_none() -> None:
    silent = float("nan")
    ranked = scale_ranks(Opinion(floats(0.2, silent, 0.9, 0.1, 0.2), 0.1))
    assert ranked == pytest.approx([60 / 61, 0, 1, 0, 60 / 62])
    assert scale_ranks(Opinion(floats(), 0.0)).tolist() == []
    far = fused(floats(100.0, 2.0, 1.0), floats(0.0, 0.9, 0.8), 0.5, blend=Blend(1.0, True))
    assert far.numbers.tolist() == [11, 12, 10]  # by scores, the first word would win


def test_weight_says_whose_opinion_counts() -> None:
    words, meaning = floats(3.0, 2.0, 1.0), floats(0.1, 0.5, 0.9)
    assert fused(words, meaning, 0.0).numbers.tolist() == [10, 11, 12]
    assert fused(words, meaning, 1.0).numbers.tolist() == [12, 11, 10]


def test_silence_counts_as_nothing() -> None:
    found = fused(floats(5.0, np.nan), floats(np.nan, 0.8), 0.4)
    assert found.numbers.tolist() == [10, 11]
    assert found.scores.tolist() == pytest.approx([0.6, 0.4])


def test_what_lies_under_the_floor_is_no_worse_than_nothing() -> None:
    assert scale(Opinion(floats(0.1, 0.3, 0.7, np.nan), 0.3)).tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("scores", [floats(), floats(np.nan), floats(2.0, 2.0)])
def test_opinions_that_tell_nothing_apart_are_harmless(scores: Scores) -> None:
    assert np.all(np.isfinite(scale(Opinion(scores, 2.0))))


def test_a_better_model_is_heard_on_the_scale_of_the_other() -> None:
    common = floats(0.1, 0.2, 0.3, 0.4, 0.25)
    better = floats(0.9, 0.8, 0.7, 0.6, np.nan)
    heard = calibrate(better, common)
    assert heard[:4].tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert heard[4] == pytest.approx(0.25)


@pytest.mark.parametrize("better", [floats(np.nan, np.nan), floats(0.5, np.nan), floats(0.5, 0.5)])
def test_too_little_to_compare_leaves_the_common_scale(better: Scores) -> None:
    common = floats(0.2, 0.4)
    assert calibrate(better, common).tolist() == common.tolist()
