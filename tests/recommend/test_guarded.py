"""A plug-in's ranker that fails: one sentence, on the shelf that it ranks, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from broadsheet.arrays import ArrayFolder
from broadsheet.errors import RankerError
from broadsheet.learning import Opinion, Steering, Weight
from broadsheet.ports import Lessons, Pool, Profile, Rows, Scores
from broadsheet.recommend.calibration import NEEDED
from broadsheet.recommend.guarded import GuardedRanker
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
        self.spoil: Callable[[], object] = dict

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        self._do("learn", None)
        return _Spoilt(self, our_rankers()[0].learn(lessons, pool))

    def _do(self, part: str, given: object) -> object:
        return self.spoil() if part == self.spoiled else given


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


def _raise() -> object:
    raise KeyError("no such key")


BROKEN = [
    ("learn", _raise, "KeyError"),
    ("score", _raise, "KeyError"),
    ("score", lambda: np.full(3, np.nan), "ValueError"),
    ("score", lambda: np.ones((2, 2, 2)), "ValueError"),
    ("score", lambda: "many", "ValueError"),
    ("contributions", _raise, "KeyError"),
    ("contributions", lambda: np.ones(1), "ValueError"),
    ("terms", _raise, "KeyError"),
    ("terms", lambda: [("a word",)], "ValueError"),
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
    spoil: Callable[[], object],
    kind: str,
) -> None:
    """Whichever part of it fails, and the log has the traceback once. Break to see it fail: call
    the work of `try_alone` by itself, or leave `_check` out of `_GuardedProfile`."""
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
    """Break to see it fail: try only `desires` in `try_alone`."""
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
