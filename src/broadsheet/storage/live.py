"""What the store does for live sources, behind `ports.Transaction` and `ports.Store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from broadsheet.model import Identifier
from broadsheet.sources import (
    Announcement,
    DayTally,
    Item,
    Measure,
    Rejected,
    RejectedItem,
    Series,
    Source,
    StreamReport,
    StreamState,
)
from broadsheet.storage import arrivals, following, rejections, tallies
from broadsheet.storage.measures import add_measures, find_carriers_after, get_series
from broadsheet.storage.numbers import grow_stamp
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import Composer


class LiveWriting(Writing):
    """The part of `ports.Transaction` that live sources use."""

    def put_source(self, source: Source) -> None:
        following.put_source(self._connection, source)

    def get_source(self, name: str) -> Source | None:
        return following.get_source(self._connection, name)

    def drop_source(self, name: str) -> None:
        following.drop_source(self._connection, name)

    def get_stream(self, source: str, stream: str) -> StreamState | None:
        return following.get_stream(self._connection, source, stream)

    def put_stream(self, state: StreamState) -> None:
        following.put_stream(self._connection, state)

    def add_report(self, report: StreamReport) -> None:
        following.add_report(self._connection, report)

    def find_items(self, source: str, keys: Collection[str]) -> Mapping[str, Item]:
        return arrivals.find_items(self._connection, source, keys)

    def put_items(self, source: str, items: Collection[Item], *, now: datetime) -> None:
        arrivals.put_items(self._connection, source, items, now=now)
        grow_stamp(self._connection)  # what was announced before may be here now

    def add_announcements(
        self, source: str, announced: Collection[Announcement], *, now: datetime
    ) -> None:
        arrivals.add_announcements(self._connection, source, announced, now=now)
        grow_stamp(self._connection)

    def add_pages(
        self, source: str, pages: Collection[tuple[str, date]], *, page: str, now: datetime
    ) -> None:
        arrivals.add_pages(self._connection, source, pages, url=page, now=now)

    def add_rejections(self, source: str, rejected: Collection[Rejected], *, now: datetime) -> None:
        rejections.add_rejections(self._connection, source, rejected, now=now)

    def add_measures(self, source: str, measures: Collection[Measure], *, now: datetime) -> None:
        add_measures(self._connection, source, measures, now=now)


class LiveReading(Reading):
    """The part of `ports.Store` that live sources use."""

    _compose: Composer

    def get_sources(self) -> Sequence[Source]:
        with self._read() as connection:
            return following.get_sources(connection)

    def get_source(self, name: str) -> Source | None:
        with self._read() as connection:
            return following.get_source(connection, name)

    def get_streams(self, source: str = "") -> Sequence[StreamState]:
        with self._read() as connection:
            return following.get_streams(connection, source)

    def get_reports(
        self, *, source: str = "", first: date | None = None, last: date | None = None
    ) -> Sequence[StreamReport]:
        with self._read() as connection:
            return following.get_reports(connection, source, first, last)

    def count_items(self) -> Mapping[str, int]:
        with self._read() as connection:
            return tallies.count_items(connection)

    def get_tallies(self, first: date, last: date, *, source: str = "") -> Sequence[DayTally]:
        with self._read() as connection:
            return tallies.get_tallies(connection, first, last, source)

    def get_missing(
        self, source: str, category: str, day: date, *, limit: int = 50
    ) -> Sequence[str]:
        with self._read() as connection:
            return tallies.get_missing(connection, source, category, day, limit)

    def get_rejections(
        self, first: date, last: date, *, source: str = "", limit: int = 1000
    ) -> Sequence[RejectedItem]:
        with self._read() as connection:
            return rejections.get_rejections(connection, first, last, source, limit)

    def get_series(self, work_id: int) -> Series:
        with self._read() as connection:
            return get_series(connection, work_id)

    def find_enrichable(
        self, schemes: Sequence[str], *, after: int, limit: int
    ) -> Sequence[tuple[int, Identifier]]:
        found: list[tuple[int, Identifier]] = []
        while len(found) < limit:
            with self._read() as connection:
                after, more = find_carriers_after(
                    connection, self._compose, schemes, after, limit - len(found)
                )
            found += more
            if not after:
                break
        return found
