"""The journal of what readers did. It only grows; that an act was undone is noted beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, func, select, update

from broadsheet.people import Act, Signal
from broadsheet.storage.numbers import find_numbered, resolve_all
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks, insert_rows
from broadsheet.storage.schema_people import readers, signals
from broadsheet.storage.values import from_row, to_microseconds, to_moment

# The last acts of each reader: those after the one that stands so many places from the end. Ten
# times as quick as to number all acts by a window.
_OLDER = signals.alias()
_BEFORE = (
    select(_OLDER.c.id)
    .where(_OLDER.c.reader_id == readers.c.id)
    .order_by(_OLDER.c.id.desc())
    .offset(bindparam("skipped"))
    .limit(1)
)
_LAST = (
    select(signals)
    .join_from(readers, signals, signals.c.reader_id == readers.c.id)
    .where(readers.c.id.in_(bindparam("asked", expanding=True)))
    .where(signals.c.id > func.coalesce(_BEFORE.scalar_subquery(), 0))
    .order_by(signals.c.id.desc())
)

_COLUMNS = ("reader_id", "act", "at", "work_id", "shelf_id", "detail", "undone_at")


class SignalsReading(Reading):
    """The part of `ports.PeopleReading` that the journal uses."""

    def get_signal(self, signal_id: int) -> Signal | None:
        with self._read() as connection:
            row = find_numbered(connection, select(signals), signals, signal_id)
        return _to_signal(row) if row else None

    def get_signals(
        self,
        reader_id: int,
        *,
        acts: Collection[Act] = (),
        limit: int | None = 1000,
        after: int = 0,
        since: datetime | None = None,
    ) -> Sequence[Signal]:
        query = select(signals).where(signals.c.reader_id == reader_id, signals.c.id > after)
        if since:
            query = query.where(signals.c.at >= to_microseconds(since))
        if acts:
            query = query.where(signals.c.act.in_([act.value for act in acts]))
        with self._read() as connection:
            rows = connection.execute(query.order_by(signals.c.id.desc()).limit(limit))
            return [_to_signal(row) for row in rows]

    def get_shown(
        self, reader_ids: Collection[int], place: str, limit: int
    ) -> Mapping[int, Sequence[Signal]]:
        found: dict[int, list[Signal]] = defaultdict(list)
        at_place = signals.c.detail.contains(f'"place":"{place}', autoescape=True)
        query = _LAST.where(signals.c.act == Act.SHOWN.value, at_place)
        with self._read() as connection:
            for chunk in in_chunks(reader_ids):
                for row in connection.execute(query, {"asked": chunk, "skipped": limit}):
                    found[row.reader_id].append(_to_signal(row))
        return dict(found)

    def find_touched(
        self, reader_ids: Collection[int], acts: Collection[Act], since: datetime
    ) -> Mapping[int, Mapping[int, datetime]]:
        found: dict[int, dict[int, datetime]] = defaultdict(dict)
        columns = (signals.c.reader_id, signals.c.work_id)
        query = (
            select(*columns, func.max(signals.c.at))
            .where(signals.c.act.in_([act.value for act in acts]), signals.c.work_id.is_not(None))
            .where(signals.c.at >= to_microseconds(since))
            .group_by(*columns)
        )
        with self._read() as connection:
            for chunk in in_chunks(reader_ids):
                rows = connection.execute(query.where(signals.c.reader_id.in_(chunk)))
                for reader_id, work_id, at in rows:
                    found[reader_id][work_id] = to_moment(at)
        return dict(found)


class SignalsWriting(Writing):
    """The part of `ports.PeopleWriting` that the journal uses."""

    def add_signals(self, signals: Collection[Signal]) -> Sequence[int]:
        works = {each.work_id for each in signals if each.work_id is not None}
        led = resolve_all(self._connection, works)
        rows = [_to_values(each, led.get(each.work_id or 0)) for each in signals]
        return _append(self._connection, rows)

    def mark_undone(self, signal_id: int, at: datetime) -> bool:
        standing = (signals.c.id == signal_id) & signals.c.undone_at.is_(None)
        marked = update(signals).where(standing).values(undone_at=to_microseconds(at))
        return self._connection.execute(marked).rowcount == 1


def _append(connection: Connection, rows: Sequence[tuple[object, ...]]) -> range:
    insert_rows(connection, signals, _COLUMNS, rows)
    # Nobody else writes meanwhile, and numbers only go up: these are the last ones.
    last = connection.scalar(select(func.max(signals.c.id))) or 0
    return range(last - len(rows) + 1, last + 1)


def _to_values(signal: Signal, work_id: int | None) -> tuple[object, ...]:
    undone_at = to_microseconds(signal.undone_at) if signal.undone_at else None
    at, detail = to_microseconds(signal.at), orjson.dumps(signal.detail).decode()
    return signal.reader_id, signal.act.value, at, work_id, signal.shelf_id, detail, undone_at


def _to_signal(row: Row[Any]) -> Signal:
    return Signal(**from_row(row) | {"act": Act(row.act), "detail": orjson.loads(row.detail)})
