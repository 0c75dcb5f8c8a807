"""The value objects of the press: an edition, its sections, and why each paper stands there.

Everything here is frozen and free of I/O. An edition is complete in itself: what it shows is what
was known when it went to press, so the same inputs give the same bytes (`to_json`), for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson


class Scope(StrEnum):
    """What an edition covers; READER is one reader's own day."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    READER = "reader"


class Part(NamedTuple):
    """A summand of a score: what was seen, in words, and what it adds. `work_id` is the paper that
    was seen, where it was one: "because you saved" it."""

    name: str
    seen: str
    points: float
    work_id: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in an edition. `rank` counts from 1 within its section.

    `score` is the sum of `parts` where there are any; those named "term" say it once more, in
    words. `reason` says in a sentence why it is here. `late_from` is the day that announced it,
    where it came too late for that day's edition. `match` is the chance that the reader keeps it,
    `team` the ranker that placed it while two are tried. `shelf_id` is the reader's shelf that
    found it, in whatever section it stands.
    """

    rank: int
    work_id: int
    title: str
    authors: tuple[str, ...] = ()
    kicker: str = ""
    excerpt: str = ""
    day: str = ""
    reason: str = ""
    score: float = 0.0
    parts: tuple[Part, ...] = ()
    late_from: str = ""
    match: float | None = None
    team: str = ""
    shelf_id: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an edition. `key` is its anchor; `query` finds the rest of it by searching; `more`
    is how many there are beyond those shown; `note` says what an empty one lacks. `model` names the
    ranker, features and lessons that a shelf's section was chosen by; `waiting` are the best of
    what the shelf would have shown, had there been room: they may come in a later edition."""

    key: str
    title: str
    entries: tuple[Entry, ...] = ()
    query: str = ""
    more: int = 0
    note: str = ""
    model: str = ""
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue for a period. `name` is "2026-04-17", "2026-W16" or "2026-04".

    `number` counts the editions of a scope (of a reader) that were printed, from 1; 0 is a proof:
    put together just now, from what is here, and not kept. `receipt` is what the sources
    announced and what of it is here, in a sentence; `quiet` says why there is nothing, where there
    is nothing. `example` says that it was laid out for the demo library. `lead` is the beginning of
    the text of its first paper, where that leads the page.

    `news` are all papers that a day counted as its news, also those that had no room. The store
    keeps them beside the edition (`PressReading.find_news`): they are no part of what it shows.
    """

    scope: Scope
    name: str
    first: date
    last: date
    made_at: datetime
    number: int = 0
    reader_id: int = 0
    receipt: str = ""
    quiet: str = ""
    sections: tuple[Section, ...] = ()
    example: bool = False
    lead: str = ""
    news: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_proof(self) -> bool:
        return self.number == 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of the page."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def waiting(self) -> tuple[int, ...]:
        """What had no room in its sections; each paper once."""
        return tuple(dict.fromkeys(each for section in self.sections for each in section.waiting))

    def to_json(self) -> bytes:
        """Canonical JSON: equal editions give equal bytes."""
        data = _to_dict(self)
        del data["news"]
        data["sections"] = [_section_data(section) for section in self.sections]
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, payload: bytes | str) -> Edition:
        """Inverse of `to_json`."""
        raw: dict[str, Any] = orjson.loads(payload)
        raw["scope"] = Scope(raw["scope"])
        raw["first"], raw["last"] = map(date.fromisoformat, (raw["first"], raw["last"]))
        raw["made_at"] = datetime.fromisoformat(raw["made_at"])
        raw["sections"] = tuple(map(_read_section, raw["sections"]))
        return cls(**raw)


def _section_data(section: Section) -> dict[str, Any]:
    entries = [
        _to_dict(entry) | {"parts": [part._asdict() for part in entry.parts]}
        for entry in section.entries
    ]
    return _to_dict(section) | {"entries": entries}


def _to_dict(thing: Edition | Section | Entry) -> dict[str, Any]:
    """Its fields as they are: `dataclasses.asdict` would copy all that is within, which takes most
    of the time of printing."""
    return {each.name: getattr(thing, each.name) for each in fields(thing)}


def _read_section(raw: dict[str, Any]) -> Section:
    lists = {
        "entries": tuple(map(_read_entry, raw["entries"])),
        "waiting": tuple(raw.get("waiting", ())),
    }
    return Section(**raw | lists)


def _read_entry(raw: dict[str, Any]) -> Entry:
    parts = tuple(Part(**part) for part in raw["parts"])
    return Entry(**{**raw, "authors": tuple(raw["authors"]), "parts": parts})
