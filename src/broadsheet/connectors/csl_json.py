"""CSL-JSON, the form that Zotero, Pandoc and Crossref speak: a list of items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    RowError,
    clean_names,
    content_key,
    extras,
    flip_name,
    get_text,
    identifiers_of,
    links_of,
    make_date,
    need_title,
    parse_date,
    read_all,
)
from broadsheet.errors import BadFileError
from broadsheet.ids import parse_doi
from broadsheet.model import BadRow, PaperDate, Record
from broadsheet.text import clean_abstract, clean_title
from broadsheet.text.parts import has_too_many_parts

_BEGINNING = re.compile(rb'\s*(?:\[\s*\{|\{\s*"items"\s*:\s*\[)')
_SIGNS = (b'"type"', b'"container-title"', b'"issued"', b'"DOI"', b'"given"')
_TAG = re.compile(r"</?(?:jats:)?(?:p|title|sec|i|b|sup|sub|italic|bold|span|nocase)"
                  r"(?: [^<>]{0,200})?>")  # fmt: skip


class CslJson:
    """A bad item's "line" is its place in the list, from 1: JSON need not have lines."""

    name = "CSL-JSON"

    def recognises(self, head: bytes, filename: str) -> bool:
        head = head.removeprefix(b"\xef\xbb\xbf")
        return (
            _BEGINNING.match(head) is not None
            and b'"title"' in head
            and any(sign in head for sign in _SIGNS)
        )

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        for place, item in enumerate(_items(read_all(stream, self.name), filename), start=1):
            try:
                if not isinstance(item, dict):
                    raise RowError("the item is not a JSON object")
                yield _record(item)
            except RowError as error:
                yield BadRow(filename, place, str(error))


def _items(data: bytes, filename: str) -> list[object]:
    if has_too_many_parts(data):
        raise BadFileError(f"{filename} has more parts than can be read at once; split it.")
    try:
        items = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFileError(
            f"{filename} is not whole JSON ({error.msg}, line {error.lineno})."
        ) from error
    if isinstance(items, dict):
        items = items.get("items")
    if not isinstance(items, list):
        raise BadFileError(f"{filename} is not a list of CSL items.")
    return items


def _record(item: dict[str, object]) -> Record:
    title = need_title(_TAG.sub("", get_text(item, "title", MAX_ABSTRACT)))
    abstract = clean_abstract(_TAG.sub(" ", get_text(item, "abstract", MAX_ABSTRACT)))
    url = get_text(item, "URL")
    doi = parse_doi(get_text(item, "DOI"))
    ids = [doi, *identifiers_of(url, get_text(item, "number"), _note(item))]
    label = item.get("id")
    return Record(
        source="csl",
        key=content_key(str(label) if isinstance(label, str | int) else "", title),
        title=title,
        abstract=abstract,
        authors=clean_names(_name(person) for person in _list(item, "author")),
        ids=tuple(dict.fromkeys(identifier for identifier in ids if identifier)),
        venue=clean_title(get_text(item, "container-title")) or None,
        date=_date(item.get("issued")),
        links=links_of(url, abstract),
        extra=extras(
            ("volume", _number(item, "volume")),
            ("number", _number(item, "issue")),
            ("pages", _number(item, "page")),
            ("publisher", get_text(item, "publisher")),
        ),
    )


def _note(item: dict[str, object]) -> str:
    """The note when it is short, as it then may be an identifier such as "arXiv:2301.00001"."""
    note = item.get("note")
    return note if isinstance(note, str) and len(note) < 200 else ""


def _number(item: dict[str, object], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, int | str) and len(str(value)) < 200 else ""


def _list(item: dict[str, object], name: str) -> list[object]:
    value = item.get(name) or []
    if not isinstance(value, list):
        raise RowError(f"its {name} is not a list")
    return value


def _name(person: object) -> str:
    if not isinstance(person, dict):
        raise RowError("one of its authors is not a JSON object")
    if literal := get_text(person, "literal"):
        return literal
    particles = (get_text(person, "non-dropping-particle"), get_text(person, "dropping-particle"))
    family = " ".join(part for part in (*particles, get_text(person, "family")) if part)
    return flip_name(family, get_text(person, "given"), get_text(person, "suffix"))


def _date(issued: object) -> PaperDate | None:
    if not isinstance(issued, dict):
        return None
    match issued.get("date-parts"):
        case [[*parts], *_] if parts:
            year, month, day = ([_whole(part) for part in parts] + [None, None])[:3]
            return make_date(year or 0, month, day, "published")
    return parse_date(get_text(issued, "raw") or get_text(issued, "literal"), "published")


def _whole(part: object) -> int | None:
    if isinstance(part, str) and part.isascii() and part.isdigit():
        part = int(part[:4])
    return part if isinstance(part, int) else None
