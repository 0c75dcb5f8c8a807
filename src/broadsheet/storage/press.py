"""What editions are made of, and those that were printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    bindparam,
    func,
    insert,
    select,
)

from broadsheet.edition import Edition, Scope
from broadsheet.model import FEED_PREFIX
from broadsheet.people import Announced, Measured
from broadsheet.storage.lost import is_lost
from broadsheet.storage.numbers import TARGET, get_stamp, resolve_all
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks, to_datetime, to_day, to_days, to_seconds
from broadsheet.storage.schema import record, work
from broadsheet.storage.schema_live import announcement, measure
from broadsheet.storage.schema_people import editions, printed
from broadsheet.storage.standing import get_standing

_COUNTED = "day news"
"""The scope under which `printed` keeps all that a day counted as its news."""

# A thousand editions are printed in a row; to put these together anew would take longer than they.
_OWN = (editions.c.scope == bindparam("scope"), editions.c.reader_id == bindparam("reader_id"))
_EDITION = select(editions.c.payload).where(*_OWN, editions.c.name == bindparam("name"))
_LAST_NUMBER = select(func.max(editions.c.number)).where(*_OWN)
_PUT_EDITION, _PUT_PRINTED = insert(editions), insert(printed)


class PressReading(Reading):
    """Fulfils `ports.PressReading`."""

    def get_announced(self, first: date, last: date) -> Sequence[Announced]:
        table = announcement.c
        here = func.coalesce(
            _newest_of(table.source, table.key),
            _newest_of(FEED_PREFIX + table.source, table.key),  # so records of feeds are named
        )
        told = (table.source, table.category, table.day, table.kind, table.position)
        query = (
            select(here, *told, table.arrived_at)
            .where(table.day.between(to_days(first), to_days(last)))
            .where(table.arrived_at.is_not(None))
            .order_by(table.day, table.source, table.position, table.category, table.key)
        )
        with self._read() as connection:
            return [
                Announced(work_id, source, category, to_day(day), kind, place, to_datetime(at))
                for work_id, source, category, day, kind, place, at in connection.execute(query)
                if work_id is not None
            ]

    def get_measured(self, work_ids: Collection[int]) -> Sequence[Measured]:
        query = _select_measured().join(work, record.c.work_id == TARGET)
        found: set[Measured] = set()
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                found.update(_get_measured(connection, query.where(work.c.id.in_(chunk))))
        return sorted(found, key=lambda each: (each.at, each.work_id, each.name))

    def get_measured_since(self, since: datetime) -> Sequence[Measured]:
        query = _select_measured().where(measure.c.at >= to_seconds(since))
        order = (measure.c.at, record.c.work_id, measure.c.source, measure.c.name)
        with self._read() as connection:
            return _get_measured(connection, query.order_by(*order))

    def get_standing(self, name: str) -> Mapping[int, float]:
        with self._read() as connection:
            return get_standing(connection, name)

    def standing_stamp(self) -> int:
        with self._read() as connection:
            return get_stamp(connection)

    def get_edition(self, scope: Scope, name: str, *, reader_id: int = 0) -> Edition | None:
        with self._read() as connection:
            return _get_edition(connection, scope, name, reader_id)

    def get_editions(
        self, scope: Scope, *, reader_id: int = 0, until: str, limit: int
    ) -> Sequence[Edition]:
        query = (
            select(editions.c.payload)
            .filter_by(scope=scope.value, reader_id=reader_id)
            .where(editions.c.name <= until)
        )
        with self._read() as connection:
            payloads = connection.scalars(query.order_by(editions.c.name.desc()).limit(limit))
            return [Edition.from_json(payload) for payload in payloads]

    def get_last_editions(
        self, reader_ids: Collection[int], limit: int, *, arrived: bool = False
    ) -> Mapping[int, Sequence[Edition]]:
        newest = func.row_number().over(
            partition_by=editions.c.reader_id, order_by=editions.c.name.desc()
        )
        found: dict[int, list[Edition]] = defaultdict(list)
        with self._read() as connection:
            for chunk in in_chunks(reader_ids):
                own = (editions.c.scope == Scope.READER.value, editions.c.reader_id.in_(chunk))
                told = select(editions.c.reader_id, editions.c.payload, newest.label("place"))
                told = told.where(~is_lost(editions)) if arrived else told
                last = told.where(*own).subquery()
                query = select(last).where(last.c.place <= limit).order_by(last.c.place)
                for reader_id, payload, _ in connection.execute(query):
                    found[reader_id].append(Edition.from_json(payload))
        return dict(found)

    def get_edition_names(
        self, scope: Scope, *, reader_id: int = 0, until: str = "", limit: int = 1000
    ) -> Sequence[str]:
        query = select(editions.c.name).where(
            editions.c.scope == scope.value, editions.c.reader_id == reader_id
        )
        if until:
            query = query.where(editions.c.name <= until)
        with self._read() as connection:
            return list(connection.scalars(query.order_by(editions.c.name.desc()).limit(limit)))

    def find_printed(
        self, work_ids: Collection[int], scope: Scope, *, reader_id: int = 0
    ) -> Mapping[int, str]:
        query = (
            select(work.c.id, func.min(printed.c.name))
            .join_from(work, printed, printed.c.work_id == TARGET)
            .where(printed.c.scope == scope.value, printed.c.reader_id == reader_id)
            .group_by(work.c.id)
        )
        found: dict[int, str] = {}
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                rows = connection.execute(query.where(work.c.id.in_(chunk)))
                found.update((asked, name) for asked, name in rows)
        return found

    def get_news(self, name: str) -> Sequence[int]:
        own = (printed.c.scope == _COUNTED, printed.c.reader_id == 0, printed.c.name == name)
        with self._read() as connection:
            query = select(printed.c.work_id).where(*own).order_by(printed.c.work_id)
            return connection.scalars(query).all()

    def find_news(self, work_ids: Collection[int]) -> Mapping[int, Mapping[str, bool]]:
        counted, shown = printed.alias(), printed.alias()
        same = (shown.c.work_id == counted.c.work_id) & (shown.c.name == counted.c.name)
        on_page = same & (shown.c.scope == Scope.DAY.value) & (shown.c.reader_id == 0)
        query = (
            select(work.c.id, counted.c.name, shown.c.name.is_not(None))
            .join_from(work, counted, counted.c.work_id == TARGET)
            .outerjoin(shown, on_page)
            .where(counted.c.scope == _COUNTED, counted.c.reader_id == 0)
        )
        found: dict[int, dict[str, bool]] = defaultdict(dict)
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                for asked, name, there in connection.execute(query.where(work.c.id.in_(chunk))):
                    found[asked][name] = bool(there)
        return found


class PressWriting(Writing):
    """Fulfils `ports.PressWriting`."""

    def is_printed(self, edition: Edition) -> bool:
        return self._find(edition) is not None

    def print_edition(self, edition: Edition, *, offers: bool = True) -> Edition:
        if there := self._find(edition):
            return there
        place = {"scope": edition.scope.value, "reader_id": edition.reader_id}
        last = self._connection.scalar(_LAST_NUMBER, place) or 0
        made = replace(edition, number=last + 1)
        row = place | {"name": made.name, "number": made.number, "payload": made.to_json()}
        self._connection.execute(_PUT_EDITION, row)
        shown = [entry.work_id for entry in made.entries] if offers else []
        self._note(made, shown, made.scope.value)
        self._note(made, made.news, _COUNTED)
        return made

    def _note(self, edition: Edition, work_ids: Collection[int], scope: str) -> None:
        """Say of papers that they were in an edition."""
        place = {"scope": scope, "reader_id": edition.reader_id, "name": edition.name}
        led = resolve_all(self._connection, work_ids)
        if rows := [place | {"work_id": number} for number in set(led.values())]:
            self._connection.execute(_PUT_PRINTED, rows)

    def _find(self, edition: Edition) -> Edition | None:
        return _get_edition(self._connection, edition.scope, edition.name, edition.reader_id)


def _newest_of(source: ColumnElement[str], key: ColumnElement[str]) -> ScalarSelect[int]:
    """The paper that the newest record of a name belongs to."""
    return (
        select(record.c.work_id)
        .where(record.c.source == source, record.c.key == key)
        .order_by(record.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _get_edition(connection: Connection, scope: Scope, name: str, reader_id: int) -> Edition | None:
    place = {"scope": scope.value, "name": name, "reader_id": reader_id}
    payload = connection.scalar(_EDITION, place)
    return Edition.from_json(payload) if payload else None


def _select_measured() -> Select[Any]:
    """Measures with the papers whose records are called as they are; versions count once."""
    same = (record.c.source == measure.c.source) & (record.c.key == measure.c.key)
    return (
        select(record.c.work_id, measure.c.source, measure.c.name, measure.c.at, measure.c.value)
        .join_from(measure, record, same)
        .distinct()
    )


def _get_measured(connection: Connection, query: Select[Any]) -> list[Measured]:
    return [
        Measured(work_id, f"{source} {name}", to_datetime(at), value)
        for work_id, source, name, at, value in connection.execute(query)
    ]
