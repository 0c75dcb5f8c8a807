"""A reader's own edition: what is near what the reader keeps, never twice, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.edition import Edition
from broadsheet.learning import Answer, Opinion, Steering
from broadsheet.people import Reader
from broadsheet.press.matches import TERM
from broadsheet.press.own import NOTHING_CHOSEN, NOTHING_FOUND
from ownroom import (
    MORE_TITLES,
    TITLES,
    follow,
    get,
    keys_in,
    make_template,
    print_own,
    save,
    search,
    section,
    titles,
)
from pressroom import DAY, FRIDAY, PressRoom, Template, at

NEWS = ["bees", "hives", "glaciers", "markets", "parsers", "orbits", "knots"]


@pytest.fixture
def room(own_template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with own_template.open(tmp_path) as room:
        room.announce(FRIDAY - 30 * DAY, ["old-bees"])
        room.announce(FRIDAY, NEWS)
        yield room


@pytest.fixture
def reader(room: PressRoom) -> Reader:
    return room.add_reader("ada")


def test_who_has_chosen_nothing_is_told_what_to_do(room: PressRoom, reader: Reader) -> None:
    edition = get(room, reader)
    assert edition.quiet == NOTHING_CHOSEN and not edition.sections


def test_a_section_for_each_search(room: PressRoom, reader: Reader) -> None:
    search(room, reader, "Bees", "honey bees")
    search(room, reader, "Rain", "rain")
    search(room, reader, "Hidden", "glaciers", shown=False)
    search(room, reader, "Broken", "year:soon")
    search(room, reader, "All of Moss", "author:moss")
    edition = get(room, reader)
    bees = section(edition, "Bees")
    assert set(titles(bees)) == {TITLES["bees"], TITLES["hives"]}
    assert bees.entries[0].reason == "Found by “Bees”, a search that you keep."
    assert section(edition, "Rain").note == "Nothing new for this search."
    assert "mistake" in section(edition, "Broken").note
    assert titles(section(edition, "All of Moss")) == [TITLES["knots"]]
    assert "Hidden" not in [each.title for each in edition.sections]


def test_authors_that_are_followed(room: PressRoom, reader: Reader) -> None:
    follow(room, reader, "Ína Moss")
    follow(room, reader, "Nobody Known")
    found = section(get(room, reader), "By authors you follow")
    assert titles(found) == [TITLES["knots"]]
    assert found.entries[0].reason == "By Ína Moss, whom you follow."


def test_a_shelf_says_why(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: tell of a paper that is not among the lessons, or leave the rest out of
    the parts of the score."""
    save(room, reader, "Apiary", "old-bees")
    found = section(get(room, reader), "Near “Apiary”")
    first = found.entries[0]
    assert {TITLES["bees"], TITLES["hives"]} <= set(titles(found)[:2])
    begun = f"Your shelf “Apiary”: near “{TITLES['old-bees']}”, which you saved; "
    assert first.reason.startswith(begun) and "summer" in first.reason.removeprefix(begun)
    assert first.parts[0].work_id == room.numbers["old-bees"]
    summands = [part.points for part in first.parts if part.name != TERM]
    assert sum(summands) == pytest.approx(first.score, abs=1e-3)
    assert found.model


def test_what_was_printed_explains_itself(room: PressRoom, reader: Reader) -> None:
    """From what was stored: the shelf is gone meanwhile."""
    room.now = at(FRIDAY - DAY, 12)
    shelf_id = save(room, reader, "Apiary", "old-bees")
    printed = print_own(room, at(FRIDAY, 6))[0]
    room.library.shelves.delete(reader, shelf_id)
    edition = get(room, reader)
    assert edition == printed
    found = section(edition, "Near “Apiary”")
    told = " ".join(room.press.explain(edition, found.entries[0].work_id))
    assert f"“{TITLES['old-bees']}”, which you saved" in told
    assert f"chosen by {found.model}" in told and "all else that the shelf has learned" in told
    assert "words that count" in told


def test_answers_count_and_what_is_answered_is_gone(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: leave the answers out of `Interests.settled`."""
    shelf_id = save(room, reader, "Apiary")
    said = {"old-bees": Opinion.LIKE, "hives": Opinion.DISLIKE}
    answers = [
        Answer(reader.id, shelf_id, room.numbers[key], opinion, room.now)
        for key, opinion in said.items()
    ]
    hidden = Answer(reader.id, 0, room.numbers["orbits"], Opinion.HIDE, room.now)
    with room.store.write() as transaction:
        transaction.put_answers([*answers, hidden])
    edition = get(room, reader)
    assert not keys_in(room, edition) & {"old-bees", "hives", "orbits"}
    first = section(edition, "Near “Apiary”").entries[0]
    assert first.title == TITLES["bees"] and "which you liked" in first.reason


def test_never_twice_and_never_what_is_saved(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: leave out `_take`, or the papers saved of `Interests.settled`."""
    search(room, reader, "Bees", "honey bees")
    search(room, reader, "Honey", "honey")
    follow(room, reader, "Bo Sample")
    save(room, reader, "Apiary", "old-bees", "hives", "markets")
    edition = get(room, reader)
    numbers = [entry.work_id for entry in edition.entries]
    assert len(numbers) == len(set(numbers)) > 3
    saved = {room.numbers["hives"], room.numbers["markets"]}
    assert not saved & set(numbers)
    assert all(entry.reason for entry in edition.entries)
    assert edition.to_json() == Edition.from_json(edition.to_json()).to_json()


def test_the_best_of_the_rest_is_there_and_is_no_find(room: PressRoom, reader: Reader) -> None:
    """A page with nothing but it is a quiet one: mail goes by that."""
    search(room, reader, "Rain", "rain")
    edition = get(room, reader)
    assert edition.quiet == NOTHING_FOUND
    assert len(section(edition, "Also today").entries) == 5


def test_a_floor_makes_a_quiet_day_that_says_so(room: PressRoom, reader: Reader) -> None:
    shelf_id = save(room, reader, "Apiary", "old-bees")
    with room.store.write() as transaction:
        transaction.put_steering(Steering(shelf_id, in_edition=False))
    edition = get(room, reader)
    said = section(edition, "Near “Apiary”").note
    assert said and edition.quiet == said


def test_one_reader_never_sees_what_another_chose(room: PressRoom, reader: Reader) -> None:
    search(room, reader, "Bees", "honey bees")
    assert get(room, room.add_reader("bob")).sections == ()


# --- Where nothing is new ---------------------------------------------------------------------


def test_quiet_sources_are_told_of_and_the_library_has_something(
    room: PressRoom, reader: Reader
) -> None:
    """Three papers on a new shelf are enough, whenever the library was filled; and it can be taught
    by what is found. Break to see it fail: leave `shelf_id` out of `make_match_entry`."""
    shelf = save(room, reader, "Apiary", "old-bees", "bees", "hives")
    room.now = at(FRIDAY + 60 * DAY, 9)
    edition = get(room, reader, FRIDAY + 60 * DAY)
    assert edition.quiet == (
        "The library has nothing of today: no source that it follows spoke for it."
    )
    older = section(edition, "From the library")
    assert {TITLES["wax"], TITLES["nectar"]} <= set(titles(older)[:3])
    assert older.entries[0].reason.startswith("Your shelf “Apiary”: near “")
    assert {each.shelf_id for each in older.entries} == {shelf}
    assert not {TITLES["old-bees"], TITLES["bees"], TITLES["hives"]} & set(titles(older))


def test_what_the_library_offered_it_does_not_offer_again(tmp_path: Path) -> None:
    """Break to see it fail: do not ask what was offered in `_pick_older`."""
    (tmp_path / "papers").mkdir()
    papers = make_template(tmp_path / "papers", TITLES | MORE_TITLES)
    shown: list[str] = []
    with papers.open(tmp_path / "room") as room:
        room.now = at(FRIDAY)
        reader = room.add_reader("ada")
        save(room, reader, "Apiary", "old-bees")
        for step in range(60, 64):
            (edition,) = print_own(room, at(FRIDAY + step * DAY, 7))
            shown += sorted(keys_in(room, edition))
    assert len(shown) == len(set(shown)) > 5
