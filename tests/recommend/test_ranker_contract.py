"""Our rankers keep the contract, and whoever breaks a part of it is told which."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from broadsheet.learning import Weight
from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend import contract
from broadsheet.recommend.contract import check_ranker
from broadsheet.recommend.invented import invent_pool
from broadsheet.recommend.smoothed import our_rankers

OURS = our_rankers()


@pytest.mark.parametrize("ranker", OURS, ids=lambda ranker: ranker.id)
def test_our_rankers_keep_the_contract(ranker: Ranker) -> None:
    assert check_ranker(ranker) == []
    assert check_ranker(ranker, invent_pool(seed=7)) == []


def test_something_else_than_a_ranker() -> None:
    problems = check_ranker(object())  # type: ignore[arg-type]
    assert problems == ["it lacks id, title, learn"]


@dataclass
class Bent:
    """Our ranker, with a part of it bent: what is learned, and what is asked of the profile."""

    id: str = "bent@1"
    title: str = "Bent"
    lessons: Callable[[Lessons], Lessons] = lambda lessons: lessons
    score: Callable[[Profile, Rows, Lessons], Any] = lambda profile, rows, _: profile.score(rows)
    contributions: Callable[[Profile, Rows], Any] = lambda profile, rows: profile.contributions(
        rows
    )
    terms: Callable[[Sequence[Weight], int | None], Sequence[Weight]] = lambda terms, _: terms
    on_learning: Callable[[Lessons, Pool], object] = lambda lessons, pool: None

    def learn(self, lessons: Lessons, pool: Pool) -> BentProfile:
        self.on_learning(lessons, pool)
        return BentProfile(self, lessons, OURS[0].learn(self.lessons(lessons), pool))


@dataclass
class BentProfile:
    ranker: Bent
    lessons: Lessons
    profile: Profile

    def score(self, rows: Rows) -> Scores:
        return np.asarray(self.ranker.score(self.profile, rows, self.lessons))

    def contributions(self, rows: Rows) -> Scores:
        return np.asarray(self.ranker.contributions(self.profile, rows))

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        return self.ranker.terms(self.profile.terms(row, limit), row)


def test_bending_nothing_breaks_nothing() -> None:
    assert check_ranker(Bent()) == []


def change(lessons: Lessons, **parts: Any) -> Lessons:
    """Lessons with some parts changed."""
    names = ("likes", "dislikes", "like_weights", "dislike_weights")
    return Lessons(**{name: parts.get(name, getattr(lessons, name)) for name in names})


def without_dislikes(lessons: Lessons) -> Lessons:
    return change(lessons, dislikes=lessons.dislikes[:0], dislike_weights=lessons.like_weights[:0])


def upside_down(profile: Profile, rows: Rows, _: Lessons) -> Scores:
    return -profile.score(rows)


def spoil(lessons: Lessons, pool: Pool) -> None:
    pool.fame[0] += 1
    lessons.like_weights[0] += 1


def make_unsteady() -> Bent:
    dice = np.random.default_rng(0)
    return Bent(score=lambda profile, rows, _: profile.score(rows) + dice.random(1, np.float32))


def forget_the_first(profile: Profile, rows: Rows) -> Scores:
    points = profile.contributions(rows)
    points[:, 0] = 0
    return points


def turn_rows(profile: Profile, rows: Rows) -> Scores:
    """The score wraps around: row -1 is the last."""
    return profile.contributions(rows % 240)


BROKEN = {
    "its id 'Bent' is not a plain name": Bent(id="Bent"),
    "its title is not one line": Bent(title="Bent\nand so on"),
    "scores of 240 papers are float64": Bent(
        score=lambda profile, rows, _: profile.score(rows).astype(np.float64)
    ),
    "contributions of 1 papers are float32 (6, 1)": Bent(
        contributions=lambda profile, rows: profile.contributions(rows).T
    ),
    "scores are not all finite": Bent(
        score=lambda profile, rows, _: np.full(len(rows), np.nan, np.float32)
    ),
    "the same lessons give other scores the second time": make_unsteady(),
    "the order of the lessons changes the scores": Bent(
        lessons=lambda lessons: change(
            lessons, like_weights=lessons.like_weights * np.arange(1, 1 + len(lessons.likes))
        )
    ),
    "the score of a paper depends on which others": Bent(
        score=lambda profile, rows, _: profile.score(rows) - profile.score(rows).mean()
    ),
    "the contributions do not sum up": Bent(contributions=forget_the_first),
    "the contributions do not stand in the order": Bent(
        contributions=lambda profile, rows: np.sort(profile.contributions(rows), axis=1)
    ),
    "of the likes named first are those that matter most": Bent(
        contributions=lambda profile, rows: (
            profile.contributions(rows)[:, [1, 2, 3, 0, 4, 5]]
            if profile.contributions(rows).shape[1] == 6
            else profile.contributions(rows)
        )
    ),
    "a term that the pool does not have": Bent(terms=lambda terms, _: [Weight("nowhere", 1.0)]),
    "more terms than were asked for": Bent(terms=lambda terms, _: list(terms) * 3),
    "do not come the greatest first": Bent(terms=lambda terms, _: list(terms)[::-1]),
    "by terms that weigh against it": Bent(
        terms=lambda terms, row: terms if row is None else [Weight("word1", -1.0)]
    ),
    "score does not refuse row -1": Bent(score=lambda profile, rows, _: profile.score(rows % 240)),
    "contributions does not refuse row 240": Bent(contributions=turn_rows),
    "without a like is not refused": Bent(
        lessons=lambda lessons: lessons if len(lessons.likes) else contract.make_lessons([0])
    ),
    "it changes the pool or the lessons": Bent(on_learning=spoil),
    "one like teaches it nothing": Bent(
        score=lambda profile, rows, lessons: profile.score(rows) * np.float32(len(lessons.rows) > 1)
    ),
    "the same as a liked one is not among the best": Bent(score=upside_down),
    "the paper nearest to it comes to stand higher": Bent(score=upside_down),
    "the weight of a like does not count": Bent(
        lessons=lambda lessons: change(lessons, like_weights=np.ones_like(lessons.like_weights))
    ),
    'the same as one "not for me" does not come to stand lower': Bent(lessons=without_dislikes),
    "score: KeyError": Bent(score=lambda profile, rows, _: vars(profile)["score"]),
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_break_is_named(problem: str) -> None:
    """Each ranker is broken in one way, and the check says so; most say more than that."""
    problems = check_ranker(BROKEN[problem])
    sought = "KeyError" if "KeyError" in problem else problem
    assert any(sought in each for each in problems), problems


def test_one_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "MAX_SECONDS", 0.002)

    def think(lessons: Lessons, pool: Pool) -> None:
        until = time.thread_time() + 0.004
        while time.thread_time() < until:
            pass

    assert any(
        "learning and scoring take" in each for each in check_ranker(Bent(on_learning=think))
    )


def test_a_pool_of_the_caller_is_not_changed() -> None:
    pool = invent_pool(seed=3)
    before = pool.words.data.copy()
    check_ranker(OURS[0], pool)
    assert np.array_equal(before, pool.words.data)
