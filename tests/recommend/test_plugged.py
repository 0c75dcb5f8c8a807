"""Rankers of plug-ins, and which of ours serves a shelf best."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from broadsheet.arrays import ArrayFolder
from broadsheet.ports import Lessons, Pool, Profile, Ranker
from broadsheet.recommend import plugged, preferences
from broadsheet.recommend.lessons import Study, read_desires
from broadsheet.recommend.plugged import PluggedRankers
from broadsheet.recommend.preferences import Preferences
from broadsheet.recommend.preferring import ENOUGH
from broadsheet.recommend.smoothed import our_rankers
from topics import Learners, numbers_of, topic_of


class Contrary:
    """Ours under another name."""

    id = "contrary@1"
    title = "Contrary"

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        return our_rankers()[0].learn(lessons, pool)


class Unwilling:
    """A ranker whose making fails."""

    def __init__(self) -> None:
        raise FileNotFoundError("no model of that name")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        EntryPoint("contrary", f"{__name__}:Contrary", plugged.ENTRY_POINT_GROUP),
        EntryPoint("broken", "no_such_module:Ranker", plugged.ENTRY_POINT_GROUP),
        EntryPoint("absent", f"{__name__}:Nobody", plugged.ENTRY_POINT_GROUP),
        EntryPoint("unwilling", f"{__name__}:Unwilling", plugged.ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr(plugged, "entry_points", lambda group: found)


@pytest.mark.usefixtures("installed")
def test_what_cannot_be_loaded_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it raises. Break to see it fail: name the errors that are expected."""
    rankers = PluggedRankers()
    assert [each.id for each in rankers] == ["contrary@1"]
    assert len(rankers[:5]) == 1
    assert "broken" in caplog.text
    assert "absent" in caplog.text
    assert "no model of that name" in caplog.text


@pytest.fixture
def plugged_learners(tmp_path: Path, installed: None) -> Iterator[Learners]:
    made = Learners(tmp_path / "library", PluggedRankers())
    yield made
    made.close()


def test_a_shelf_may_have_one(plugged_learners: Learners) -> None:
    learners = plugged_learners
    shelf = learners.shelf("Bees", 1, 2, 3)
    assert learners.recommender.list_rankers()[-1].title == "Contrary"
    learners.recommender.begin_trial(learners.ada, shelf, "contrary@1")
    learners.recommender.end_trial(learners.ada, shelf, "challenger")
    found = learners.recommender.rank(learners.ada, shelf, limit=5)
    assert found.model.startswith("contrary@1")
    assert {topic_of(number) for number in numbers_of(found)} == {"bees"}


# --- Which of ours --------------------------------------------------------------------------------


def study_of(learners: Learners, shelf: int) -> Study:
    study = read_desires(learners.store, learners.ada.id, learners.time.now()).find(shelf)
    assert study
    return study


def test_the_likes_are_asked_when_they_have_doubled(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few likes have our first; the answer of so many holds until there are twice as many, for
    other processes, too. Break to see it fail: ask for all likes instead of the oldest so many."""
    asked: list[int] = []

    def prefer(rankers: tuple[Ranker, ...], lessons: Lessons, pool: Pool) -> Ranker:
        asked.append(len(lessons.likes))
        return rankers[1]

    monkeypatch.setattr(preferences, "prefer", prefer)
    stock = learners.recommender._engine._stockroom.get()
    assert stock
    cache, rankers = ArrayFolder(learners.folder / "learning"), our_rankers()
    one, other = Preferences(cache, rankers), Preferences(cache, rankers)
    shelf = learners.shelf("Many", *range(1, ENOUGH))
    assert one.choose(study_of(learners, shelf), stock.pool) is rankers[0]
    assert asked == []
    for work in range(ENOUGH, 2 * ENOUGH):
        learners.time.pass_by(timedelta(minutes=1))
        learners.library.shelves.save(learners.ada, work, [shelf])
    assert one.choose(study_of(learners, shelf), stock.pool) is rankers[1]
    assert one.choose(study_of(learners, shelf), stock.pool) is rankers[1]
    assert asked == [ENOUGH]
    one.save()
    assert other.choose(study_of(learners, shelf), stock.pool) is rankers[1]
    assert asked == [ENOUGH], "another process knows it"
    learners.library.shelves.save(learners.ada, 2 * ENOUGH, [shelf])
    other.choose(study_of(learners, shelf), stock.pool)
    assert asked == [ENOUGH, 2 * ENOUGH]
