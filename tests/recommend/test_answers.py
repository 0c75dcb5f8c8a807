"""Like, "not for me", hide: one answer for each shelf, taken back and undone."""

from __future__ import annotations

import pytest

from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.learning import Opinion
from broadsheet.people import Act, Done
from broadsheet.recommend.answers import Answers
from shelfmarks import Readers

LIKE, DISLIKE, HIDE = Opinion.LIKE, Opinion.DISLIKE, Opinion.HIDE


@pytest.fixture
def answers(readers: Readers) -> Answers:
    library = readers.library
    return Answers(readers.store, library.journal, readers.time.now, library.get_work)


def given(readers: Readers) -> set[tuple[int, int, Opinion]]:
    """Ada's answers: shelf, paper, opinion."""
    found = readers.store.get_answers(readers.ada.id)
    return {(each.shelf_id, each.work_id, each.opinion) for each in found}


def test_an_answer_teaches_one_shelf(readers: Readers, answers: Answers) -> None:
    goats, sheep = readers.shelf("Goats"), readers.shelf("Sheep")
    done = answers.answer(readers.ada, "1", LIKE, goats)
    assert done.sentence == (
        "Goats learns that “Counting sheep with graph networks” is to your liking."
    )
    answers.answer(readers.ada, 1, DISLIKE, sheep)
    assert given(readers) == {(goats, 1, LIKE), (sheep, 1, DISLIKE)}
    assert {each.shelf_id for each in answers.get_answers(readers.ada, [1, 2])[1]} == {goats, sheep}
    assert answers.get_answers(readers.ben, [1]) == {}
    [second, first] = readers.library.journal.get_signals(readers.ada, acts=[Act.LIKE, Act.DISLIKE])
    assert (first.act, first.work_id, first.shelf_id) == (Act.LIKE, 1, goats)
    assert (second.act, second.work_id, second.shelf_id) == (Act.DISLIKE, 1, sheep)


def test_the_other_answer_takes_the_place_of_the_first(readers: Readers, answers: Answers) -> None:
    goats = readers.shelf("Goats")
    first = answers.answer(readers.ada, 1, LIKE, goats)
    readers.later(1)
    second = answers.answer(readers.ada, 1, DISLIKE, goats)
    assert given(readers) == {(goats, 1, DISLIKE)}
    with pytest.raises(ConflictError, match="has been changed since"):
        readers.undo(first)
    assert (
        readers.undo(second) == "Your answer to “Counting sheep with graph networks” is as it was."
    )
    assert given(readers) == {(goats, 1, LIKE)}
    readers.undo(first)
    assert given(readers) == set()


def test_the_same_answer_twice_is_one(readers: Readers, answers: Answers) -> None:
    goats = readers.shelf("Goats")
    first = answers.answer(readers.ada, 1, LIKE, goats)
    readers.later(1)
    again = answers.answer(readers.ada, 1, LIKE, goats)
    assert (again.signal, again.sentence.endswith("That was so already.")) == (0, True)
    readers.undo(first)
    assert given(readers) == set()


def test_to_hide_is_for_all_shelves(readers: Readers, answers: Answers) -> None:
    goats = readers.shelf("Goats")
    answers.answer(readers.ada, 1, LIKE, goats)
    hidden = answers.answer(readers.ada, 1, HIDE, goats)
    assert given(readers) == {(0, 1, HIDE), (goats, 1, LIKE)}
    assert hidden.sentence.endswith("is not shown to you again.")
    told = answers.take_back(readers.ada, 1, HIDE, goats)
    assert told.sentence == "“Counting sheep with graph networks” may be shown to you again."
    assert given(readers) == {(goats, 1, LIKE)}
    readers.undo(told)
    assert given(readers) == {(0, 1, HIDE), (goats, 1, LIKE)}


@pytest.mark.parametrize("opinion", [LIKE, DISLIKE])
def test_which_shelf_is_meant(readers: Readers, answers: Answers, opinion: Opinion) -> None:
    with pytest.raises(InvalidInputError, match="Make a shelf first"):
        answers.answer(readers.ada, 1, opinion)
    goats = readers.shelf("Goats")
    answers.answer(readers.ada, 1, opinion)
    assert given(readers) == {(goats, 1, opinion)}
    readers.shelf("Sheep")
    with pytest.raises(InvalidInputError, match="for which of your shelves"):
        answers.answer(readers.ada, 2, opinion)


def test_shelves_of_others_are_not_there(readers: Readers, answers: Answers) -> None:
    """Break to see it fail: take any shelf in `_choose`."""
    theirs = readers.shelf("Bees", reader=readers.ben)
    gone = readers.shelf("Goats")
    readers.library.shelves.delete(readers.ada, gone)
    for shelf in (theirs, gone, 99, -1):
        for verb in (answers.answer, answers.take_back):
            with pytest.raises(NotFoundError):
                verb(readers.ada, 1, LIKE, shelf)
    with pytest.raises(NotFoundError):
        answers.answer(readers.ada, 99, HIDE)
    assert given(readers) == set()


def test_what_lies_on_a_shelf_is_for_it(readers: Readers, answers: Answers) -> None:
    goats, sheep = readers.shelf("Goats", 1), readers.shelf("Sheep")
    with pytest.raises(InvalidInputError, match="is on Goats; take it off first"):
        answers.answer(readers.ada, 1, DISLIKE, goats)
    answers.answer(readers.ada, 1, DISLIKE, sheep)
    assert given(readers) == {(sheep, 1, DISLIKE)}


def test_taken_back_from_all_shelves_and_undone(readers: Readers, answers: Answers) -> None:
    shelves = [readers.shelf(name) for name in ("Goats", "Sheep", "Whales")]
    for shelf in shelves[:2]:
        answers.answer(readers.ada, 1, LIKE, shelf)
    answers.answer(readers.ada, 1, DISLIKE, shelves[2])
    done = answers.take_back(readers.ada, 1, LIKE)
    assert given(readers) == {(shelves[2], 1, DISLIKE)}
    readers.library.shelves.delete(readers.ada, shelves[0])
    readers.undo(done)
    assert given(readers) == {(shelves[1], 1, LIKE), (shelves[2], 1, DISLIKE)}
    assert answers.take_back(readers.ada, 2, LIKE) == Done(
        "There is no such answer to “Graph networks for goats”."
    )


def test_an_answer_to_a_paper_that_was_merged_is_undone(readers: Readers, answers: Answers) -> None:
    goats = readers.shelf("Goats")
    done = answers.answer(readers.ada, 1, LIKE, goats)
    with readers.store.write() as transaction:
        transaction.merge_works(2, 1, reason="the same", now=readers.time.now())
    assert given(readers) == {(goats, 2, LIKE)}
    readers.undo(done)
    assert given(readers) == set()


def test_nobody_undoes_for_another(readers: Readers, answers: Answers) -> None:
    done = answers.answer(readers.ada, 1, HIDE)
    with pytest.raises(NotFoundError):
        readers.undo(done, readers.ben)
    assert given(readers) == {(0, 1, HIDE)}
