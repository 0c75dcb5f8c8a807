"""A reader's own edition: what is near what the reader keeps, never twice, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.edition import Edition, Scope, Section
from broadsheet.model import PaperDate, Record
from broadsheet.people import Follow, Reader, Saved, SavedSearch, Shelf
from broadsheet.press.own import NOTHING_CHOSEN
from papers import make_record
from pressroom import DAY, FRIDAY, PressRoom, Template, at

NAME = FRIDAY.isoformat()
TITLES = {
    "old-bees": "Bees and the honey they make in summer",
    "bees": "Honey bees in summer meadows",
    "hives": "The honey of bees in a hive",
    "glaciers": "Glaciers that melt in the Alps",
    "markets": "Option prices in electricity markets",
    "parsers": "Parsing expression grammars",
    "orbits": "Orbits of small moons",
    "knots": "Knots and their polynomials",
}


def make_records() -> list[Record]:
    return [
        replace(
            make_record(number),
            key=key, title=title, abstract=f"{title}. We study {title.lower()}.",
            authors=("Ina Moss",) if key == "knots" else ("Bo Sample",),
            ids=(), date=PaperDate("2026-04-15", "submitted"),
        )
        for number, (key, title) in enumerate(TITLES.items())
    ]  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), make_records(), "static")


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with template.open(tmp_path) as room:
        room.announce(FRIDAY - 30 * DAY, ["old-bees"])
        room.announce(FRIDAY, [key for key in TITLES if key != "old-bees"])
        yield room


@pytest.fixture
def reader(room: PressRoom) -> Reader:
    return room.add_reader("ada")


def search(room: PressRoom, reader: Reader, name: str, query: str, shown: bool = True) -> None:
    with room.store.write() as transaction:
        transaction.put_search(SavedSearch(0, reader.id, name, query, room.now, in_edition=shown))


def save(room: PressRoom, reader: Reader, shelf: str, *keys: str) -> None:
    with room.store.write() as transaction:
        shelf_id = transaction.put_shelf(Shelf(0, reader.id, shelf, room.now))
        transaction.put_saved([Saved(shelf_id, room.numbers[key], room.now) for key in keys])


def follow(room: PressRoom, reader: Reader, author: str) -> None:
    with room.store.write() as transaction:
        transaction.put_follow(Follow(reader.id, author, room.now))


def get(room: PressRoom, reader: Reader) -> Edition:
    return room.press.get(Scope.READER, NAME, reader)


def section(edition: Edition, title: str) -> Section:
    return next(each for each in edition.sections if each.title == title)


def titles(section: Section) -> list[str]:
    return [entry.title for entry in section.entries]


def test_who_has_chosen_nothing_is_told_what_to_do(room: PressRoom, reader: Reader) -> None:
    edition = get(room, reader)
    assert edition.quiet == NOTHING_CHOSEN and not edition.sections


def test_a_section_for_each_search(room: PressRoom, reader: Reader) -> None:
    search(room, reader, "Bees", "honey bees")
    search(room, reader, "Rain", "rain")
    search(room, reader, "Hidden", "glaciers", shown=False)
    search(room, reader, "Broken", "year:soon")
    edition = get(room, reader)
    bees = section(edition, "Bees")
    assert set(titles(bees)) == {TITLES["bees"], TITLES["hives"]}
    assert bees.entries[0].reason == "Found by “Bees”, a search that you keep."
    assert section(edition, "Rain").note == "Nothing new for this search."
    assert "mistake" in section(edition, "Broken").note
    assert "Hidden" not in [each.title for each in edition.sections]


def test_authors_that_are_followed(room: PressRoom, reader: Reader) -> None:
    follow(room, reader, "Ína Moss")
    found = section(get(room, reader), "By authors you follow")
    assert titles(found) == [TITLES["knots"]]
    assert found.entries[0].reason == "By Ína Moss, whom you follow."


def test_what_is_near_a_shelf_names_the_paper_that_it_is_near(
    room: PressRoom, reader: Reader
) -> None:
    save(room, reader, "Apiary", "old-bees")
    found = section(get(room, reader), "Near “Apiary”")
    assert found.entries[0].title in {TITLES["bees"], TITLES["hives"]}
    assert found.entries[0].reason == f"Near “{TITLES['old-bees']}”, which you saved."


def test_never_twice_and_never_what_is_saved(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: keep what a section has shown in `left`, or do not take `saved` out."""
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
    assert titles(section(edition, "Also today")) == [TITLES["knots"]]


def test_it_goes_to_press_with_the_day_for_those_who_chose_something(
    room: PressRoom, reader: Reader
) -> None:
    """Break to see it fail: print for examples, too, or for readers who chose nothing."""
    idle, example = room.add_reader("idle"), room.add_reader("made-up", example=True)
    search(room, reader, "Bees", "honey bees")
    search(room, example, "Bees", "honey bees")
    printed = room.press.print_due(at(FRIDAY, 7))
    assert [(each.scope, each.reader_id) for each in printed] == [
        (Scope.DAY, 0),
        (Scope.READER, reader.id),
    ]
    search(room, reader, "Glaciers", "glaciers")
    assert get(room, reader) == printed[1]
    assert get(room, idle).is_proof
    assert room.press.neighbours(printed[1]) == ("2026-04-16", "")


def test_one_reader_never_sees_what_another_chose(room: PressRoom, reader: Reader) -> None:
    search(room, reader, "Bees", "honey bees")
    assert get(room, room.add_reader("bob")).sections == ()
