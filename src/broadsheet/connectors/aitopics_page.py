"""A saved listing page of AITopics, as text or HTML: title, source and abstract of each entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.connectors.listings import (
    LONG,
    HtmlPage,
    Line,
    Problem,
    Row,
    is_day,
    is_html,
    text_lines,
    to_records,
)
from broadsheet.connectors.rows import read_all
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Record

_FIRST_LINE = "Plotting"
_PARTS = 100
"""As many pieces of text around a title are looked at; a page has five or so."""
_SHORT = 150
"""Characters below which a line can be the name of a source."""


class AITopicsPage:
    name = "AITopics page"

    def recognises(self, head: bytes, filename: str) -> bool:
        if is_html(head):
            return b"searchtitle" in head or b"aitopics.org" in head
        lines = [line.text for line in text_lines(head[:16384])[:4]]
        return (
            len(lines) == 4
            and lines[0] == _FIRST_LINE
            and len(lines[1]) < LONG
            and len(lines[2]) < _SHORT
            and len(lines[3]) >= _SHORT
        )

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        data = read_all(stream, "listing page")
        rows = list(
            _html_rows(HtmlPage(data, filename))
            if is_html(data)
            else _triples(text_lines(data)[1:])
        )
        if not rows:
            raise BadFileError(f"{filename} is a page of AITopics with no papers on it.")
        yield from to_records("aitopics", data, rows, filename)


def _triples(lines: list[Line]) -> Iterator[Row | Problem]:
    """An abstract is a long line; the two short ones before it are title and source."""
    above: list[Line] = []
    day: str | None = None
    for line in lines:
        if is_day(line.text):
            day = line.text
        elif len(line.text) < _SHORT or (len(line.text) < LONG and not above):
            above.append(line)
        elif len(above) < 2:
            yield Problem(line.number, "this abstract has no title and source above it")
            above = []
        else:
            *extra, title, venue = above
            yield from _unused(extra)
            yield Row(title.number, title.text, line.text, venue.text, day)
            above = []
    yield from _unused(above)


def _unused(lines: list[Line]) -> Iterator[Problem]:
    for line in lines:
        yield Problem(line.number, "this line has no abstract below it")


def _html_rows(page: HtmlPage) -> Iterator[Row | Problem]:
    """Each title is an `h3` of class `searchtitle`; its parent holds source and abstract too."""
    for place, heading in enumerate(page.select("h3.searchtitle"), start=1):
        title = page.text(heading)
        block = heading.parent
        abstract = block.css_first(".summary-content") if block else None
        if block is None or abstract is None:
            yield Problem(place, f"the title {title[:60]!r} has no abstract below it")
            continue
        link = heading.css_first("a")
        text = page.text(abstract)
        others = [part.strip() for part in page.text(block, "\n").split("\n", _PARTS)[:_PARTS]]
        others = [part for part in others if part and part not in title and part not in text]
        yield Row(
            place,
            title,
            text,
            venue=next((part for part in others if not is_day(part)), None),
            date_line=next((part for part in others if is_day(part)), None),
            address=(link.attributes.get("href") or "") if link else "",
        )
