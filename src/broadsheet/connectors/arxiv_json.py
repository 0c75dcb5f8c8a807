"""arXiv metadata as JSON lines: the snapshot that arXiv publishes, and a short form of it.

Snapshot: `id, submitter, authors, title, comments, journal-ref, doi, categories (one text),
license, abstract, versions, update_date, authors_parsed`. Short form: `id, title, abstract,
authors (a list), categories (a list), date, date_kind`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.connectors.arxiv_fields import identifiers, month_of, split_people
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_LINE,
    RowError,
    clean_names,
    extras,
    flip_name,
    get_text,
    links_of,
    need_title,
    parse_date,
    parse_json_line,
    peek_json_lines,
    read_lines,
)
from broadsheet.ids import parse_arxiv
from broadsheet.model import BadRow, PaperDate, Record
from broadsheet.text import clean_abstract

_DATE_KINDS = frozenset({"submitted", "listed", "month_from_id"})


class ArxivJson:
    """Streams; a row costs tens of microseconds."""

    name = "arXiv metadata (JSON lines)"

    def recognises(self, head: bytes, filename: str) -> bool:
        return peek_json_lines(head, ("id", "title", "abstract"))

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        for number, line in read_lines(stream):
            if not line.strip():
                continue
            try:
                yield _record(parse_json_line(line))
            except RowError as error:
                yield BadRow(filename, number, str(error))


def _record(raw: dict[str, object]) -> Record:
    name = get_text(raw, "id")
    found = parse_arxiv(name) if name else None
    if found is None:
        raise RowError(f"it has no arXiv id ({name[:60]!r})" if name else "it has no arXiv id")
    identifier, version = found
    versions = _versions(raw)
    abstract = clean_abstract(get_text(raw, "abstract", MAX_ABSTRACT))
    comments = get_text(raw, "comments", MAX_ABSTRACT)
    return Record(
        source="arxiv",
        key=identifier.value,
        title=need_title(get_text(raw, "title", MAX_ABSTRACT)),
        abstract=abstract,
        authors=_authors(raw),
        ids=identifiers(identifier, get_text(raw, "doi")),
        categories=_categories(raw),
        date=_date(raw, versions, identifier.value),
        links=links_of(abstract, comments),
        version=version or _version_number(versions),
        extra=extras(
            ("comments", comments),
            ("journal-ref", get_text(raw, "journal-ref")),
            ("license", get_text(raw, "license")),
        ),
    )


def _authors(raw: dict[str, object]) -> tuple[str, ...]:
    parsed = raw.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        return clean_names(_parsed_name(parts) for parts in parsed)
    authors = raw.get("authors")
    if isinstance(authors, list):
        names = _texts(authors, "authors")
        # Lists are often made by cutting at commas, those inside "(A, B)" too.
        return clean_names(names if "(" not in "".join(names) else split_people(", ".join(names)))
    return clean_names(split_people(get_text(raw, "authors", MAX_LINE)))


def _parsed_name(parts: object) -> str:
    """One of `authors_parsed`: family name, given names, suffix, affiliations."""
    if not isinstance(parts, list):
        raise RowError("its authors_parsed is not a list of lists")
    family, given, suffix = ([*_texts(parts, "authors_parsed"), "", "", ""])[:3]
    return flip_name(family, given, suffix)


def _categories(raw: dict[str, object]) -> tuple[str, ...]:
    value = raw.get("categories")
    words = (
        _texts(value, "categories")
        if isinstance(value, list)
        else (get_text(raw, "categories").split())
    )
    return tuple(dict.fromkeys(clean_names(words)))


def _texts(values: list[object], name: str) -> list[str]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise RowError(f"its {name} is not a list of texts")
    return texts


def _versions(raw: dict[str, object]) -> list[dict[str, object]]:
    value = raw.get("versions") or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RowError("its versions is not a list of objects")
    return value


def _version_number(versions: list[dict[str, object]]) -> int | None:
    number = get_text(versions[-1], "version").removeprefix("v") if versions else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 4 else None


def _date(
    raw: dict[str, object], versions: list[dict[str, object]], identifier: str
) -> PaperDate | None:
    """The day of version 1, or what the short form says, or the month that the id names."""
    if versions and (first := parse_date(get_text(versions[0], "created"), "submitted")):
        return first
    kind = get_text(raw, "date_kind")
    if kind in _DATE_KINDS and (said := parse_date(get_text(raw, "date"), kind)):
        return said
    return month_of(identifier)
