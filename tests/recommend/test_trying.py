"""A trial is begun, told of and ended by its reader; each act can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.recommend.trials import CHALLENGER, OURS
from topics import Learners


def test_a_trial_from_beginning_to_end(learners: Learners) -> None:
    """Break to see it fail: leave `made_at >= trial_since` out of `Trying.get`."""
    recommender, ada = learners.recommender, learners.ada
    shelf = learners.shelf("Bees", 1, 2, 3)
    ours, other = (each.id for each in recommender.list_rankers()[:2])
    assert recommender.get_trial(ada, shelf).challenger == ""
    print_list(learners, shelf, {10: OURS, 11: CHALLENGER})  # before it: counts for nothing
    learners.time.pass_by(timedelta(days=1))
    begun = recommender.begin_trial(ada, shelf, other)
    learners.time.pass_by(timedelta(hours=1))
    print_list(learners, shelf, {4: OURS, 5: CHALLENGER, 6: CHALLENGER, 7: ""})
    for number in (5, 6, 7, 11):
        learners.library.shelves.save(ada, number, [shelf])
    report = recommender.get_trial(ada, shelf)
    assert (report.ranker, report.challenger, report.lists) == (ours, other, 1)
    assert (report.kept, report.challenger_kept, report.leader) == (0, 2, CHALLENGER)
    assert not report.decided
    with pytest.raises(ConflictError):
        recommender.begin_trial(ada, shelf, other)
    recommender.end_trial(ada, shelf, CHALLENGER)
    steering = recommender.get_steering(ada, shelf)
    assert (steering.ranker, steering.challenger, steering.trial_since) == (other, "", None)
    with pytest.raises(ConflictError):
        recommender.end_trial(ada, shelf, OURS)
    with pytest.raises(ConflictError, match="changed since"):
        learners.library.journal.undo(ada, begun.signal)


def test_a_beginning_can_be_undone(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1)
    other = learners.recommender.list_rankers()[1].id
    done = learners.recommender.begin_trial(learners.ada, shelf, other)
    learners.library.journal.undo(learners.ada, done.signal)
    assert learners.recommender.get_steering(learners.ada, shelf).challenger == ""


def test_what_cannot_be_is_refused(learners: Learners) -> None:
    recommender, ada = learners.recommender, learners.ada
    shelf = learners.shelf("Bees", 1)
    ours, other = (each.id for each in recommender.list_rankers()[:2])
    with pytest.raises(InvalidInputError, match="another ranker"):
        recommender.begin_trial(ada, shelf, ours)
    for challenger in ("", "nobody@1"):
        with pytest.raises(InvalidInputError, match=f"There is no ranker.*{other}"):
            recommender.begin_trial(ada, shelf, challenger)
    with pytest.raises(NotFoundError):
        recommender.begin_trial(learners.ben, shelf, other)
    recommender.begin_trial(ada, shelf, other)
    with pytest.raises(InvalidInputError):
        recommender.end_trial(ada, shelf, "neither")
    recommender.end_trial(ada, shelf, OURS)
    assert recommender.get_steering(ada, shelf).ranker == ""


def print_list(learners: Learners, shelf: int, teams: dict[int, str]) -> None:
    """An edition of Ada's with papers of two rankers."""
    now = learners.time.now()
    entries = tuple(
        Entry(n, work, f"Paper {work}", team=team) for n, (work, team) in enumerate(teams.items())
    )
    day, sections = now.date(), (Section(f"shelf-{shelf}", "Bees", entries),)
    edition = Edition(
        Scope.READER, day.isoformat(), day, day, now, reader_id=learners.ada.id, sections=sections
    )
    with learners.store.write() as transaction:
        transaction.print_edition(edition)
