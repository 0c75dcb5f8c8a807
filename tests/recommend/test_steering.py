"""What is set for a shelf: bounds, sentences, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.learning import Steering, Wish
from broadsheet.recommend.steering import MOST_WISHES, Steerings, clean_steering, pack, unpack
from shelfmarks import Readers

MANY = tuple(Wish("author", f"Author {number}") for number in range(MOST_WISHES))


@pytest.fixture
def steerings(readers: Readers) -> Steerings:
    library = readers.library
    return Steerings(readers.store, library.journal, readers.time.now, library.get_work)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"per_day": 1}, "at most 1 paper a day"),
        ({"minutes": 20}, "as many papers as 20 minutes of reading hold a day"),
        ({"floor": 0.4}, "papers with a match of at least 40 %"),
        ({"explore": 0.1}, "10 % of the places for what it knows least about"),
        ({"rare": 1.0}, "100 % less weight for famous papers"),
        ({"only": (Wish("category", "cs.LG"),)}, "in is cs.LG"),
        ({"never": MANY[:3]}, "out are Author 0 and 2 others"),
        ({"muted_until": date(2026, 3, 8)}, "silent until 8 March 2026"),
        ({"in_edition": False}, "not in your edition"),
        ({"ranker": "nearest@1"}, "found by another ranker"),
        ({"challenger": "svm@1", "trial_since": datetime(2026, 3, 1, tzinfo=UTC)},
         "another trial of rankers"),
        ({"per_day": 3, "in_edition": False}, "at most 3 papers a day; not in your edition"),
    ],
)  # fmt: skip
def test_what_changed_is_said_and_undone(
    readers: Readers, steerings: Steerings, changes: dict[str, Any], sentence: str
) -> None:
    shelf = readers.shelf("Goats")
    start = steerings.get(readers.ada, shelf)
    assert start == Steering(shelf)
    done = steerings.steer(readers.ada, replace(start, **changes))
    assert done.sentence == f"Goats: {sentence}."
    assert steerings.get(readers.ada, shelf) == replace(start, **changes)
    readers.later(1)
    back = steerings.steer(readers.ada, start)
    assert back.signal
    assert readers.undo(back) == "Goats is set as it was."
    assert steerings.get(readers.ada, shelf) == replace(start, **changes)
    readers.undo(done)
    assert steerings.get(readers.ada, shelf) == start


def test_a_room_may_say_it_in_its_own_words(readers: Readers, steerings: Steerings) -> None:
    shelf = readers.shelf("Goats")
    told = Steering(shelf, challenger="svm@1")
    assert steerings.steer(readers.ada, told, "A trial begins.").sentence == "A trial begins."
    assert steerings.steer(readers.ada, told).sentence == "Goats is as it was."


def test_an_act_is_undone_as_long_as_nothing_else_touched_it(
    readers: Readers, steerings: Steerings
) -> None:
    """Break to see it fail: leave `again` out of `_undo`."""
    shelf = readers.shelf("Goats")
    first = steerings.steer(readers.ada, Steering(shelf, per_day=3))
    readers.later(1)
    other = steerings.steer(readers.ada, Steering(shelf, per_day=3, floor=0.5))
    readers.later(1)
    for number in (9, 3):
        steerings.steer(readers.ada, Steering(shelf, per_day=number, floor=0.5))
        readers.later(1)
    with pytest.raises(ConflictError, match="has been changed since"):
        readers.undo(first)
    readers.undo(other)
    assert steerings.get(readers.ada, shelf) == Steering(shelf, per_day=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"per_day": 0}, "from 1 to 40 papers a day, not 0"),
        ({"per_day": 41}, "from 1 to 40"),
        ({"minutes": -1}, "from 0 to 240 minutes a day, not -1"),
        ({"minutes": 241}, "from 0 to 240"),
        ({"floor": 1.01}, "The least match is a share from 0 to 100 %"),
        ({"floor": float("nan")}, "The least match"),
        ({"explore": -0.1}, "What is explored"),
        ({"rare": float("inf")}, "Rareness"),
        ({"only": (*MANY, Wish("source", "x"))}, "at most 50 things in or out"),
        ({"only": MANY[:30], "never": tuple(Wish("source", w.value) for w in MANY[:21])}, "most"),
        ({"only": (Wish("colour", "red"),)}, "Categories, sources and authors"),
        ({"never": (Wish("author", "a" * 201),)}, "name of an author has at most 200"),
        ({"never": (Wish("category", "\u200d\u0301"),)}, "name of a category needs"),
        ({"only": MANY[:2], "never": MANY[1:3]}, "author Author 1 cannot be both in and out"),
    ],
)
def test_what_is_out_of_bounds(
    readers: Readers, steerings: Steerings, changes: dict[str, Any], words: str
) -> None:
    shelf = readers.shelf("Goats")
    with pytest.raises(InvalidInputError, match=words):
        steerings.steer(readers.ada, replace(Steering(shelf), **changes))
    assert steerings.get(readers.ada, shelf) == Steering(shelf)


def test_wishes_are_cleaned() -> None:
    wishes = (Wish("author", " Ada\n Byron "), Wish("author", "Ada Byron"), Wish("source", " "))
    assert clean_steering(Steering(1, only=wishes)).only == (Wish("author", "Ada Byron"),)
    assert clean_steering(Steering(1, ranker="a\nb")).ranker == "a b"


def test_shelves_of_others_are_not_there(readers: Readers, steerings: Steerings) -> None:
    """Break to see it fail: read any shelf in `steer`."""
    theirs = readers.shelf("Bees", reader=readers.ben)
    for shelf in (theirs, 99):
        with pytest.raises(NotFoundError):
            steerings.get(readers.ada, shelf)
        with pytest.raises(NotFoundError):
            steerings.steer(readers.ada, Steering(shelf, per_day=1))
    assert readers.store.get_steerings([theirs]) == {}


def test_packing_has_a_way_back() -> None:
    moment = datetime(2026, 3, 1, 6, 30, 0, 5, tzinfo=UTC)
    told = Steering(
        1, 2, 3, 0.4, 0.5, 0.6, MANY[:2], MANY[3:4], date(2026, 3, 8), False, "a", "b", moment
    )
    names = Steering.__slots__
    assert Steering(**unpack(pack(told, names))) == told
