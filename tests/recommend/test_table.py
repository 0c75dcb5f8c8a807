"""One shelf's page: what it finds now, what a lesson changes, what it has learned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.learning import Opinion, TradeOff
from broadsheet.mailing import Letter, State
from broadsheet.recommend import table, trade_off
from broadsheet.recommend.hood import wilson
from broadsheet.recommend.matching import NOTHING_LEARNED
from topics import Learners, numbers_of, topic_of


def test_it_finds_what_is_near_at_once_after_a_signal(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    first = learners.recommender.rank(learners.ada, shelf, limit=5)
    assert {topic_of(number) for number in numbers_of(first)} == {"bees"}
    assert first.left == 57 - 5
    learners.answer(shelf, Opinion.LIKE, 21)
    second = learners.recommender.rank(learners.ada, shelf, limit=25)
    assert {topic_of(number) for number in numbers_of(second)} >= {"bees", "tides"}
    assert "4 likes" in second.model


def test_only_the_last_days_count_where_there_are_enough(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "FEW", 5)
    shelf = learners.shelf("Bees", 20)  # day 0
    found = learners.recommender.rank(learners.ada, shelf, days=3, limit=60)
    assert {number % 20 for number in numbers_of(found)} == {0, 1, 2}
    monkeypatch.setattr(table, "FEW", 30)
    assert len(learners.recommender.rank(learners.ada, shelf, days=3, limit=60).matches) >= 29


def test_foreign_shelves_are_not_there(learners: Learners) -> None:
    """Break to see it fail: find the shelf by `store.get_shelf` in `Engine.open_table`."""
    shelf = learners.shelf("Bees", 1)
    recommender, ben = learners.recommender, learners.ben
    for ask in (recommender.rank, recommender.describe, recommender.trade_off):
        with pytest.raises(NotFoundError, match="no shelf"):
            ask(ben, shelf)
    with pytest.raises(NotFoundError):
        recommender.effect_without(ben, shelf, 1)
    with pytest.raises(NotFoundError):
        recommender.review(ben, shelf, "bees", 5)


def test_the_effect_of_a_removal_is_what_removing_does(learners: Learners) -> None:
    """Break to see it fail: compare with the ranking by all lessons in `effect_without`."""
    shelf = learners.shelf("Mixed", 1, 2, 21)
    effect = learners.recommender.effect_without(learners.ada, shelf, 21)
    before = learners.recommender.rank(learners.ada, shelf, limit=10)
    assert list(effect.before) == numbers_of(before)
    assert set(effect.left) == set(effect.before) - set(effect.after)
    learners.library.shelves.unsave(learners.ada, 21, [shelf])
    after = learners.recommender.rank(learners.ada, shelf, limit=11)
    assert [number for number in numbers_of(after) if number != 21][:10] == list(effect.after)
    assert all(21 not in (because.work_id for because in match.because) for match in after.matches)
    scores = {match.work_id: match.score for match in before.matches}
    for match in after.matches:
        moved = next((each for each in effect.moved if each.work_id == match.work_id), None)
        if moved and match.work_id in scores:
            change = match.score - scores[match.work_id]
            assert moved.points == pytest.approx(change, abs=1e-4)


def test_without_its_last_like_a_shelf_finds_nothing(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1)
    effect = learners.recommender.effect_without(learners.ada, shelf, 1)
    assert len(effect.before) == 10
    assert effect.after == ()
    with pytest.raises(NotFoundError, match="no lesson 2"):
        learners.recommender.effect_without(learners.ada, shelf, 2)


def test_an_empty_shelf_says_how_to_begin(learners: Learners) -> None:
    shelf = learners.shelf("Nothing yet")
    assert learners.recommender.rank(learners.ada, shelf).quiet == NOTHING_LEARNED
    hood = learners.recommender.describe(learners.ada, shelf)
    assert (hood.quiet, hood.lessons, hood.terms) == (NOTHING_LEARNED, (), ())
    assert learners.recommender.trade_off(learners.ada, shelf).needed == 10


# --- Under the hood -------------------------------------------------------------------------------


def test_it_tells_what_a_shelf_has_learned(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 5, 9)
    learners.offer(shelf, [21])
    learners.answer(shelf, Opinion.DISLIKE, 21)
    learners.time.pass_by(timedelta(days=2))
    hood = learners.recommender.describe(learners.ada, shelf)
    assert [each.work_id for each in hood.lessons] == [21, 9, 5, 1]
    assert hood.lessons[0].weight < 0 < hood.lessons[1].weight
    assert [(each.name, each.points) for each in hood.authors] == [("Bees Author 1", 3.0)]
    words = {each.name: each.points for each in hood.terms}
    assert max(words, key=lambda name: words[name]) in {
        word for number in (1, 5, 9) for word in learners.library.get_work(number).text.split()
    }
    assert min(words.values()) < 0
    assert hood.needed == 9
    assert [each.shown for each in hood.weeks] == [1]


def test_it_tells_how_good_each_week_was(learners: Learners) -> None:
    """Break to see it fail: leave the fortnight out of `_is_kept`."""
    shelf = learners.shelf("Bees", 1)
    start = learners.time.now() + timedelta(minutes=1)
    learners.offer(shelf, [2, 3, 4, 5], at=start)
    learners.time.pass_by(timedelta(days=1))
    learners.library.shelves.save(learners.ada, 2, [shelf])  # kept
    learners.answer(shelf, Opinion.LIKE, 3)  # kept
    learners.answer(shelf, Opinion.DISLIKE, 4)
    learners.library.shelves.save(learners.ada, 7, [shelf])  # found late: no edition had it
    learners.time.pass_by(timedelta(days=6))
    learners.offer(shelf, [8])
    learners.time.pass_by(timedelta(days=15))
    learners.library.shelves.save(learners.ada, 8, [shelf])  # too long after
    learners.library.shelves.save(learners.ada, 39, [shelf])  # too old to be late
    last, first = learners.recommender.describe(learners.ada, shelf).weeks
    assert (first.week, first.shown, first.kept, first.late) == ("2026-W12", 4, 2, (7,))
    assert (last.week, last.shown, last.kept) == ("2026-W13", 1, 0)
    assert (first.precision, first.low, first.high) == (0.5, *wilson(2, 4))


def test_what_it_found_counts_in_any_section(learners: Learners) -> None:
    """As "From the library". Break to see it fail: let `list_found` go by sections alone."""
    shelf = learners.shelf("Bees", 1)
    learners.time.pass_by(timedelta(minutes=1))
    learners.offer(shelf, [2, 3], key="library")
    learners.answer(shelf, Opinion.LIKE, 3)
    learners.time.pass_by(timedelta(days=3))
    (week,) = learners.recommender.describe(learners.ada, shelf).weeks
    assert (week.shown, week.kept) == (2, 1)


def test_what_was_shown_yesterday_does_not_count_yet(learners: Learners) -> None:
    """It may yet be kept. Break to see it fail: count whatever was shown in `review_weeks`."""
    shelf = learners.shelf("Bees", 1)
    learners.offer(shelf, [2, 3])
    learners.time.pass_by(timedelta(days=7))
    learners.offer(shelf, [4, 5, 6])
    learners.time.pass_by(timedelta(days=1))
    assert [each.shown for each in learners.recommender.describe(learners.ada, shelf).weeks] == [2]
    learners.time.pass_by(timedelta(days=1))
    weeks = learners.recommender.describe(learners.ada, shelf).weeks
    assert [each.shown for each in weeks] == [3, 2]


def test_what_was_in_a_lost_letter_was_not_passed_over(learners: Learners) -> None:
    """Break to see it fail: read the editions without `arrived` in `read_editions` or
    `read_briefs`."""
    shelf = learners.shelf("Bees", 1, 2)
    edition = learners.offer(shelf, range(3, 18))
    now = learners.time.now()
    letter = Letter(
        0, learners.ada.id, edition.name, "ada@example.org", "<1@x>", now, now, now, now
    )
    with learners.store.write() as writing:
        number = writing.put_letter(letter, b"a letter")
    learners.time.pass_by(timedelta(days=3))
    assert learners.recommender.rank(learners.ada, shelf).needed < 10
    assert learners.pick()[0].needed < 10
    assert learners.recommender.describe(learners.ada, shelf).weeks
    sent = replace(letter, id=number)
    with learners.store.write() as writing:
        assert writing.change_letter(replace(sent, state=State.UNCERTAIN), State.QUEUED)
    assert learners.recommender.rank(learners.ada, shelf).needed == 10
    assert learners.pick()[0].needed == 10
    assert not learners.recommender.describe(learners.ada, shelf).weeks


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(1, 10)
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 5)[0] == pytest.approx(0)
    assert wilson(5, 5)[1] == pytest.approx(1)


def test_what_was_passed_over_teaches_how_sure_it_is(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2)
    learners.offer(shelf, range(3, 18))
    before = learners.recommender.rank(learners.ada, shelf)
    learners.time.pass_by(timedelta(days=3))
    learners.library.shelves.save(learners.ada, 3, [shelf])
    after = learners.recommender.rank(learners.ada, shelf)
    assert before.needed == 10
    assert after.needed < 10


def test_a_trade_off_is_drawn_once_there_are_answers(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.offer(shelf, [*range(4, 9), *range(21, 26)])
    learners.answer(shelf, Opinion.LIKE, *range(4, 9))
    learners.answer(shelf, Opinion.DISLIKE, *range(21, 26))
    points = learners.recommender.trade_off(learners.ada, shelf).points
    assert [point.floor for point in points] == [step / 10 for step in range(10)]
    papers = [point.papers for point in points]
    assert papers == sorted(papers, reverse=True)


def test_a_trade_off_counts_what_was_kept(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best papers of the weeks before are those that were saved. Break to see it fail: leave
    out in `Table.trade_off` what is known; or score it as the shelf does that has learned from
    it."""
    given: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []

    def work_out(*arguments: Any, **how: Any) -> TradeOff:
        given.append(arguments[2])
        return trade_off.work_out(*arguments, **how)

    monkeypatch.setattr(table, "work_out", work_out)
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.offer(shelf, range(4, 27))
    before = learners.recommender.trade_off(learners.ada, shelf)
    learners.answer(shelf, Opinion.LIKE, *range(4, 14))
    learners.answer(shelf, Opinion.DISLIKE, 21, 22, 23)
    after = learners.recommender.trade_off(learners.ada, shelf)
    assert len(given[0]) == len(given[1]) == 60
    assert after.points[0].papers > 0
    assert before.days == after.days
    monkeypatch.setattr(table, "rescore", lambda profile, lessons, rows: profile.score(rows))
    learners.recommender.trade_off(learners.ada, shelf)
    stock = learners.recommender._engine._stockroom.get()
    assert stock
    lower = {int(number) for number in stock.pool.numbers[given[1] < given[2] - 1e-9]}
    assert lower == set(range(1, 14)), "what was learned from does not stand out"


# --- A backlog ------------------------------------------------------------------------------------


def test_a_backlog_is_worked_through(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    learners.answer(shelf, Opinion.DISLIKE, 21, 22)
    state = learners.recommender.review(learners.ada, shelf, "model OR data OR value", 8)
    assert state.papers > 20
    assert not {1, 2, 3, 21, 22} & set(state.next)
    assert len(state.next) == 8
    assert sum(topic_of(number) == "bees" for number in state.next) >= 6
    assert state.sentence
    with pytest.raises(InvalidInputError):
        learners.recommender.review(learners.ada, shelf, "  ", 8)
