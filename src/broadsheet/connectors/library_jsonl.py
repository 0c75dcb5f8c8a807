"""Broadsheet's own export read back: the lines that `exports.write_all` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import BinaryIO, TypeGuard

import orjson

from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_NAMES,
    MAX_TITLE,
    RowError,
    make_date,
    parse_json_line,
    peek_json_lines,
    read_lines,
)
from broadsheet.model import BadRow, Grouping, Record, content_hash
from broadsheet.text import clean_line

_NAMES = frozenset(field.name for field in fields(Record))
_TEXTS = ("source", "key", "title", "abstract", "summary", "venue", "status")
_LISTS = ("authors", "categories")
_STATES = ("kind", "submitted_at", "announced_on", "withdrawn")
MAX_MOMENT = 40
# The limits of the other readers hold before cleaning, which can make a text three times as long.
MAX_FIELD = 3 * MAX_ABSTRACT
_LONGEST = {"title": 3 * MAX_TITLE}
_MALFORMED = "its groups of records are not of the form that Broadsheet writes"
_HASH = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ISO_PREFIX = re.compile(r"\d{4}(?:-\d\d){0,2}", re.ASCII)


class LibraryJsonl:
    """Records come back identical, so that their hashes do; a line that was changed by accident
    no longer has the hash it carries, and is refused."""

    name = "Broadsheet export (JSON lines)"

    def recognises(self, head: bytes, filename: str) -> bool:
        return peek_json_lines(head, ("source", "key", "title"))

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow | Grouping]:
        for number, line in read_lines(stream):
            if not line.strip():
                continue
            try:
                raw = parse_json_line(line)
                yield _grouping(raw) if "works" in raw else _record(raw)
            except RowError as error:
                yield BadRow(filename, number, str(error))


def _grouping(raw: dict[str, object]) -> Grouping:
    """How records are grouped; raises RowError for what `exports.write_all` does not write."""
    match raw:
        case {"works": [*works], "split": [*split], **rest} if not rest and (
            len(works) <= MAX_NAMES and len(split) <= MAX_NAMES
        ):
            groups = tuple(map(_hashes, works))
            return Grouping(groups, tuple(_two_of(len(groups), pair) for pair in split))
    raise RowError(_MALFORMED)


def _hashes(raw: object) -> tuple[bytes, ...]:
    if not isinstance(raw, list) or not all(map(_is_hash, raw)):
        raise RowError(_MALFORMED)
    return tuple(map(bytes.fromhex, raw))


def _is_hash(raw: object) -> bool:
    return isinstance(raw, str) and _HASH.fullmatch(raw) is not None


def _two_of(count: int, raw: object) -> tuple[int, int]:
    match raw:
        case [int(one), int(other)] if 0 <= one < other < count:
            return one, other
    raise RowError(_MALFORMED)


def _record(raw: dict[str, object]) -> Record:
    raw.pop("work", None)
    said = raw.pop("hash", None)
    _check(raw)
    payload = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    if said is not None and said != content_hash(payload).hex():
        raise RowError("its content does not have the hash that the line says")
    return Record.from_json(payload)


def _check(raw: dict[str, object]) -> None:
    """Raise RowError unless every field has the shape that `Record.to_json` gives it."""
    if unknown := set(raw) - _NAMES:
        raise RowError(f"it has a field {min(unknown)[:40]!r} that this version does not know")
    for name in ("source", "key", "title"):
        if not raw.get(name):
            raise RowError(f"it has no {name}")
    for name, value in raw.items():
        if not _fits(name, value):
            raise RowError(f"its {name} is not of the form that Broadsheet writes")


def _fits(name: str, value: object) -> bool:
    if name in _TEXTS:
        return _is_text(value) and len(value) <= _LONGEST.get(name, MAX_FIELD)
    if name in _LISTS:
        return isinstance(value, list) and len(value) <= MAX_NAMES and all(map(_is_text, value))
    if name == "version":
        return type(value) is int
    if name in _STATES:
        return _is_state(name, value)
    if name == "listing":
        return _is_listing(value)
    if name == "date":
        return isinstance(value, list) and _is_pair(value) and _is_date(value[0])
    return isinstance(value, list) and all(map(_is_pair, value))


def _is_state(name: str, value: object) -> bool:
    """Whether it tells of a paper's state as records do, who leave out what does not hold."""
    match name, value:
        case "withdrawn", True:
            return value is True
        case "kind", "news":
            return True
        case "announced_on", str(text):
            return _is_iso(date, text) and len(text) == len("2026-11-20")
        case "submitted_at", str(text):
            return _is_iso(datetime, text) and len(text) <= MAX_MOMENT
    return False


def _is_iso(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and clean_line(value) == value


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_text, value))


def _is_date(text: str) -> bool:
    """Whether it is exactly what `make_date` would write."""
    parts = [int(part) for part in text.split("-")] if _ISO_PREFIX.fullmatch(text) else [0]
    year, month, day = [*parts, None, None][:3]
    made = make_date(year or 0, month, day, "")
    return made is not None and made.value == text


def _is_listing(value: object) -> bool:
    match value:
        case [page, position, date_line]:
            return (
                _is_text(page)
                and type(position) is int
                and (date_line is None or _is_text(date_line))
            )
    return False
