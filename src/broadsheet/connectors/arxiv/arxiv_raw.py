"""What a page of arXiv's OAI-PMH brings: headers, and records in its own format, arXivRaw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from broadsheet.connectors.arxiv.records import (
    Paper,
    moment_text,
    parse_moment,
    reckon_announcements,
    to_record,
)
from broadsheet.connectors.arxiv.withdrawn import is_withdrawn
from broadsheet.connectors.rows import RowError
from broadsheet.connectors.xml import child_text, children, local_name
from broadsheet.ids import parse_arxiv
from broadsheet.model import Record
from broadsheet.sources import Announcement, Item, Rejected, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_VERSION = re.compile(r"v?([1-9]\d{0,3})", re.ASCII)


@dataclass(slots=True)
class Gathered:
    """What a page brings, gathered element by element."""

    keys: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    announced: list[Announcement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    listed: list[Item] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def add_name(self, header: _Element) -> None:
        key, stamp, gone = self._read_header(header)
        if gone:
            self.deleted.append(key)
        elif parse_arxiv(key) is None:
            self.rejected.append(Rejected(key, f"{key[:60]!r} is not an arXiv id"))
        else:
            self.listed.append(Item(key, 0, stamp))

    def add_record(self, source: Source, element: _Element) -> None:
        headers, bodies = children(element, "header"), children(element, "metadata")
        if not headers:
            self.keys.append("")
            self.rejected.append(Rejected("", "it has no header"))
            return
        key, stamp, gone = self._read_header(headers[0])
        if gone:
            self.deleted.append(key)
            self.items.append(Item(key, 0, stamp))
            return
        try:
            record = _record(key, [part for body in bodies for part in body])
        except RowError as error:
            self.rejected.append(Rejected(key, str(error)))
            return
        self.records.append(record)
        self.items.append(Item(record.key, record.version or 0, stamp))
        self.announced.extend(reckon_announcements(source, record))

    def _read_header(self, header: _Element) -> tuple[str, str, bool]:
        name = child_text(header, "identifier")[:200]
        found = parse_arxiv(name)
        key = found[0].value if found else name
        stamp = child_text(header, "datestamp")[:20]
        self.keys.append(key)
        if day := ISO_DAY.match(stamp):
            self.stamps.append(day[0])
        return key, stamp if day else "", header.get("status") == "deleted"


def _record(key: str, bodies: list[_Element]) -> Record:
    """The record that an `arXivRaw` element holds; the newest version is the greatest number."""
    if not bodies:
        raise RowError("it has no metadata")
    fields = {local_name(child): child for child in reversed(bodies[0])}

    def text(name: str) -> str:
        return "".join(fields[name].itertext()).strip() if name in fields else ""

    versions = dict(sorted(_versions(bodies[0])))
    newest = versions[max(versions)] if versions else _Version()
    first = versions.get(1, _Version())
    return to_record(
        Paper(
            name=key,
            title=text("title"),
            abstract=text("abstract"),
            authors=text("authors"),
            categories=tuple(text("categories").split()),
            version=max(versions, default=None),
            first=first.moment,
            newest=newest.moment,
            comments=text("comments"),
            doi=text("doi"),
            withdrawn=is_withdrawn(
                text("comments"), size=newest.size, source_type=newest.source_type
            ),
            # Not acm-class: arXiv fills it with the MSC class.
            facts=(
                *((name, text(name)) for name in ("journal-ref", "license", "submitter")),
                ("report-no", text("report-no")),
                *((f"v{number}", version.moment_text) for number, version in versions.items()),
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class _Version:
    moment: datetime | None = None
    size: str = ""
    source_type: str = ""

    @property
    def moment_text(self) -> str:
        return moment_text(self.moment) if self.moment else ""


def _versions(body: _Element) -> Iterator[tuple[int, _Version]]:
    for element in children(body, "version"):
        if number := _VERSION.fullmatch(element.get("version", "")):
            yield (
                int(number[1]),
                _Version(
                    parse_moment(child_text(element, "date")),
                    child_text(element, "size")[:20],
                    child_text(element, "source_type")[:20],
                ),
            )
