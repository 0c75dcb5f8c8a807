"""The measures of `./run bench quality`, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.quality import ndcg, recall, sign_flip

GRADES = {1: 2, 2: 1, 3: 0, 4: 1}


def test_the_best_order_is_worth_one() -> None:
    assert ndcg([1, 2, 4, 3], GRADES) == pytest.approx(1)
    assert recall([4, 2, 1], GRADES) == 1


def test_a_misplaced_work_costs_its_discounted_gain() -> None:
    ideal = 3 + 1 / np.log2(3) + 1 / 2
    assert ndcg([3, 1], GRADES) == pytest.approx(3 / np.log2(3) / ideal)
    assert recall([3, 1], GRADES) == pytest.approx(1 / 3)


def test_what_lies_below_the_depth_does_not_count() -> None:
    assert ndcg([9] * 10 + [1], GRADES) == 0
    assert recall([9] * 100 + [1], GRADES) == 0


def test_chance_explains_mixed_signs_and_not_a_steady_gain() -> None:
    assert sign_flip(np.array([0.1, -0.1] * 10)) == pytest.approx(1)
    assert sign_flip(np.full(20, 0.01)) < 0.001
