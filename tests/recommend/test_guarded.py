"""A plug-in's ranker that fails: one sentence, on the shelf that it ranks, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from broadsheet.arrays import ArrayFolder
from broadsheet.errors import RankerError
from broadsheet.learning import Opinion, Steering, Weight
from broadsheet.ports import Lessons, Pool, Profile, Rows, Scores
from broadsheet.recommend.calibration import NEEDED
from broadsheet.recommend.guarded import LONGEST_TERM, GuardedRanker
from broadsheet.recommend.saving import load_prior
from broadsheet.recommend.smoothed import our_rankers
from topics import Learners, numbers_of, topic_of

SENTENCE = "The ranker “Brittle” (brittle@1), which a plug-in brought, failed ("


class Brittle:
    """Ours, until one of its parts is spoiled."""

    id = "brittle@1"
    title = "Brittle"

    def __init__(self) -> None:
        self.spoiled = ""
        self.spoil: Callable[[Any], object] = dict

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        self._do("learn", pool)
        return _Spoilt(self, our_rankers()[0].learn(lessons, pool))

    def _do(self, part: str, given: object) -> object:
        return self.spoil(given) if part == self.spoiled else given


class _Spoilt:
    def __init__(self, ranker: Brittle, profile: Profile) -> None:
        self._ranker, self._profile = ranker, profile

    def score(self, rows: Rows) -> Scores:
        return self._ranker._do("score", self._profile.score(rows))  # type: ignore[return-value]

    def contributions(self, rows: Rows) -> Scores:
        points = self._profile.contributions(rows)
        return self._ranker._do("contributions", points)  # type: ignore[return-value]

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        given = self._profile.terms(row, limit)
        return self._ranker._do("terms", given)  # type: ignore[return-value]


def _raise(given: object) -> object:
    raise KeyError("no such key")


def _hide_nan(given: Scores) -> Scores:
    """One among numbers."""
    return np.where(np.arange(given.size).reshape(given.shape) == 1, np.nan, given)


BROKEN = [
    ("learn", _raise, "KeyError"),
    ("score", _raise, "KeyError"),
    ("score", lambda given: np.full_like(given, np.nan), "ValueError"),
    ("score", _hide_nan, "ValueError"),
    ("score", lambda given: np.ones((2, 2, 2)), "ValueError"),
    ("score", lambda given: "many", "ValueError"),
    ("contributions", _raise, "KeyError"),
    ("contributions", lambda given: np.full_like(given, np.inf), "ValueError"),
    ("contributions", _hide_nan, "ValueError"),
    ("contributions", lambda given: np.ones(1), "ValueError"),
    ("terms", _raise, "KeyError"),
    ("terms", lambda given: [("a word",)], "ValueError"),
    ("terms", lambda given: [Weight("a word", np.nan)], "ValueError"),
    ("terms", lambda given: [*given, Weight("a word", -np.inf)][-1:], "ValueError"),
]


@pytest.fixture
def brittle() -> Brittle:
    return Brittle()


@pytest.fixture
def room(tmp_path: Path, brittle: Brittle) -> Iterator[Learners]:
    made = Learners(tmp_path / "library", [GuardedRanker(brittle)])
    yield made
    made.close()


def keep_brittle(room: Learners, *works: int) -> int:
    """A shelf that the plug-in ranks."""
    shelf = room.shelf("Bees", *works)
    room.recommender.steer(room.ada, Steering(shelf, ranker="brittle@1"))
    return shelf


@pytest.mark.parametrize(("part", "spoil", "kind"), BROKEN)
def test_a_shelf_says_in_a_sentence_that_its_ranker_fails(
    room: Learners,
    brittle: Brittle,
    caplog: pytest.LogCaptureFixture,
    part: str,
    spoil: Callable[[Any], object],
    kind: str,
) -> None:
    """Whichever part of it fails, and the log has the traceback once. Break to see it fail: call
    the work of `try_without` by itself, or leave `isfinite` out of `_check` or `_check_term`."""
    shelf = keep_brittle(room, 1, 2, 3)
    assert "brittle@1" in room.recommender.rank(room.ada, shelf).model
    brittle.spoiled, brittle.spoil = part, spoil
    with caplog.at_level(logging.ERROR):
        picks = room.recommender.rank(room.ada, shelf)
    assert picks.quiet.startswith(f"{SENTENCE}{kind}): try another one under Experiment")
    assert not picks.matches
    assert len(caplog.records) == 1 and caplog.text.count("errors.RankerError: ") == 1
    assert f"reader {room.ada.id} " in caplog.text and kind in caplog.text


def test_all_that_does_not_hang_on_the_ranker_is_told(room: Learners, brittle: Brittle) -> None:
    shelf = keep_brittle(room, 1, 5, 9)
    brittle.spoiled, brittle.spoil = "learn", _raise
    hood = room.recommender.describe(room.ada, shelf)
    assert hood.quiet.startswith(SENTENCE) and len(hood.lessons) == 3 and hood.authors
    trade_off = room.recommender.trade_off(room.ada, shelf)
    assert (trade_off.quiet, trade_off.needed) == (hood.quiet, NEEDED)
    with pytest.raises(RankerError, match="brittle@1"):
        room.recommender.effect_without(room.ada, shelf, 1)
    assert room.recommender.get_trial(room.ada, shelf).ranker == "brittle@1"
    room.recommender.begin_trial(room.ada, shelf, our_rankers()[0].id)
    room.recommender.end_trial(room.ada, shelf, "challenger")
    assert room.recommender.rank(room.ada, shelf).matches, "as the sentence advises"


def test_the_readers_other_shelves_are_ranked(
    room: Learners, brittle: Brittle, caplog: pytest.LogCaptureFixture
) -> None:
    """Break to see it fail: leave no shelf out in `try_without`."""
    keep_brittle(room, 1, 2, 3)
    tides = room.shelf("Tides", 21, 22, 23)
    before = room.recommender.rank(room.ada, tides, limit=5)
    brittle.spoiled, brittle.spoil = "score", _raise
    with caplog.at_level(logging.ERROR):
        after = room.recommender.rank(room.ada, tides, limit=5)
    assert [asdict(each) for each in after.matches] == [asdict(each) for each in before.matches]
    assert {topic_of(number) for number in numbers_of(after)} == {"tides"}
    assert not room.recommender.describe(room.ada, tides).quiet
    assert "brittle@1" in caplog.text


def test_what_was_said_on_all_shelves_but_that_one_counts(room: Learners, brittle: Brittle) -> None:
    """A match is of the same percent as without the shelf that fails. Break to see it fail: leave
    all other shelves out in `try_without`."""
    keep_brittle(room, 3, 4, 5)
    tides, looms = room.shelf("Tides", 21, 22, 23), room.shelf("Looms", 41, 42, 43)
    room.offer(looms, [*range(44, 54), 1, 2])
    room.answer(looms, Opinion.LIKE, *range(44, 54))
    room.answer(looms, Opinion.DISLIKE, 1, 2)
    before = room.recommender.rank(room.ada, tides, limit=5)
    brittle.spoiled, brittle.spoil = "learn", _raise
    after = room.recommender.rank(room.ada, tides, limit=5)
    assert not after.needed and all(each.chance for each in after.matches)
    assert [asdict(each) for each in after.matches] == [asdict(each) for each in before.matches]


def test_the_log_has_each_kind_of_error_once(
    room: Learners, brittle: Brittle, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the page is looked at. Break to see it fail: log each in `Failures.log`."""
    shelf = keep_brittle(room, 1, 2, 3)
    brittle.spoiled, brittle.spoil = "score", _raise
    for _ in range(5):
        room.recommender.rank(room.ada, shelf)
        room.recommender.describe(room.ada, shelf)
    assert len(caplog.records) == 1
    brittle.spoil = lambda given: "many"
    for _ in range(5):
        room.recommender.rank(room.ada, shelf)
    assert [each.exc_info is not None for each in caplog.records] == [True, True]


def test_terms_are_as_many_and_as_long_as_fit(room: Learners, brittle: Brittle) -> None:
    """Of more, and longer ones, the first are taken. Break to see it fail: leave `islice`, the cut
    or `clean_line` out of `_GuardedProfile.terms`."""
    shelf = keep_brittle(room, 1, 2, 3)
    brittle.spoiled = "terms"
    brittle.spoil = lambda given: (Weight("two\nlines" + "x" * 100_000, 0.5) for _ in range(5_000))
    (first, *_) = room.recommender.rank(room.ada, shelf).matches
    assert [each.name for each in first.terms] == ["two lines" + "x" * (LONGEST_TERM - 9)] * 4
    assert len(room.recommender.describe(room.ada, shelf).terms) == 40


WRITERS: dict[str, Callable[[Pool], object]] = {
    "vectors": lambda pool: pool.vectors.fill(0),
    "weights": lambda pool: pool.words.data.fill(0),
    "columns": lambda pool: pool.words.indices.fill(0),
    "graph": lambda pool: pool.graph.data.fill(0),
    "fame": lambda pool: pool.fame.fill(0),
    "days": lambda pool: pool.days.fill(0),
    "numbers": lambda pool: pool.numbers.fill(0),
}


@pytest.mark.parametrize("array", WRITERS)
def test_a_ranker_that_writes_to_the_papers_harms_itself_alone(
    room: Learners, brittle: Brittle, array: str
) -> None:
    """Break to see it fail: leave `_freeze` out of `GuardedRanker.learn`."""
    shelf, tides = keep_brittle(room, 1, 2, 3), room.shelf("Tides", 21, 22, 23)
    room.recommender.warm()
    before = room.recommender.rank(room.ada, tides, limit=5)
    brittle.spoiled, brittle.spoil = "learn", WRITERS[array]
    assert room.recommender.rank(room.ada, shelf).quiet.startswith(f"{SENTENCE}ValueError)")
    after = room.recommender.rank(room.ada, tides, limit=5)
    assert [asdict(each) for each in after.matches] == [asdict(each) for each in before.matches]


def test_other_readers_are_heard(room: Learners, brittle: Brittle) -> None:
    """Break to see it fail: leave `Mishap` out of `Teacher.listen`."""
    shelf = room.shelf("Bees", 1, 2, 3)
    room.offer(shelf, [*range(4, 19), 21, 22])
    room.answer(shelf, Opinion.LIKE, *range(4, 19))
    other = room.shelf("Tides", 21, 22, reader=room.ben)
    room.recommender.steer(room.ben, Steering(other, ranker="brittle@1"))
    brittle.spoiled, brittle.spoil = "learn", _raise
    room.recommender.refresh()
    assert load_prior(ArrayFolder(room.folder / "learning"))
