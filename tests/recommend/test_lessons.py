"""What a shelf learns from, and how much each lesson counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from broadsheet.learning import Answer, Lesson, Opinion
from broadsheet.people import Saved
from broadsheet.recommend.invented import invent_pool
from broadsheet.recommend.lessons import (
    LEAST,
    MOST_LESSONS,
    fade,
    place_lessons,
    read_desires,
    weigh_lessons,
)
from topics import Learners

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def saved(work: int, days: float) -> Saved:
    return Saved(1, work, ago(days))


def said(work: int, opinion: Opinion, days: float) -> Answer:
    return Answer(1, 1, work, opinion, ago(days))


def test_the_newest_counts_most() -> None:
    assert fade(NOW, NOW) == 1
    assert fade(ago(180), NOW) == pytest.approx(0.5)
    assert fade(ago(5_000), NOW) == LEAST
    assert fade(NOW + timedelta(days=3), NOW) == 1, "a clock that was wrong does no harm"


def test_saves_and_likes_speak_for_and_dislikes_against() -> None:
    lessons = weigh_lessons(
        [saved(1, 3), saved(2, 1)],
        [
            said(3, Opinion.LIKE, 2),
            said(4, Opinion.DISLIKE, 0),
            said(5, Opinion.HIDE, 0),
            said(2, Opinion.LIKE, 0.5),
        ],
        NOW,
    )
    assert [(each.work_id, each.weight > 0, each.saved) for each in lessons] == [
        (4, False, False),
        (2, True, True),
        (3, True, False),
        (1, True, True),
    ]
    weights = [abs(each.weight) for each in lessons]
    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize(("days", "likes"), [(1, False), (5, True)])
def test_of_a_save_and_a_dislike_the_later_holds(days: float, likes: bool) -> None:
    (lesson,) = weigh_lessons([saved(1, 3)], [said(1, Opinion.DISLIKE, days)], NOW)
    assert (lesson.weight > 0) is likes


def test_the_newest_lessons_are_kept() -> None:
    lessons = weigh_lessons([saved(number, number) for number in range(400)], [], NOW)
    assert [each.work_id for each in lessons] == list(range(MOST_LESSONS))


def test_lessons_become_rows_of_a_pool() -> None:
    pool = invent_pool()
    first, second = (int(number) for number in pool.numbers[:2])
    lessons = [
        Lesson(second, 1.0, NOW, True),
        Lesson(10**9, 1.0, NOW, True),
        Lesson(first, -0.5, NOW, False),
    ]
    placed = place_lessons(lessons, pool)
    assert (placed.likes.tolist(), placed.dislikes.tolist()) == ([1], [0])
    assert placed.dislike_weights.tolist() == [0.5]
    assert placed.rows.tolist() == [1, 0]


def test_famous_papers_count_less_with_the_slider() -> None:
    pool = invent_pool()
    order = np.argsort(pool.fame)
    famous, obscure = int(pool.numbers[order[-1]]), int(pool.numbers[order[0]])
    lessons = [Lesson(famous, 1.0, NOW, True), Lesson(obscure, 1.0, NOW, True)]
    assert place_lessons(lessons, pool).like_weights.tolist() == [1.0, 1.0]
    weights = place_lessons(lessons, pool, rare=1.0).like_weights
    assert weights[0] < weights[1]


def test_a_shelf_that_was_deleted_teaches_nothing(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2)
    learners.library.shelves.delete(learners.ada, shelf)
    desires = read_desires(learners.store, learners.ada.id, NOW)
    assert not desires.studies
    assert desires.find(shelf) is None
