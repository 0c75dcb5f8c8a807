"""The form of a takeout: its version, its bounds, and how a stranger's file is read.

A takeout is one JSON object. `papers` are told once, with the facts by which they are found or
brought again; everything else names them by their place in that list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import orjson

from broadsheet.bringing import File
from broadsheet.errors import BadFileError
from broadsheet.files import open_source
from broadsheet.text import clean_line
from broadsheet.text.parts import has_too_many_parts

FORMAT = "broadsheet-takeout"
VERSION = 1
MEGABYTE = 1 << 20
MOST_BYTES = 64 * MEGABYTE
"""An account with 20,000 saved papers and their abstracts has 56 MB."""
MOST_PAPERS = 100_000
MOST_SIGNALS = 50_000
MOST_COMMENTS = 20_000
MOST_LISTED = 200_000


def load(file: File) -> tuple[str, dict[str, Any]]:
    """The name of a takeout, and what is in it. Raises BadFileError with one sentence."""
    with open_source(file) as source:
        name, body = source.name, source.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise BadFileError(f"{name} has more than {MOST_BYTES // MEGABYTE} MB.")
    if has_too_many_parts(body):
        raise BadFileError(f"{name} has more parts than a takeout can have.")
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadFileError(f"{name} is no takeout: it is not sound JSON.") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadFileError(f"{name} is no takeout of Broadsheet.")
    version = raw.get("version")
    if type(version) is not int or version < 1:
        raise BadFileError(f"{name} is a takeout without a version.")
    if version > VERSION:
        raise BadFileError(
            f"{name} is of a newer Broadsheet (version {version} of takeouts); this one reads "
            f"version {VERSION}."
        )
    return name, raw


class Part:
    """An object of a takeout, read field by field: each is of its kind, or the file is refused.

    `place` names it in sentences: "shelves, entry 3".
    """

    def __init__(self, raw: Any, file: str, place: str) -> None:
        self._file = file
        self._place = place
        if not isinstance(raw, dict):
            self._refuse("is no object")
        self._raw: dict[str, Any] = raw

    def _refuse(self, why: str) -> NoReturn:
        place = f" ({self._place})" if self._place else ""
        raise BadFileError(f"{self._file} is not as Broadsheet writes it{place}: it {why}.")

    def has(self, name: str) -> bool:
        """Whether there is something that says anything."""
        return bool(self._raw.get(name))

    def text(self, name: str, default: str = "") -> str:
        """A text of any length; absent, the default."""
        value = self._raw.get(name, default)
        return value if isinstance(value, str) else self._refuse(f"has a {name} that is no text")

    def line(self, name: str, longest: int) -> str:
        """A text on one line, cut where it is too long."""
        return clean_line(self.text(name)[: 4 * longest])[:longest]

    def yes(self, name: str, default: bool) -> bool:
        value = self._raw.get(name, default)
        return value if isinstance(value, bool) else self._refuse(f"has a {name} that is no truth")

    def number(self, name: str) -> int | None:
        """A number from 0, or None where there is none."""
        value = self._raw.get(name)
        if value is None or (type(value) is int and 0 <= value < 1 << 53):
            return value
        return self._refuse(f"has a {name} that is no number")

    def share(self, name: str) -> float:
        """A number from 0 to 1; absent, 0."""
        value = self._raw.get(name, 0)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        return self._refuse(f"has a {name} that is no share")

    def day(self, name: str) -> date | None:
        """A day, or None where there is none."""
        if self._raw.get(name) is None:
            return None
        try:
            return date.fromisoformat(self.text(name)[:40])
        except ValueError:
            return self._refuse(f"has a {name} that is no day")

    def moment(self, name: str, latest: datetime) -> datetime | None:
        """A moment, none later than `latest`; or None where there is none."""
        if not (value := self.text(name) if self._raw.get(name) is not None else ""):
            return None
        try:
            read = datetime.fromisoformat(value[:40]).astimezone(UTC)
        except (ValueError, OverflowError):
            return self._refuse(f"has a {name} that is no moment")
        if read.year < 1970:
            return self._refuse(f"has a {name} before 1970")
        return min(read, latest)

    def texts(self, name: str, most: int) -> list[str]:
        """A list of texts, cut where it is too long."""
        values = self._list(name)[:most]
        if not all(isinstance(value, str) for value in values):
            self._refuse(f"has {name} that are no texts")
        return values

    def pairs(self, name: str, most: int) -> list[tuple[str, str]]:
        """A list of pairs of texts, cut where it is too long."""
        pairs = []
        for value in self._list(name)[:most]:
            match value:
                case [str(one), str(other)]:
                    pairs.append((one, other))
                case _:
                    self._refuse(f"has {name} that are no pairs")
        return pairs

    def numbers(self, name: str, most: int) -> list[int]:
        """A list of numbers from 0, cut where it is too long."""
        values = self._list(name)[:most]
        if not all(type(value) is int and value >= 0 for value in values):
            self._refuse(f"has {name} that are no numbers")
        return values

    def parts(self, name: str, most: int = MOST_LISTED) -> Iterator[Part]:
        """The objects of a list. Raises BadFileError where there are more than `most`."""
        values = self._list(name)
        if len(values) > most:
            self._refuse(f"has more {name} than {most:,}")
        for place, value in enumerate(values, start=1):
            inner = f"{self._place}, {name}" if self._place else name
            yield Part(value, self._file, f"{inner}, entry {place}")

    def part(self, name: str) -> Part:
        """An object in this one; absent, an empty one."""
        return Part(self._raw.get(name, {}), self._file, name)

    def _list(self, name: str) -> list[Any]:
        value = self._raw.get(name, [])
        return value if isinstance(value, list) else self._refuse(f"has {name} that are no list")
