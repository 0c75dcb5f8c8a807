"""A library with a handful of papers about different things, for tests of readers' own editions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from broadsheet.edition import Edition, Scope, Section
from broadsheet.mailing import Letter, Schedule, State
from broadsheet.model import PaperDate, Record
from broadsheet.people import Follow, Reader, Saved, SavedSearch, Shelf
from papers import make_record
from pressroom import FRIDAY, PressRoom, Template

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
    "nectar": "Nectar that honey bees gather in meadows",
    "wax": "How bees build combs of wax for honey",
    "ice": "Ice cores from glaciers of the Andes",
    "moons": "Moons that were never seen",
}


_THINGS = (
    "bridges harbours houses theatres gardens schools towers wells courts mills gates squares "
    "temples archives kitchens roads libraries baths walls lamps clocks stables prisons "
    "canals"
)
MORE_TITLES = {
    "swarms": "Swarms of honey bees that leave the hive in summer",
    "queens": "Honey bees that raise a queen for their hive",
    "combs": "Combs of wax that bees fill with honey",
    "pollen": "Pollen and nectar that bees bring to the hive",
    "dances": "Dances by which honey bees tell of meadows",
    "drones": "Drones of honey bees in summer",
    "winter": "Honey that bees keep in the hive for winter",
    **{thing: f"{thing.title()} of old cities by the sea" for thing in _THINGS.split()},
}
"""For tests that need many papers near each other, in a library that has others, too."""


def make_template(folder: Path, titles: Mapping[str, str] = TITLES) -> Template:
    return Template(folder, make_records(titles), "static")


def make_records(titles: Mapping[str, str] = TITLES) -> list[Record]:
    return [
        replace(
            make_record(number),
            key=key, title=title, abstract=f"{title}. We study {title.lower()}.",
            authors=("Ina Moss",) if key == "knots" else ("Bo Sample",),
            ids=(), date=PaperDate("2026-01-15", "submitted"),
        )
        for number, (key, title) in enumerate(titles.items())
    ]  # fmt: skip


def search(room: PressRoom, reader: Reader, name: str, query: str, shown: bool = True) -> None:
    with room.store.write() as transaction:
        transaction.put_search(SavedSearch(0, reader.id, name, query, room.now, in_edition=shown))


def save(room: PressRoom, reader: Reader, shelf: str, *keys: str) -> int:
    """Papers on a new shelf; its number."""
    with room.store.write() as transaction:
        shelf_id = transaction.put_shelf(Shelf(0, reader.id, shelf, room.now))
        transaction.put_saved([Saved(shelf_id, room.numbers[key], room.now) for key in keys])
    return shelf_id


def follow(room: PressRoom, reader: Reader, author: str) -> None:
    with room.store.write() as transaction:
        transaction.put_follow(Follow(reader.id, author, room.now))


def plan(room: PressRoom, reader: Reader, zone: str, time: str, weekdays: str = "1234567") -> None:
    """When the reader wants the edition."""
    with room.store.write() as transaction:
        transaction.put_schedule(Schedule(reader.id, zone, time, tuple(map(int, weekdays))))


def mail(room: PressRoom, edition: Edition, state: State) -> None:
    """A letter of an edition, as far as it came."""
    now = room.now.replace(microsecond=0)
    letter = Letter(
        0, edition.reader_id, edition.name, "ada@example.org", f"<{edition.name}@example.org>",
        now, now, now + timedelta(days=1), now, state,
    )  # fmt: skip
    with room.store.write() as transaction:
        assert transaction.put_letter(letter, b"Subject: Yours")


def get(room: PressRoom, reader: Reader, day: date = FRIDAY) -> Edition:
    return room.press.get(Scope.READER, day.isoformat(), reader)


def print_own(room: PressRoom, now: datetime) -> list[Edition]:
    """What goes to press at a moment, which is then the present one."""
    room.now = now
    return room.press.print_own_due(now)


def section(edition: Edition, title: str) -> Section:
    return next(each for each in edition.sections if each.title == title)


def titles(section: Section) -> list[str]:
    return [entry.title for entry in section.entries]


def keys_in(room: PressRoom, edition: Edition, but: Sequence[str] = ()) -> set[str]:
    """The keys of an edition's papers, those of some sections left out."""
    keys = {number: key for key, number in room.numbers.items()}
    sections = [each for each in edition.sections if each.key not in but]
    return {keys[entry.work_id] for each in sections for entry in each.entries}
