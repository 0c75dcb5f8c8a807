"""What the shelves of a reader learn from: saves and answers, weighed by how long ago they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from broadsheet.learning import Answer, Lesson, Opinion, Steering
from broadsheet.people import Saved, Shelf
from broadsheet.ports import Lessons, Pool, Rows, Scores, Store

MOST_LESSONS = 300
"""Of a shelf, the newest count."""

HALF_LIFE = 180.0
"""Days after which a lesson counts half of what one of today does, in comparison."""

LEAST = 0.25
"""As much of it counts for ever."""

RARE = 0.25
"""How much less a famous paper counts with the slider at its end: fame to the power of minus this
(Saito et al. 2020, with clipped propensities; see `docs/learning.md`)."""

CLIP = 0.05


@dataclass(frozen=True, slots=True)
class Study:
    """A shelf, what its reader set for it, and its lessons, the newest first."""

    shelf: Shelf
    steering: Steering
    lessons: Sequence[Lesson]

    @property
    def likes(self) -> int:
        return sum(lesson.weight > 0 for lesson in self.lessons)


@dataclass(frozen=True, slots=True)
class Desires:
    """All that a reader's shelves learn from: the shelves in order, what is saved on any of them,
    and all answers, those that hide included."""

    studies: Sequence[Study]
    saves: Sequence[Saved]
    answers: Sequence[Answer]

    @property
    def saved(self) -> frozenset[int]:
        """The papers that are on a shelf."""
        return frozenset(each.work_id for each in self.saves)

    @property
    def known(self) -> frozenset[int]:
        """The papers that need not be shown any more."""
        return self.saved | {each.work_id for each in self.answers}

    @property
    def lessons(self) -> frozenset[int]:
        """The papers of all lessons."""
        return frozenset(each.work_id for study in self.studies for each in study.lessons)

    def find(self, shelf_id: int) -> Study | None:
        """A shelf of the reader's, or None."""
        return next((each for each in self.studies if each.shelf.id == shelf_id), None)


def read_desires(store: Store, reader_id: int, now: datetime) -> Desires:
    """What the shelves of a reader learn from, in four queries."""
    return read_all_desires(store, [reader_id], now)[reader_id]


def read_all_desires(store: Store, reader_ids: Sequence[int], now: datetime) -> dict[int, Desires]:
    """What the shelves of each of these readers learn from, in four queries."""
    shelves, answers = store.get_shelves_of(reader_ids), store.get_answers_of(reader_ids)
    owners = {shelf.id: number for number, own in shelves.items() for shelf in own}
    saved: dict[int, list[Saved]] = defaultdict(list)
    for each in store.get_saved(list(owners)) if owners else ():
        saved[owners[each.shelf_id]].append(each)
    steerings = store.get_steerings(list(owners)) if owners else {}
    return {
        number: _study(
            shelves.get(number, ()), saved.get(number, ()), answers.get(number, ()), steerings, now
        )
        for number in reader_ids
    }


def _study(
    shelves: Sequence[Shelf],
    saved: Sequence[Saved],
    answers: Sequence[Answer],
    steerings: Mapping[int, Steering],
    now: datetime,
) -> Desires:
    studies = [
        Study(
            shelf,
            steerings.get(shelf.id, Steering(shelf.id)),
            weigh_lessons(
                [each for each in saved if each.shelf_id == shelf.id],
                [each for each in answers if each.shelf_id == shelf.id],
                now,
            ),
        )
        for shelf in shelves
    ]
    return Desires(studies, saved, answers)


def weigh_lessons(saved: Sequence[Saved], answers: Sequence[Answer], now: datetime) -> list[Lesson]:
    """The lessons of one shelf, the newest first, at most `MOST_LESSONS`.

    A "not for me" stands against a save that is older: who says it later means it.
    """
    likes = {each.work_id: (each.saved_at, True) for each in saved}
    dislikes: dict[int, datetime] = {}
    for each in answers:
        if each.opinion is Opinion.LIKE:
            at, is_saved = likes.get(each.work_id, (each.at, False))
            likes[each.work_id] = max(at, each.at), is_saved
        elif each.opinion is Opinion.DISLIKE:
            dislikes[each.work_id] = each.at
    lessons = [
        Lesson(number, fade(at, now), at, is_saved)
        for number, (at, is_saved) in likes.items()
        if number not in dislikes or dislikes[number] < at
    ]
    liked = {lesson.work_id for lesson in lessons}
    lessons += [
        Lesson(number, -fade(at, now), at, number in likes)
        for number, at in dislikes.items()
        if number not in liked
    ]
    lessons.sort(key=lambda each: (each.at, each.work_id), reverse=True)
    return lessons[:MOST_LESSONS]


def fade(at: datetime, now: datetime) -> float:
    """What a lesson counts by its age: half after `HALF_LIFE` days, never less than `LEAST`."""
    days = max((now - at).total_seconds() / 86_400, 0.0)
    return max(LEAST, float(0.5 ** (days / HALF_LIFE)))


def place_lessons(lessons: Sequence[Lesson], pool: Pool, rare: float = 0.0) -> Lessons:
    """Lessons as rows of a pool, those that it does not have left out."""
    here = [each for each in lessons if each.work_id in pool.rows]
    likes = [each for each in here if each.weight > 0]
    dislikes = [each for each in here if each.weight < 0]
    rows = _rows(likes, pool)
    unknown = (pool.fame[rows] + CLIP) ** (-RARE * rare)
    return Lessons(
        likes=rows,
        dislikes=_rows(dislikes, pool),
        like_weights=(_weights(likes) * unknown).astype(np.float32),
        dislike_weights=_weights(dislikes),
    )


def _rows(lessons: Sequence[Lesson], pool: Pool) -> Rows:
    return np.array([pool.rows[each.work_id] for each in lessons], np.int64)


def _weights(lessons: Sequence[Lesson]) -> Scores:
    return np.array([abs(each.weight) for each in lessons], np.float32)
