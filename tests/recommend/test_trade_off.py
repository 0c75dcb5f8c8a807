"""What a floor means, told before it is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.recommend.calibration import Calibration
from broadsheet.recommend.trade_off import FLOORS, work_out

SURE = Calibration(-2.0, 1.5, np.diag([0.05, 0.02]), 0, 100)


def test_a_higher_floor_sends_less_is_surer_and_misses_more() -> None:
    """Break to see it fail: sort the papers the other way round."""
    rng = np.random.default_rng(1)
    drawn = work_out(7, SURE, rng.normal(size=600), np.repeat(np.arange(30), 20), per_day=6)
    assert (drawn.shelf_id, drawn.days, drawn.shown) == (7, 30, 100)
    assert tuple(point.floor for point in drawn.points) == FLOORS
    sent = [point for point in drawn.points if point.papers]
    for lower, higher in zip(sent, sent[1:], strict=False):
        assert higher.papers <= lower.papers
        assert higher.precision >= lower.precision
        assert higher.missed >= lower.missed
        assert higher.quiet >= lower.quiet
    assert all(point.low <= point.precision <= point.high for point in sent)
    assert all(point.precision >= point.floor for point in sent)
    assert drawn.points[0].papers == pytest.approx(6)


def test_the_truth_lies_in_the_interval() -> None:
    """Break to see it fail: leave the chance of each paper out of `_draw_kept`."""
    rng, held = np.random.default_rng(2), []
    for _ in range(60):
        theta = rng.multivariate_normal([SURE.intercept, SURE.slope], SURE.covariance)
        scores = rng.normal(0.5, 1, size=80)
        point = work_out(1, SURE, scores, np.zeros(80), per_day=80).points[4]
        sent = SURE.chance(scores) >= 0.4
        kept = rng.random(80) < 1 / (1 + np.exp(-(theta[0] + theta[1] * scores)))
        held.append(point.low <= kept[sent].mean() <= point.high)
    assert np.mean(held) >= 0.9


def test_without_answers_or_papers_there_is_nothing_to_draw() -> None:
    """Break to see it fail: draw whatever is needed."""
    unknown = Calibration(-1.0, 1.0, np.eye(2), 4, 6)
    assert work_out(1, unknown, [1.0], [3], per_day=6).needed == 4
    assert not work_out(1, unknown, [1.0], [3], per_day=6).points
    assert not work_out(1, SURE, [], [], per_day=6).points


def test_a_floor_that_nothing_reaches_is_quiet() -> None:
    """Break to see it fail: leave the case of nothing sent out of `_point`."""
    (*_, last) = work_out(1, SURE, [-1.0, -2.0], [1, 2], per_day=6).points
    assert (last.papers, last.missed, last.quiet) == (0, 1, 1)


def test_what_is_too_far_to_be_sent_is_missed() -> None:
    """Break to see it fail: leave `least` out of what is eligible."""
    scores, days = [2.0, 0.5, 1.5, 0.9], [1, 1, 2, 3]
    all_, near = (work_out(1, SURE, scores, days, per_day=6, least=least).points[0]
                  for least in (-9.0, 1.0))  # fmt: skip
    assert all_.papers == pytest.approx(4 / 3)
    assert (all_.missed, all_.quiet) == (0, 0)
    assert near.papers == pytest.approx(2 / 3)
    assert near.quiet == pytest.approx(1 / 3)
    assert near.missed > 0


def test_the_same_again() -> None:
    """Break to see it fail: draw without a seed."""
    scores, days = np.linspace(-2, 2, 40), np.arange(40) // 10
    assert work_out(1, SURE, scores, days, per_day=3) == work_out(1, SURE, scores, days, per_day=3)
