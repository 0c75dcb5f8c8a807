"""What the harvest, the feeds and the query API share: from arXiv's fields to a `Record`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from broadsheet.connectors.arxiv import calendar
from broadsheet.connectors.arxiv.categories import covers
from broadsheet.connectors.arxiv_fields import identifiers, month_of, split_people
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_LINE,
    MAX_SHORT,
    RowError,
    clean_names,
    extras,
    links_of,
    need_title,
)
from broadsheet.ids import parse_arxiv
from broadsheet.model import PaperDate, Record
from broadsheet.sources import Announcement, Source
from broadsheet.text import clean_abstract

BUDGET = "arxiv"
"""All of arXiv's hosts share one: its terms count them together."""

REACH = timedelta(days=3)
"""How far a source reaches back when nobody said from when on: over a weekend."""
_VERSION = re.compile(r"v([1-9]\d{0,3})", re.ASCII)
_LAST_ANNOUNCED = 5
"""arXiv lists no replacement from version 6 on."""
_MOST_CATEGORIES, _LONGEST_CATEGORY = 100, 40
_YEARS = range(1986, 2101)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper in arXiv's words, not yet cleaned; moments are those of versions.

    `name` is an id in any form, with or without a version.
    """

    name: str
    title: str
    abstract: str = ""
    authors: str = ""
    categories: tuple[str, ...] = ()
    version: int | None = None
    first: datetime | None = None
    newest: datetime | None = None
    announced: date | None = None
    comments: str = ""
    doi: str = ""
    withdrawn: bool = False
    facts: tuple[tuple[str, str], ...] = ()


def to_record(paper: Paper) -> Record:
    """Raises RowError saying what is wrong with the paper."""
    found = parse_arxiv(paper.name)
    if found is None:
        raise RowError(f"{paper.name[:60]!r} is not an arXiv id")
    identifier, version = found
    for name, text in (("abstract", paper.abstract), ("comment", paper.comments)):
        if len(text) > MAX_ABSTRACT:
            raise RowError(f"its {name} has more than {MAX_ABSTRACT:,} characters")
    abstract = clean_abstract(paper.abstract)
    return Record(
        source="arxiv",
        key=identifier.value,
        title=need_title(" ".join(paper.title.split())),
        abstract=abstract,
        authors=clean_names(split_people(paper.authors[:MAX_LINE])),
        ids=identifiers(identifier, paper.doi),
        categories=_categories(paper.categories),
        version=paper.version or version,
        date=_day(paper.first) or month_of(identifier.value),
        links=links_of(abstract, paper.comments),
        submitted_at=moment_text(paper.newest) if paper.newest else "",
        announced_on=paper.announced.isoformat() if paper.announced else "",
        withdrawn=paper.withdrawn,
        extra=extras(
            ("comments", paper.comments),
            *((name, value[:MAX_SHORT]) for name, value in paper.facts),
        ),
    )


def _categories(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, without what is too long to be one."""
    short = (word for word in words[:_MOST_CATEGORIES] if len(word) <= _LONGEST_CATEGORY)
    return tuple(dict.fromkeys(clean_names(short)))


def _day(moment: datetime | None) -> PaperDate | None:
    return PaperDate(moment.date().isoformat(), "submitted") if moment else None


def parse_moment(text: str) -> datetime | None:
    """ "Mon, 12 Jun 2017 17:57:34 GMT" or ISO 8601 in UTC; None for what is neither."""
    moment = read_moment(text)
    return moment.astimezone(UTC) if moment else None


def read_moment(text: str) -> datetime | None:
    """As `parse_moment`, in the time zone that the text names."""
    from email.utils import parsedate_to_datetime

    text = text.strip()[:64]
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment.year in _YEARS:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def moment_text(moment: datetime) -> str:
    """A moment in UTC as it is kept in records: "2017-06-12T17:57:34Z"."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def first_day(source: Source) -> date:
    """The first day wanted of a source."""
    return source.since or source.added_at.date() - REACH


def reckon_announcements(source: Source, record: Record) -> Iterator[Announcement]:
    """When and where its versions must have been announced, by the calendar.

    Of versions before the newest only those from before the source was followed: later ones were
    read off the feeds, which know better what was cross-listed when.
    """
    for version, moment in _versions(record):
        day = calendar.announcement_day(moment)
        newest = version == (record.version or 0)
        if day < first_day(source) or not (newest or day < source.added_at.date()):
            continue
        for followed in source.targets:
            if kind := _kind(followed, record.categories, version):
                yield Announcement(followed, day, record.key, kind, version, estimated=True)


def _versions(record: Record) -> Iterator[tuple[int, datetime]]:
    """The versions that a feed would list, with the moments when they were handed in."""
    moments = {record.version or 0: parse_moment(record.submitted_at)}
    for name, text in record.extra:
        if found := _VERSION.fullmatch(name):
            moments.setdefault(int(found[1]), parse_moment(text))
    for version, moment in sorted(moments.items()):
        if moment and version <= _LAST_ANNOUNCED:
            yield version, moment


def _kind(followed: str, categories: Iterable[str], version: int) -> str:
    """How a category lists a paper, whose primary category stands first; "": not at all."""
    places = [covers(followed, category) for category in categories]
    if not any(places):
        return ""
    if version > 1:
        return "replace" if places[0] else "replace-cross"
    return "new" if places[0] else "cross"
