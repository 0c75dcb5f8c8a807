"""Saved listing pages: what their two kinds share. A listing says titles, abstracts and places.

The page's own name is a hash of its bytes, so that a page imported again, or under another file
name, gives the same records. A date on the page is the listing's, never the papers'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MEGABYTE,
    RowError,
    identifiers_of,
    links_of,
    need_title,
)
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Listing, Record, content_hash
from broadsheet.text import clean_abstract, clean_line, clean_title, decode_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

LONG = 400
"""Characters from which a line is an abstract and no title (the longest title seen has 180)."""

MAX_ELEMENTS = 50_000
MAX_TEXT = 32 * MEGABYTE

_ELEMENT = re.compile(rb"<[A-Za-z]")
_DAY = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[ .-]{1,2}\d{1,2}"
    r"(?:,? ?-?\d{4})?(?:, \d{1,2}:\d\d.{0,20})?"
)


class Line(NamedTuple):
    """A line of a page that has something on it; `number` counts from 1."""

    number: int
    text: str


class Row(NamedTuple):
    """One paper of a listing, as the page has it; `address` is where its title led."""

    line: int
    title: str
    abstract: str
    venue: str | None = None
    date_line: str | None = None
    address: str = ""


class Problem(NamedTuple):
    """A line of a listing that is no paper, and why."""

    line: int
    reason: str


def text_lines(data: bytes) -> list[Line]:
    """The lines of a text file that are not blank, cleaned of white space and controls."""
    lines = enumerate(decode_text(data).splitlines(), start=1)
    return [Line(number, text) for number, line in lines if (text := clean_line(line))]


def is_html(head: bytes) -> bool:
    start = head[:2048].lower()
    return b"<html" in start or b"<!doctype html" in start


class HtmlPage:
    """A page in HTML, read only as far as that takes bounded time.

    The parser takes quadratic time for elements within elements, and so do the texts of elements
    that hold each other; no saved listing page comes near either limit.
    """

    def __init__(self, data: bytes, filename: str) -> None:
        from selectolax.lexbor import LexborHTMLParser

        if len(_ELEMENT.findall(data)) > MAX_ELEMENTS:
            raise BadFileError(
                f"{filename} has more than {MAX_ELEMENTS:,} elements; no listing page has so many."
            )
        self._filename = filename
        self._left = MAX_TEXT
        self._parser = LexborHTMLParser(data)

    def select(self, css: str) -> list[LexborNode]:
        """The elements that a CSS selector matches, in the order of the page."""
        return self._parser.css(css)

    def text(self, node: LexborNode, separator: str = " ") -> str:
        """An element's text. Raises BadFileError when all that was asked for is too much."""
        text = node.text(separator=separator).strip()
        self._left -= len(text)
        if self._left < 0:
            raise BadFileError(f"{self._filename} is not laid out like a listing page.")
        return text


def is_day(text: str) -> bool:
    """Whether a line is a listing's own date ("Mar 11", "Dec-10-2023")."""
    return len(text) < LONG and _DAY.fullmatch(text) is not None


def to_records(
    source: str, data: bytes, rows: Iterable[Row | Problem], filename: str
) -> Iterator[Record | BadRow]:
    """Rows of the page with content `data`, as records that know their place on it."""
    page = content_hash(data).hex()[:12]
    position = 0
    for row in rows:
        if isinstance(row, Problem):
            yield BadRow(filename, *row)
            continue
        try:
            record = _record(source, row, Listing(page, position + 1, row.date_line))
        except RowError as error:
            yield BadRow(filename, row.line, str(error))
        else:
            position += 1
            yield record


def _record(source: str, row: Row, listing: Listing) -> Record:
    if len(row.abstract) > MAX_ABSTRACT:
        raise RowError(f"its abstract has more than {MAX_ABSTRACT:,} characters")
    abstract = clean_abstract(row.abstract)
    return Record(
        source=source,
        key=f"{listing.page}#{listing.position}",
        title=need_title(row.title),
        abstract=abstract,
        ids=identifiers_of(row.address),
        venue=clean_title(row.venue) if row.venue else None,
        links=links_of(abstract),
        listing=listing,
    )
