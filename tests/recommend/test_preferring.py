"""Which ranker a shelf gets, by how well its own likes are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from broadsheet.ports import Lessons, Pool, Profile
from broadsheet.recommend.contract import leave_out, make_lessons
from broadsheet.recommend.invented import invent_pool
from broadsheet.recommend.preferring import ENOUGH, find_each, lead_of, prefer
from broadsheet.recommend.smoothed import our_rankers

POOL = invent_pool()
GOOD, SECOND = our_rankers()
OF_ONE_FIELD = make_lessons(list(range(0, 240, 12)))
OF_TWO_FIELDS = make_lessons([*range(0, 120, 12), *range(1, 120, 12)])
"""Here the second ranker is the better one by far more than noise; for likes of one field it is the
first."""


@dataclass
class Bad:
    """Learns that a shelf is for the opposite of what is on it."""

    id: str = "bad@1"
    title: str = "Bad"

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        learned: Any = GOOD.learn(lessons, pool)
        learned._amounts = -learned._amounts
        learned._words = -learned._words
        learned._near = -learned._near
        profile: Profile = learned
        return profile


def test_the_ranker_for_many_likes_serves_many() -> None:
    assert prefer([GOOD, SECOND], OF_TWO_FIELDS, POOL) is SECOND


def test_the_likes_can_object() -> None:
    """Break to see it fail: leave the comparison with `DOUBT` out of `prefer`."""
    assert prefer([GOOD, Bad()], OF_ONE_FIELD, POOL) is GOOD
    assert prefer([GOOD, SECOND], OF_ONE_FIELD, POOL) is GOOD


def test_the_best_of_the_others() -> None:
    assert prefer([GOOD, Bad(), SECOND], OF_TWO_FIELDS, POOL) is SECOND


def test_few_likes_are_for_the_first() -> None:
    few = make_lessons(list(range(0, 12 * (ENOUGH - 1), 12)))
    assert prefer([GOOD, SECOND], few, POOL) is GOOD
    assert prefer([SECOND], OF_ONE_FIELD, POOL) is SECOND


def test_a_like_is_found_as_if_it_had_not_been_given() -> None:
    """Against learning anew without it."""
    lessons = make_lessons(list(range(0, 120, 6)), [3, 5])
    found = find_each(SECOND, lessons, POOL)
    background = np.setdiff1d(np.arange(240), lessons.rows)
    for place, row in enumerate(lessons.likes):
        scores = SECOND.learn(leave_out(lessons, place), POOL).score(np.arange(240))
        before = int((scores[background] > scores[row]).sum())
        assert abs(2 ** (1 / found[place]) - 2 - before) <= 2


def test_a_lead_is_paired() -> None:
    marks = np.array([0.5, 0.6, 0.9])
    assert lead_of(marks, marks) == 0
    assert lead_of(marks + np.array([0.1, 0.1, 0.11]), marks) > 10
