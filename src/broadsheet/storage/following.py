"""What is followed: sources, how far their streams have come, the journal of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.sources import Outcome, Source, StreamReport, StreamState
from broadsheet.storage.rows import to_day, to_days
from broadsheet.storage.schema_live import report, source, stream

KEPT_REPORTS = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND


def put_source(connection: Connection, followed: Source) -> None:
    """Insert or replace; a source keeps its place among the others."""
    values = _to_row(asdict(followed)) | {
        "targets": orjson.dumps(followed.targets).decode(),
        "since": to_days(followed.since) if followed.since else None,
    }
    statement = upsert(source).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def drop_source(connection: Connection, name: str) -> None:
    """Forget a source and its streams."""
    connection.execute(delete(source).where(source.c.name == name))
    connection.execute(delete(stream).where(stream.c.source == name))


def get_sources(connection: Connection) -> list[Source]:
    """In the order in which they were added."""
    rows = connection.execute(select(source).order_by(source.c.number))
    return [_to_source(row) for row in rows]


def get_source(connection: Connection, name: str) -> Source | None:
    """One source, if it is followed."""
    row = connection.execute(select(source).where(source.c.name == name)).first()
    return _to_source(row) if row else None


def _to_source(row: Row[Any]) -> Source:
    values = _from_row(row)
    values.pop("number")
    values["targets"] = tuple(orjson.loads(values["targets"]))
    values["since"] = None if row.since is None else to_day(row.since)
    return Source(**values)


def put_stream(connection: Connection, state: StreamState) -> None:
    """Insert or replace."""
    values = _to_row(asdict(state))
    statement = upsert(stream).values(values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source", "stream"], set_=values)
    )


def get_stream(connection: Connection, name: str, stream_name: str) -> StreamState | None:
    """One stream, if it was ever asked."""
    row = connection.execute(
        select(stream).where(stream.c.source == name, stream.c.stream == stream_name)
    ).first()
    return StreamState(**_from_row(row)) if row else None


def get_streams(connection: Connection, name: str = "") -> list[StreamState]:
    """All streams, or those of one source, by source and name."""
    statement = select(stream).order_by(stream.c.source, stream.c.stream)
    if name:
        statement = statement.where(stream.c.source == name)
    rows = connection.execute(statement)
    return [StreamState(**_from_row(row)) for row in rows]


# --- The journal ------------------------------------------------------------------------------


def add_report(connection: Connection, told: StreamReport) -> None:
    """Append a run, and forget what its stream did long ago."""
    connection.execute(insert(report).values(_to_row(asdict(told))))
    same = (report.c.source == told.source) & (report.c.stream == told.stream)
    oldest = select(report.c.id).where(same).order_by(report.c.id.desc()).offset(KEPT_REPORTS)
    connection.execute(delete(report).where(report.c.id.in_(oldest.limit(KEPT_REPORTS))))


def get_reports(
    connection: Connection, name: str, first: date | None, last: date | None
) -> list[StreamReport]:
    """Runs of a source ("": all) that were under way on these days, newest first."""
    query = select(report).order_by(report.c.id.desc())
    if name:
        query = query.where(report.c.source == name)
    if first:
        query = query.where(report.c.ended_at >= _start_of(first))
    if last:
        query = query.where(report.c.began_at < _start_of(last) + _DAY)
    return [_to_report(row) for row in connection.execute(query)]


def _to_report(row: Row[Any]) -> StreamReport:
    values = _from_row(row)
    values.pop("id")
    return StreamReport(**values | {"outcome": Outcome(row.outcome)})


# --- Moments ----------------------------------------------------------------------------------


def _start_of(day: date) -> int:
    return _to_microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _to_microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _to_row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _to_microseconds(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _from_row(row: Row[Any]) -> dict[str, Any]:
    """A row's values by name, those of moments (named `…_at`, `…_since`) as such."""
    return {
        name: _EPOCH + value * _MICROSECOND
        if value is not None and name.endswith(("_at", "_since"))
        else value
        for name, value in row._mapping.items()
    }
