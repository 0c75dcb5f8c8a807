"""Searches that readers keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broadsheet.errors import ConflictError, InvalidInputError, InvalidQueryError, NotFoundError
from broadsheet.searches import Searches
from shelfmarks import Readers


@pytest.fixture
def searches(readers: Readers) -> Searches:
    return readers.library.searches


def test_keep_and_undo(readers: Readers, searches: Searches) -> None:
    done = searches.keep(readers.ada, "Goats", " graph  year:2024 ")
    assert done.sentence == "Kept the search Goats."
    (kept,) = searches.get(readers.ada)
    assert (kept.id, kept.name, kept.query) == (done.target, "Goats", "graph year:2024")
    assert kept.in_edition and searches.get_one(readers.ada, kept.id) == kept
    assert readers.undo(done) == "The search Goats is gone again."
    assert not searches.get(readers.ada)
    with pytest.raises(ConflictError, match="undone already"):
        readers.undo(done)


def test_a_search_without_a_name_is_called_by_its_words(
    readers: Readers, searches: Searches
) -> None:
    searches.keep(readers.ada, "  ", "graph " * 30, in_edition=False)
    (kept,) = searches.get(readers.ada)
    assert kept.query.startswith(kept.name) and len(kept.name) <= 80 and not kept.in_edition


def test_change_and_undo(readers: Readers, searches: Searches) -> None:
    number = searches.keep(readers.ada, "Goats", "goats").target
    told = [
        searches.change(readers.ada, number, name="Sheep"),
        searches.change(readers.ada, number, query="sheep"),
        searches.change(readers.ada, number, in_edition=False),
        searches.change(readers.ada, number, in_edition=True),
        searches.change(readers.ada, number, name="Sheep"),
    ]
    assert [done.sentence for done in told] == [
        "Renamed Goats to Sheep.",
        "Sheep searches for something else now.",
        "Sheep is not in your edition now.",
        "Sheep is in your edition now.",
        "Sheep is as it was.",
    ]
    assert readers.undo(told[1]) == "Sheep is as it was."
    assert searches.get_one(readers.ada, number).query == "goats"
    searches.change(readers.ada, number, name="Cows")
    with pytest.raises(ConflictError, match="Cows has been changed since"):
        readers.undo(told[0])


def test_delete_and_back(readers: Readers, searches: Searches) -> None:
    kept = searches.keep(readers.ada, "Goats", "goats")
    done = searches.delete(readers.ada, kept.target)
    assert not searches.get(readers.ada)
    with pytest.raises(ConflictError, match="deleted already"):
        readers.undo(kept)
    assert readers.undo(done) == "The search Goats is back."
    assert searches.get_one(readers.ada, kept.target).name == "Goats"


def test_what_cannot_be_kept(
    readers: Readers, searches: Searches, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInputError, match="nothing to search for"):
        searches.keep(readers.ada, "Nothing", " \x00 ")
    with pytest.raises(InvalidQueryError) as error:
        searches.keep(readers.ada, "Broken", "year:goats")
    assert error.value.position >= 0
    for text in ("goat " * 500, "g" * 1_000_000):
        with pytest.raises(InvalidInputError, match="at most 2,000"):
            searches.keep(readers.ada, "Long", text)
    with pytest.raises(InvalidInputError, match="A search's name"):
        searches.keep(readers.ada, "\u202e\u0301", "goats")
    monkeypatch.setattr("broadsheet.searches.MOST_SEARCHES", 1)
    searches.keep(readers.ada, "One", "goats")
    with pytest.raises(InvalidInputError, match="at most 1 searches"):
        searches.keep(readers.ada, "Two", "sheep")


VERBS: dict[str, Callable[[Searches, Readers, int], object]] = {
    "change": lambda searches, readers, n: searches.change(readers.ben, n, name="Mine"),
    "delete": lambda searches, readers, n: searches.delete(readers.olga, n),
    "look": lambda searches, readers, n: searches.get_one(readers.ben, n),
    "nobody": lambda searches, readers, n: searches.get_one(None, n),
    "guess": lambda searches, readers, n: searches.get_one(None, n, "A" * 27),
    "link": lambda searches, readers, n: searches.new_link(readers.ben, n),
}


@pytest.mark.parametrize("verb", VERBS)
def test_anothers_search_is_as_one_that_is_not_there(
    readers: Readers, searches: Searches, verb: str
) -> None:
    """Break to see it fail: drop the check of the token in `get_one`."""
    number = searches.keep(readers.ada, "Goats", "goats").target
    for wanted in (number, number + 1000):
        with pytest.raises(NotFoundError, match=f"There is no search {wanted} in this library"):
            VERBS[verb](searches, readers, wanted)


def test_a_feed_has_an_address_of_its_own(readers: Readers, searches: Searches) -> None:
    """Break to see it fail: leave the number out of `Searches._parts`."""
    number = searches.keep(readers.ada, "Goats", "goats").target
    other = searches.keep(readers.ada, "Sheep", "sheep").target
    kept = searches.get_one(readers.ada, number)
    token = searches.link_of(kept)
    assert searches.get_one(None, number, token) == kept
    with pytest.raises(NotFoundError):
        searches.get_one(None, other, token)
    searches.new_link(readers.ada, number)
    with pytest.raises(NotFoundError):
        searches.get_one(None, number, token)


def test_undoing_a_search_leaves_what_was_made_of_it(readers: Readers) -> None:
    """Break to see it fail: drop the comparison of facts in `_undo_keep`, or the look at later
    acts in `_undo_change`."""
    searches, ada = readers.library.searches, readers.ada
    kept = searches.keep(ada, "Goats", "goats")
    first = searches.change(ada, kept.target, query="horns")
    searches.change(ada, kept.target, query="goats")
    with pytest.raises(ConflictError, match="changed since"):
        readers.undo(first)
    again = searches.change(ada, kept.target, query="horns")
    for each in (kept, first):
        with pytest.raises(ConflictError, match="changed since"):
            readers.undo(each)
    assert searches.get_one(ada, kept.target).query == "horns"
    searches.delete(ada, kept.target)
    with pytest.raises(ConflictError, match="changed since"):
        readers.undo(again)
