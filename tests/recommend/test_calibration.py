"""Chances that hold what they say, and none where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.learning import Weight
from broadsheet.ports import Lessons, Profile, Rows, Scores
from broadsheet.recommend.calibration import (
    NEEDED,
    Answers,
    Calibration,
    examination,
    learn,
    learn_prior,
    rescore,
    standardise,
)

Floats = NDArray[np.float64]


def draw(rng: np.random.Generator, size: int, intercept: float = -2.0) -> Answers:
    """Answers of a reader whose chances are known."""
    scores = rng.normal(0.5, 1.2, size)
    kept = rng.random(size) < 1 / (1 + np.exp(-(intercept + 1.5 * scores)))
    return Answers(scores, kept, np.ones(size))


def test_chances_are_kept() -> None:
    """Break to see it fail: leave the intercept out of `Calibration.chance`."""
    rng = np.random.default_rng(1)
    readers = [draw(rng, 100, intercept) for intercept in rng.normal(-2, 0.5, 40)]
    prior = learn_prior(readers)
    learned = [learn(each.scores, each.kept, prior=prior) for each in readers]
    later = [draw(rng, 100) for _ in readers]
    chances = np.concatenate(
        [c.chance(each.scores) for c, each in zip(learned, later, strict=True)]
    )
    kept = np.concatenate([each.kept for each in later])
    bins = np.minimum((chances * 10).astype(int), 9)
    off = np.abs(np.bincount(bins, chances - kept, minlength=10)).sum() / len(kept)
    assert off < 0.05


@pytest.mark.parametrize("seed", range(20))
def test_a_higher_score_never_has_a_lower_chance(seed: int) -> None:
    """Break to see it fail: return `x` from `Calibration._within`."""
    rng = np.random.default_rng(seed)
    answers = draw(rng, 12)
    chances = learn(answers.scores, answers.kept).chance(np.linspace(-60, 60, 500))
    assert (np.diff(chances) >= -1e-12).all()
    assert chances.min() >= 0
    assert chances.max() <= 1


def test_a_reader_who_keeps_the_worst_still_gets_no_falling_chances() -> None:
    """Break to see it fail: drop the second climb in `_newton`."""
    learned = learn(np.arange(30), np.arange(30) < 10)
    assert learned.slope == pytest.approx(0, abs=1e-9)
    assert learned.chance([0, 30])[0] <= learned.chance([0, 30])[1]


def test_it_says_how_many_answers_are_missing() -> None:
    """Break to see it fail: count all that was shown instead of what was seen."""
    assert learn([], []).needed == NEEDED
    three = learn([1, 0, 2], [True, False, True])
    assert three.sentence == "Not enough yet: 7 more answers."
    passed_over = learn(np.zeros(20), np.zeros(20, bool), seen=np.full(20, 0.25))
    assert passed_over.needed == 5
    nine = learn(np.arange(9), np.arange(9) > 4)
    assert nine.sentence == "Not enough yet: 1 more answer."
    enough = learn(np.arange(10), np.arange(10) > 4)
    assert enough.needed == 0
    assert enough.sentence == "Learned from 10 papers that you were shown."


def test_it_counts_what_it_says() -> None:
    """Break to see it fail: count what is not passed over as an answer, as the sum of `seen`."""
    kept = np.arange(25) == 3
    learned = learn(np.arange(25), kept, seen=np.arange(1.0, 26) ** -0.2)
    assert learned.sentence == "Learned from 25 papers that you were shown."


def test_only_keeping_proves_nothing() -> None:
    """Twelve papers, all kept, and nothing known of others: no chance is told until there are twice
    as many as else, so that what is said to be missing really is.

    Break to see it fail: drop the question whether all were kept; or always let one be missing.
    """
    assert learn(np.arange(12), np.ones(12, bool)).needed == 8
    assert learn(np.arange(20), np.ones(20, bool)).needed == 0
    assert learn(np.arange(12), np.arange(12) > 0).needed == 0
    assert learn(np.arange(20), np.ones(20, bool)).chance([19.0])[0] < 0.99


def test_what_was_passed_over_far_down_says_less() -> None:
    """Break to see it fail: weigh what was passed over as an answer in `_fit`."""
    scores = np.concatenate([np.linspace(-1, 2, 20), np.linspace(-1, 2, 20)])
    kept = np.arange(40) < 8
    first = learn(scores, kept, seen=np.where(kept, 1, examination(1)))
    last = learn(scores, kept, seen=np.where(kept, 1, examination(20)))
    assert last.chance([1.0])[0] > first.chance([1.0])[0] + 0.05
    assert examination(1) == 1
    assert examination(0) == examination(20) < examination(2)


def test_few_answers_lean_on_the_other_readers() -> None:
    """Break to see it fail: use `USUAL` in `learn` whatever the prior."""
    rng = np.random.default_rng(3)
    prior = learn_prior([draw(rng, 100, -4.0) for _ in range(20)])
    few = learn([0.0, 1.0], [True, False], prior=prior)
    alone = learn([0.0, 1.0], [True, False])
    assert few.chance([0.0])[0] < alone.chance([0.0])[0]
    assert learn_prior([]) is None


def test_the_order_of_answers_does_not_matter() -> None:
    """Break to see it fail: leave the answers unsorted in `_make_answers`."""
    rng = np.random.default_rng(5)
    answers, order = draw(rng, 50), rng.permutation(50)
    one = learn(answers.scores, answers.kept)
    other = learn(answers.scores[order], answers.kept[order])
    assert (one.intercept, one.slope) == (other.intercept, other.slope)


def test_doubt_pulls_towards_one_half() -> None:
    """Break to see it fail: ignore the covariance in `Calibration.chance`."""
    sure = Calibration(2.0, 0.0, np.zeros((2, 2)))
    unsure = Calibration(2.0, 0.0, np.diag([9.0, 0.0]))
    assert 0.5 < unsure.chance([0])[0] < sure.chance([0])[0]


def test_scores_are_measured_against_the_pool() -> None:
    """Break to see it fail: do not take the mean of the reference off."""
    reference = np.array([1.0, 2.0, 3.0])
    assert standardise(2.0, reference) == pytest.approx(0)
    assert standardise([3.0, 9.0], 10 * reference).tolist() == pytest.approx(
        standardise([0.3, 0.9], reference).tolist()
    )
    assert standardise([5.0], [1.0, 1.0]).tolist() == [0.0]


class Toy(Profile):
    """The mean over likes of a table of nearness."""

    def __init__(self, near: Floats, lessons: Lessons) -> None:
        self._near, self._lessons = near, lessons

    def contributions(self, rows: Rows) -> Scores:
        weights = self._lessons.like_weights / self._lessons.like_weights.sum()
        return np.asarray(self._near[np.ix_(rows, self._lessons.likes)] * weights, np.float32)

    def score(self, rows: Rows) -> Scores:
        return np.asarray(self.contributions(rows).sum(axis=1), np.float32)

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        return ()


def test_a_paper_does_not_vouch_for_itself() -> None:
    """What `rescore` tells is what the shelf would say had it not learned from the paper.

    Break to see it fail: return the scores as they are.
    """
    rng = np.random.default_rng(7)
    half = rng.random((6, 6))
    near, nothing = half + half.T + 5 * np.eye(6), np.empty(0, np.int64)
    likes, weights = np.array([0, 1, 2]), np.array([1, 0.5, 2], np.float32)
    lessons = Lessons(likes, nothing, weights, nothing.astype(np.float32))
    found = rescore(Toy(near, lessons), lessons, np.array([4, 1]))
    without = Lessons(likes[[0, 2]], nothing, weights[[0, 2]], nothing.astype(np.float32))
    assert found[0] == pytest.approx(Toy(near, lessons).score(np.array([4]))[0])
    assert found[1] == pytest.approx(Toy(near, without).score(np.array([1]))[0], rel=1e-5)
