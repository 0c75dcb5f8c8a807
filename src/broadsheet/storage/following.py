"""What is followed: sources, how far their streams have come, the journal of runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.sources import Outcome, Source, StreamReport, StreamState
from broadsheet.storage.schema_live import report, source, stream
from broadsheet.storage.values import MICROSECOND, from_row, to_microseconds, to_row
from broadsheet.text import clean_line

KEPT = timedelta(days=200)
"""As long as a run stays in the journal."""

MOST_TROUBLES = 50
"""As many runs of a stream as the journal names of a day on which they fail all the time."""

_DAY = timedelta(days=1) // MICROSECOND


def put_source(connection: Connection, followed: Source) -> None:
    """Insert or replace; a source keeps its place among the others."""
    values = to_row(asdict(followed)) | {
        "targets": orjson.dumps(followed.targets).decode(),
        "blocked": clean_line(followed.blocked),
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
    values = from_row(row)
    values.pop("number")
    values["targets"] = tuple(orjson.loads(values["targets"]))
    return Source(**values)


def put_stream(connection: Connection, state: StreamState) -> None:
    """Insert or replace."""
    values = to_row(asdict(state)) | {"trouble": clean_line(state.trouble)}
    statement = upsert(stream).values(values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source", "stream"], set_=values)
    )


def get_stream(connection: Connection, name: str, stream_name: str) -> StreamState | None:
    """One stream, if it was ever asked."""
    row = connection.execute(
        select(stream).where(stream.c.source == name, stream.c.stream == stream_name)
    ).first()
    return StreamState(**from_row(row)) if row else None


def get_streams(connection: Connection, name: str = "") -> list[StreamState]:
    """All streams, or those of one source, by source and name."""
    statement = select(stream).order_by(stream.c.source, stream.c.stream)
    if name:
        statement = statement.where(stream.c.source == name)
    rows = connection.execute(statement)
    return [StreamState(**from_row(row)) for row in rows]


# --- The journal ------------------------------------------------------------------------------


def add_report(connection: Connection, told: StreamReport) -> None:
    """Append a run, and forget what its stream did long ago.

    Of a day's runs that found nothing new the last one stays, with the requests of all; of those
    that did not end well the first ones and the last.
    """
    values = to_row(asdict(told)) | {"trouble": clean_line(told.trouble)}
    ended = values["ended_at"]
    same = (report.c.source == told.source) & (report.c.stream == told.stream)
    connection.execute(delete(report).where(same, report.c.ended_at < ended - KEPT // MICROSECOND))
    midnight = ended - ended % _DAY
    today = same & report.c.ended_at.between(midnight, midnight + _DAY - 1)
    if values["trouble"] or told.outcome not in (Outcome.DONE, Outcome.UNCHANGED):
        _thin_out(connection, today)
    elif told.outcome is Outcome.UNCHANGED:
        values["requests"] += _drop_idle(connection, today)
    connection.execute(insert(report).values(values))


def _thin_out(connection: Connection, today: ColumnElement[bool]) -> None:
    """Make room for one more run that did not end well."""
    ill = or_(report.c.trouble != "", report.c.outcome.not_in((Outcome.DONE, Outcome.UNCHANGED)))
    runs = select(report.c.id).where(today, ill).order_by(report.c.id)
    later = runs.offset(MOST_TROUBLES - 1)
    connection.execute(delete(report).where(report.c.id.in_(later)))


def _drop_idle(connection: Connection, today: ColumnElement[bool]) -> int:
    """Drop the runs that found nothing new; how many requests they took."""
    idle = today & (report.c.trouble == "") & (report.c.outcome == Outcome.UNCHANGED)
    requests = connection.scalar(select(func.sum(report.c.requests)).where(idle))
    connection.execute(delete(report).where(idle))
    return requests or 0


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
    values = from_row(row)
    values.pop("id")
    return StreamReport(**values | {"outcome": Outcome(row.outcome)})


def _start_of(day: date) -> int:
    return to_microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
