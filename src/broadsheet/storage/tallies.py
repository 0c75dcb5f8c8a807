"""What receipts are made of: what was announced and what has come, counted by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from math import inf
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from broadsheet.sources import DayTally
from broadsheet.storage.following import get_sources
from broadsheet.storage.rows import to_datetime, to_day, to_days
from broadsheet.storage.schema_live import announcement, item, page, rejection

DAY_SECONDS = 86_400


def count_items(connection: Connection) -> dict[str, int]:
    """For each source, how many of its items are here."""
    rows = connection.execute(select(item.c.source, func.count()).group_by(item.c.source))
    return {name: count for name, count in rows}


def get_tallies(connection: Connection, first: date, last: date, name: str) -> list[DayTally]:
    """The days of a source ("": all) of which anything is known."""
    span = _Span(to_days(first), to_days(last), name)
    announced = _count_announced(connection, span)
    pages = _get_pages(connection, span)
    rejected = _count_rejected(connection, span)
    return [
        DayTally(
            source=place.source,
            category=place.category,
            day=to_day(place.day),
            rejected=rejected.get(place, 0),
            **pages.get(place, _NO_PAGE),
            **announced.get(place, _NOTHING),
        )
        for place in sorted({*announced, *pages, *rejected})
    ]


class _Place(NamedTuple):
    """In the order in which tallies come."""

    source: str
    day: int
    category: str


class _Span(NamedTuple):
    """Days, both included, of one source or all ("")."""

    first: int
    last: int
    source: str

    def narrow(self, query: Select[Any], table: Table) -> Select[Any]:
        query = query.where(table.c.day.between(self.first, self.last))
        return query.where(table.c.source == self.source) if self.source else query


_COUNTS: dict[str, ColumnElement[int]] = {
    "announced": func.count(),
    "arrived": func.count(announcement.c.arrived_at),
    "late": func.count().filter(announcement.c.arrived_at > (announcement.c.day + 2) * DAY_SECONDS),
    "cross": func.count().filter(announcement.c.kind == "cross"),
    "replaced": func.count().filter(announcement.c.kind.in_(("replace", "replace-cross"))),
    "estimated": func.count().filter(announcement.c.estimated),
}
_NOTHING: Mapping[str, int] = {"new": 0, **dict.fromkeys(_COUNTS, 0)}


def _count_announced(connection: Connection, span: _Span) -> dict[_Place, dict[str, int]]:
    added = {each.name: each.added_at.timestamp() for each in get_sources(connection)}
    table = announcement.c
    counts = [count.label(name) for name, count in _COUNTS.items()]
    query = select(table.source, table.day, table.category, *counts)
    rows = connection.execute(
        span.narrow(query, announcement).group_by(table.source, table.category, table.day)
    )
    tallies = {}
    for name, day, category, *numbers in rows:
        tally = dict(zip(_COUNTS, numbers, strict=True))
        tally["new"] = tally["announced"] - tally["cross"] - tally["replaced"]
        if added.get(name, inf) >= (day + 1) * DAY_SECONDS:
            tally["late"] = 0  # nobody followed the source then
        tallies[_Place(name, day, category)] = tally
    return tallies


class _Page(TypedDict):
    page: str
    seen_at: datetime | None


_NO_PAGE = _Page(page="", seen_at=None)


def _get_pages(connection: Connection, span: _Span) -> dict[_Place, _Page]:
    query = select(page.c.source, page.c.day, page.c.category, page.c.url, page.c.seen_at)
    rows = connection.execute(span.narrow(query, page))
    return {_Place(*place): _Page(page=url, seen_at=to_datetime(at)) for *place, url, at in rows}


def _count_rejected(connection: Connection, span: _Span) -> dict[_Place, int]:
    """What still stands; a source does not say in which category it would have been."""
    query = select(rejection.c.source, rejection.c.day, func.sum(rejection.c.number))
    rows = connection.execute(
        span.narrow(query, rejection)
        .where(rejection.c.mended_at.is_(None))
        .group_by(rejection.c.source, rejection.c.day)
    )
    return {_Place(name, day, ""): count for name, day, count in rows}


def get_missing(
    connection: Connection, source: str, category: str, day: date, limit: int
) -> list[str]:
    """Keys that were announced and are not here, in the order of the page."""
    table = announcement.c
    rows = connection.scalars(
        select(table.key)
        .where(table.source == source, table.category == category, table.day == to_days(day))
        .where(table.arrived_at.is_(None))
        .order_by(table.position, table.key)
        .limit(limit)
    )
    return list(rows)
