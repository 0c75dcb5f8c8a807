"""What the desk chooses for a reader's edition: what is set holds, and no paper comes twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from broadsheet.arrays import ArrayFolder
from broadsheet.learning import Opinion, Steering, Weight, Wish
from broadsheet.ports import Lessons, Pool, Profile, Rows, Scores
from broadsheet.recommend import stocking
from broadsheet.recommend.calibration import NEEDED_ALIKE, USUAL
from broadsheet.recommend.choosing import room_for
from broadsheet.recommend.desk import ELSEWHERE, NOT_IN_EDITION, NOTHING_NEAR, tell_quiet
from broadsheet.recommend.matching import NOT_READ, NOTHING_LEARNED, Ranking
from broadsheet.recommend.offers import calibrate
from broadsheet.recommend.saving import load_prior
from broadsheet.recommend.stocking import Stockroom
from broadsheet.recommend.teaching import NONE_YET
from broadsheet.recommend.trials import CHALLENGER, OURS
from queries import counting
from topics import Learners, numbers_of, topic_of

BEES, TIDES, LOOMS = range(1, 21), range(21, 41), range(41, 61)


def test_each_shelf_finds_what_is_near_it_with_true_reasons(learners: Learners) -> None:
    bees, tides = learners.shelf("Bees", 1, 2, 3), learners.shelf("Tides", 21, 22, 23)
    first, second = learners.pick()
    assert (first.shelf_id, second.shelf_id) == (bees, tides)
    assert {topic_of(number) for number in numbers_of(first)} == {"bees"}
    assert {topic_of(number) for number in numbers_of(second)} == {"tides"}
    for match in first.matches:
        assert {because.work_id for because in match.because} <= {1, 2, 3}
        assert 1 <= len(match.because) <= 3
        assert 1 <= len(match.terms) <= 4
        assert all(because.points > 0 for because in match.because)
    assert len(first.matches) == 6
    assert first.left > 0
    assert "3 likes" in first.model
    assert "words@1" in first.model


def test_nothing_known_comes_again(learners: Learners) -> None:
    """Break to see it fail: leave `desires.known` out of `exclude` in `Desk.pick`."""
    bees = learners.shelf("Bees", 1, 2, 3)
    learners.shelf("Elsewhere", 4)
    learners.answer(bees, Opinion.LIKE, 5)
    learners.answer(bees, Opinion.DISLIKE, 6)
    learners.answer(bees, Opinion.HIDE, 7)
    desk = learners.recommender.open_desk(BEES, learners.time.now())
    picks = desk.pick(learners.ada, days=7, taken=[8, 9])
    shown = {number for each in picks for number in numbers_of(each)}
    assert shown
    assert shown <= set(range(10, 21))


def test_no_paper_stands_on_two_shelves_and_none_is_emptied(learners: Learners) -> None:
    """Break to see it fail: return the rankings uncut from `share_out`."""
    learners.shelf("Bees", 1, 2, 3)
    learners.shelf("Bees again", 4, 5, 6)
    one, other = map(numbers_of, learners.pick(days=2))
    assert len(one) >= 4
    assert len(other) >= 4
    assert not set(one) & set(other)


def test_the_same_inputs_give_the_same_picks(learners: Learners, tmp_path: Path) -> None:
    learners.shelf("Bees", 1, 2, 3)
    learners.recommender.steer(learners.ada, Steering(1, explore=0.5))
    first = learners.pick()
    assert learners.pick(works=list(reversed(range(1, 61)))) == first


def test_what_is_set_holds(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    ada, recommender = learners.ada, learners.recommender

    def show(steering: Steering, days: int = 1) -> list[int]:
        recommender.steer(ada, steering)
        return numbers_of(learners.pick(days=days)[0])

    assert len(show(Steering(shelf, per_day=2))) == 2
    assert len(show(Steering(shelf, per_day=2), days=3)) == 6
    assert len(show(Steering(shelf, minutes=10))) == 5, "two minutes a paper"
    everything = set(show(Steering(shelf, per_day=40)))
    assert 6 < len(everything) <= 17
    assert everything <= set(BEES)
    assert set(show(Steering(shelf, per_day=40, only=(Wish("category", "math"),)))) == everything
    wishes = (Wish("author", "bees author 1"),)
    by_author = set(show(Steering(shelf, per_day=40, only=wishes)))
    assert by_author == {number for number in everything if number % 4 == 1}
    assert set(show(Steering(shelf, per_day=40, never=wishes))) == everything - by_author
    assert show(Steering(shelf, per_day=40, only=(*wishes, Wish("category", "math.TI")))) == []
    assert show(Steering(shelf, never=(Wish("category", "math.BE"),))) == []
    assert show(Steering(shelf, only=(Wish("source", "openreview"),))) == []


def test_a_section_has_forty_papers_at_most() -> None:
    assert room_for(Steering(1, per_day=40), 30) == 40
    assert room_for(Steering(1, minutes=1), 1) == 1


def test_what_is_no_nearer_than_most_is_no_find(learners: Learners) -> None:
    """Break to see it fail: let `find_telling` return the whole ranking."""
    learners.shelf("Bees", 1, 2, 3)
    (picks,) = learners.pick(works=[*TIDES, *LOOMS])
    assert picks.quiet == NOTHING_NEAR


def test_a_shelf_of_most_of_the_library_is_not_silent(learners: Learners) -> None:
    """Break to see it fail: let `look` compare with lessons, too."""
    learners.shelf("Bees and tides", *range(1, 19), *range(21, 39))
    (picks,) = learners.pick(works=[19, 20, 39, 40, *LOOMS])
    assert set(numbers_of(picks)) == {19, 20, 39, 40}


def test_silent_shelves_say_why(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.shelf("Nothing yet")
    ada, recommender = learners.ada, learners.recommender
    assert [each.quiet for each in learners.pick()] == ["", NOTHING_LEARNED]
    tomorrow = learners.time.now().date() + timedelta(days=1)
    recommender.steer(ada, Steering(shelf, muted_until=tomorrow))
    assert (
        learners.pick()[0].quiet == f"This shelf is silent until {_say(tomorrow)}, as you set it."
    )
    learners.time.pass_by(timedelta(days=1))
    assert learners.pick()[0].matches
    recommender.steer(ada, Steering(shelf, in_edition=False))
    assert learners.pick()[0].quiet == NOT_IN_EDITION


def _say(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_a_floor_makes_quiet_days(learners: Learners) -> None:
    """Chances are told after ten answers; then what is below the floor is not shown."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.offer(shelf, [*range(4, 8), *range(21, 27)])
    learners.answer(shelf, Opinion.LIKE, *range(4, 8))
    learners.answer(shelf, Opinion.DISLIKE, *range(21, 26))
    before = learners.pick()[0]
    assert before.needed == 1
    assert before.matches[0].chance is None
    learners.answer(shelf, Opinion.DISLIKE, 26)
    after = learners.pick(days=7)[0]
    assert after.needed == 0
    chances = [match.chance for match in after.matches]
    assert all(chance is not None and 0 < chance < 1 for chance in chances)
    floor = sorted(chance or 0 for chance in chances)[len(chances) // 2]
    learners.recommender.steer(learners.ada, Steering(shelf, floor=floor))
    sure = learners.pick(days=7)[0]
    assert all((match.chance or 0) >= floor for match in sure.matches)
    assert len(sure.matches) < len(after.matches)
    learners.recommender.steer(learners.ada, Steering(shelf, floor=1.0))
    quiet = "Nothing new is above your floor of 100 %; nothing came close."
    assert learners.pick()[0].quiet == quiet


def test_what_was_never_offered_says_nothing_of_offers(learners: Learners) -> None:
    """Break to see it fail: in `find_offers`, count all answers on the shelf."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.offer(shelf, range(21, 31))
    learners.answer(shelf, Opinion.DISLIKE, *range(21, 31))
    before = learners.recommender.rank(learners.ada, shelf).needed
    learners.answer(shelf, Opinion.LIKE, *range(4, 9))  # found by a search
    assert before == NEEDED_ALIKE - 10
    assert learners.recommender.rank(learners.ada, shelf).needed == before


def test_what_came_close_to_the_floor_is_counted(learners: Learners) -> None:
    """Break to see it fail: count in `tell_quiet` what is above the floor."""
    near = Ranking(np.arange(3), np.ones(3, np.float32), np.array([0.58, 0.51, 0.2]))
    said = "Nothing new is above your floor of 60 %; 2 papers came close."
    assert tell_quiet(near, 0.6) == said
    assert tell_quiet(near, 0.5) == ELSEWHERE
    assert tell_quiet(near.take(near.scores > 2), 0.5) == NOTHING_NEAR


def test_readers_of_an_instance_teach_each_other(learners: Learners) -> None:
    """Ada keeps what she is offered: so may Ben, whom nothing was offered yet. Break to see it
    fail: leave `listen` out of `Engine.refresh`, or learn without the prior in `calibrate`."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.offer(shelf, [*range(4, 19), 21, 22])
    learners.answer(shelf, Opinion.LIKE, *range(4, 19))
    learners.answer(shelf, Opinion.DISLIKE, 21, 22)
    learners.recommender.refresh()
    prior = load_prior(ArrayFolder(learners.folder / "learning"))
    assert prior
    assert prior.mean[0] > USUAL.mean[0]
    told = calibrate([], prior)
    assert told.chance([1.0])[0] > NONE_YET.chance([1.0])[0]


def test_a_trial_is_drafted_by_the_name_of_the_edition(learners: Learners) -> None:
    """East of Greenwich an edition is of the day after. Break to see it fail: seed it with the
    date of the desk's moment."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    other = learners.recommender.list_rankers()[1].id
    learners.recommender.begin_trial(learners.ada, shelf, other)

    def draft(name: str, later: int) -> list[str]:
        moment = learners.time.now() + timedelta(hours=later)
        desk = learners.recommender.open_desk(range(1, 61), moment)
        (picks,) = desk.pick(learners.ada, days=1, edition=name)
        return [match.team for match in picks.matches]

    assert draft("2026-03-18", 0) == draft("2026-03-18", 30)
    assert len({tuple(draft(f"2026-03-{day}", 0)) for day in range(10, 20)}) > 1


def test_many_readers_cost_as_many_queries_as_one(learners: Learners) -> None:
    """Break to see it fail: ask in `pick` whatever `read` has read."""
    learners.shelf("Bees", 1, 2, 3)
    learners.shelf("Tides", 21, 22, reader=learners.ben)
    desk = learners.recommender.open_desk(range(1, 61), learners.time.now())
    readers = [learners.ada, learners.ben]
    alone = [desk.pick(reader, days=1) for reader in readers]
    with counting(learners.store) as asked:
        desk.read(readers)
        together = [desk.pick(reader, days=1) for reader in readers]
    assert len(asked) == 6
    assert together == alone


def test_exploring_leaves_room_for_what_is_little_known(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.recommender.steer(learners.ada, Steering(shelf, explore=0.34))
    matches = learners.pick()[0].matches
    assert [match.explored for match in matches] == [False] * 4 + [True] * 2
    assert len(set(numbers_of(learners.pick()[0]))) == 6


def test_a_trial_mixes_two_rankers_and_names_each_team(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    ours, other = (each.id for each in learners.recommender.list_rankers()[:2])
    learners.recommender.begin_trial(learners.ada, shelf, other)
    picks = learners.pick()[0]
    teams = [match.team for match in picks.matches]
    assert len(set(numbers_of(picks))) == 6
    assert {OURS, CHALLENGER} <= set(teams)
    assert all(match.because for match in picks.matches)
    assert picks.model.startswith(ours)
    assert learners.pick()[0] == picks


class LoomLover:
    """Finds some papers on looms, whatever is liked."""

    id, title = "looms@1", "Looms"

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        return LoomProfile(lessons, pool)


class LoomProfile:
    def __init__(self, lessons: Lessons, pool: Pool) -> None:
        self._lessons, self._pool = lessons, pool

    def score(self, rows: Rows) -> Scores:
        numbers = self._pool.numbers[rows]
        return np.where(numbers > 48, 2 - numbers / 1000, 0).astype(np.float32)

    def contributions(self, rows: Rows) -> Scores:
        lessons = len(self._lessons.rows)
        return np.repeat(self.score(rows)[:, None] / lessons, lessons, axis=1)

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        return []


@pytest.fixture
def loom_lovers(tmp_path: Path) -> Iterator[Learners]:
    made = Learners(tmp_path / "other", [LoomLover()])
    yield made
    made.close()


def test_each_ranker_of_a_trial_picks_from_all_papers(loom_lovers: Learners) -> None:
    """A challenger that wants other papers than ours places them. Break to see it fail: let it
    order anew in `_try_out` what our ranker has left."""
    shelf = loom_lovers.shelf("Bees", 1, 2, 3)
    loom_lovers.recommender.begin_trial(loom_lovers.ada, shelf, "looms@1")
    (picks,) = loom_lovers.pick()
    teams = {team: [topic_of(match.work_id) for match in picks.matches if match.team == team]
             for team in (OURS, CHALLENGER)}  # fmt: skip
    assert teams == {OURS: ["bees"] * 3, CHALLENGER: ["looms"] * 3}
    (picks,) = loom_lovers.pick(works=[*TIDES, *LOOMS])
    assert {match.team for match in picks.matches} == {""}, "there was no choice"
    assert {topic_of(match.work_id) for match in picks.matches} == {"looms"}
    assert loom_lovers.pick(works=TIDES)[0].quiet == NOTHING_NEAR


def test_a_challenger_takes_no_paper_of_another_shelf(loom_lovers: Learners) -> None:
    """Break to see it fail: leave the challenger's papers out of `Slot.listed` or `narrow`."""
    shelf = loom_lovers.shelf("Bees", 1, 2, 3)
    loom_lovers.shelf("Looms", 41, 42, 43)
    loom_lovers.recommender.begin_trial(loom_lovers.ada, shelf, "looms@1")
    numbers = [number for picks in loom_lovers.pick() for number in numbers_of(picks)]
    assert len(numbers) == len(set(numbers)) == 12


def test_a_floor_leaves_both_rankers_as_many_papers(loom_lovers: Learners) -> None:
    """Break to see it fail: leave the floor out of `_challenge`."""
    shelf = loom_lovers.shelf("Bees", 1, 2, 3)
    loom_lovers.offer(shelf, [*range(4, 8), *range(21, 27)])
    loom_lovers.answer(shelf, Opinion.LIKE, *range(4, 8))
    loom_lovers.answer(shelf, Opinion.DISLIKE, *range(21, 27))
    loom_lovers.recommender.begin_trial(loom_lovers.ada, shelf, "looms@1")
    steering = loom_lovers.recommender.get_steering(loom_lovers.ada, shelf)
    loom_lovers.recommender.steer(loom_lovers.ada, replace(steering, floor=0.99))
    assert loom_lovers.pick()[0].quiet
    loom_lovers.recommender.steer(loom_lovers.ada, replace(steering, floor=0.01))
    assert {match.team for match in loom_lovers.pick()[0].matches} == {OURS, CHALLENGER}


def test_a_shelf_is_silent_by_the_date_of_the_edition(learners: Learners) -> None:
    """East of Greenwich it is tomorrow already. Break to see it fail: ask `find_silence` for the
    date of the desk's moment."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    tomorrow = learners.time.now().date() + timedelta(days=1)
    learners.recommender.steer(learners.ada, Steering(shelf, muted_until=tomorrow))
    desk = learners.recommender.open_desk(range(1, 61), learners.time.now())
    assert desk.pick(learners.ada, days=1, edition=tomorrow.isoformat())[0].matches
    assert not desk.pick(learners.ada, days=1, edition="")[0].matches


def test_likes_that_are_gone_are_told(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break to see it fail: say `NOTHING_LEARNED` wherever there is no view."""
    monkeypatch.setattr(stocking, "MOST_NEW", 30)
    assert learners.recommender.refresh() == 30
    monkeypatch.setattr(Stockroom, "_make", lambda *_: [])
    shelf = learners.shelf("Bees", 18, 19)
    assert learners.pick()[0].quiet == NOT_READ
    assert learners.recommender.rank(learners.ada, shelf).quiet == NOT_READ
    assert learners.recommender.describe(learners.ada, shelf).quiet == NOT_READ


def test_a_ranker_that_is_gone_is_replaced_by_ours(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    steering = Steering(shelf, ranker="gone@1", challenger="gone@2")
    learners.recommender.steer(learners.ada, steering)
    picks = learners.pick()[0]
    assert picks.model.startswith(learners.recommender.list_rankers()[0].id)
    assert {match.team for match in picks.matches} == {""}


def test_rare_papers_weigh_more_with_the_slider(learners: Learners) -> None:
    shelf = learners.shelf("Mixed", 1, 21)
    for reader in (learners.ada, learners.ben):
        learners.library.community.upvote(reader, 1)

    def lead_of_bees() -> float:
        """By how much papers near the famous one stand before those near the other."""
        ranked = learners.recommender.rank(learners.ada, shelf, limit=60).matches
        scores = {match.work_id: match.score for match in ranked}
        bees, tides = ([scores[n] for n in some if n in scores] for some in (BEES, TIDES))
        return sum(bees) / len(bees) - sum(tides) / len(tides)

    plain = lead_of_bees()
    learners.recommender.steer(learners.ada, Steering(shelf, rare=1.0))
    assert lead_of_bees() < plain


def test_a_desk_without_papers_says_so(learners: Learners) -> None:
    learners.shelf("Bees", 1, 2)
    assert learners.pick(works=[])[0].quiet
    assert learners.pick(works=[999])[0].quiet


@pytest.mark.parametrize("shelves", [1, 4])
def test_a_reader_costs_six_queries(learners: Learners, shelves: int) -> None:
    from sqlalchemy import event

    for number in range(shelves):
        learners.shelf(f"Shelf {number}", 1 + number, 2 + number)
    desk = learners.recommender.open_desk(range(1, 61), learners.time.now())
    queries: list[str] = []
    engine = learners.store._reader

    def note(*args: object) -> None:
        queries.extend([str(args[2])] if str(args[2]).startswith("SELECT") else [])

    event.listen(engine, "before_cursor_execute", note)
    desk.pick(learners.ada, days=1)
    event.remove(engine, "before_cursor_execute", note)
    assert len(queries) == 6


def test_shelves_of_one_reader_are_not_anothers(learners: Learners) -> None:
    learners.shelf("Bees", 1, 2, 3)
    learners.shelf("Tides", 21, 22, reader=learners.ben)
    desk = learners.recommender.open_desk(range(1, 61), learners.time.now())
    assert [each.name for each in desk.pick(learners.ada, days=1)] == ["Bees"]
    assert [each.name for each in desk.pick(learners.ben, days=1)] == ["Tides"]


def test_a_steering_of_its_own_survives_a_change(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    steering = replace(learners.recommender.get_steering(learners.ada, shelf), per_day=1)
    learners.recommender.steer(learners.ada, steering)
    assert len(learners.pick()[0].matches) == 1
