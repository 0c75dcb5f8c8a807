"""RIS, record by record through rispy, so that a broken record breaks no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MEGABYTE,
    RowError,
    clean_names,
    content_key,
    extras,
    flip_name,
    get_text,
    identifiers_of,
    links_of,
    need_title,
    parse_date,
    read_text,
)
from broadsheet.errors import BadFileError
from broadsheet.ids import parse_doi
from broadsheet.model import BadRow, PaperDate, Record
from broadsheet.text import clean_abstract, clean_title

_MAX_LINES = 5000
_TAG = re.compile(r"^(TY|ER)  -", re.MULTILINE)
_VENUES = ("journal_name", "alternate_title3", "secondary_title", "alternate_title2",
           "tertiary_title")  # fmt: skip


class Chunk(NamedTuple):
    """One record's lines, from `TY` to `ER`; `line` counts from 1."""

    line: int
    text: str
    closed: bool


class Ris:
    name = "RIS"

    def recognises(self, head: bytes, filename: str) -> bool:
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"TY  -")

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        text = read_text(stream, self.name)
        chunks = _chunks(text)
        first = next(chunks, None)
        if first is None:
            raise BadFileError(f"{filename} has no RIS record in it.")
        for chunk in chain((first,), chunks):
            try:
                yield _record(_fields(chunk))
            except RowError as error:
                yield BadRow(filename, chunk.line, str(error))


def _chunks(text: str) -> Iterator[Chunk]:
    begin: int | None = None
    line, counted = 1, 0
    for found in _TAG.finditer(text):
        if begin is not None:
            yield Chunk(line, text[begin : found.start()], closed=found[1] == "ER")
        begin = found.start() if found[1] == "TY" else None
        line += text.count("\n", counted, found.start())
        counted = found.start()
    if begin is not None:
        yield Chunk(line, text[begin:], closed=False)


def _fields(chunk: Chunk) -> dict[str, Any]:
    if not chunk.closed:
        raise RowError("the record has no ER line")
    if len(chunk.text) > MEGABYTE or chunk.text.count("\n") > _MAX_LINES:
        raise RowError(f"the record has more than {_MAX_LINES:,} lines or 1 MB")
    import rispy

    (fields,) = rispy.loads(chunk.text + "ER  - \n")
    return dict(fields)


def _record(fields: dict[str, Any]) -> Record:
    title = need_title(_first(fields, "title", "primary_title"))
    abstract = clean_abstract(_first(fields, "abstract", "notes_abstract"))
    urls = _list(fields, "urls")
    doi = parse_doi(get_text(fields, "doi"))
    ids = [doi, *identifiers_of(*urls, *_list(fields, "notes"))]
    return Record(
        source="ris",
        key=content_key(_first(fields, "id", "accession_number"), title),
        title=title,
        abstract=abstract,
        authors=clean_names(
            _given_first(name)
            for name in _list(fields, "authors") or _list(fields, "first_authors")
        ),
        ids=tuple(dict.fromkeys(identifier for identifier in ids if identifier)),
        venue=clean_title(_first(fields, *_VENUES)) or None,
        date=_date(fields),
        links=links_of(*urls, abstract),
        extra=extras(
            ("volume", get_text(fields, "volume")),
            ("number", get_text(fields, "number")),
            ("publisher", get_text(fields, "publisher")),
            ("keywords", ", ".join(_list(fields, "keywords"))[:2000]),
        ),
    )


def _first(fields: dict[str, Any], *names: str) -> str:
    return next((text for name in names if (text := get_text(fields, name, MAX_ABSTRACT))), "")


def _list(fields: dict[str, Any], name: str) -> list[str]:
    return [value for value in fields.get(name, []) if isinstance(value, str)]


def _given_first(name: str) -> str:
    """ "Last, First, Suffix" as people say it."""
    family, given, suffix = ([*name.split(",", 2), "", ""])[:3]
    return flip_name(family, given, suffix)


def _date(fields: dict[str, Any]) -> PaperDate | None:
    """`DA` ("2024/03/17/"), if it is there and good, is more exact than `PY` and `Y1`."""
    for name in ("date", "year", "publication_year"):
        if found := parse_date(get_text(fields, name), "published"):
            return found
    return None
