"""Numbers over time, such as upvotes; and which works an enricher may be asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from math import isfinite

from sqlalchemy import Connection, bindparam, false, func, literal, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.model import Identifier, Work
from broadsheet.sources import Measure, Series
from broadsheet.storage.reads import get_works
from broadsheet.storage.rows import Composer, in_chunks, to_datetime, to_seconds
from broadsheet.storage.schema import record, work
from broadsheet.storage.schema_live import measure
from broadsheet.storage.standing import IS_LAST, refresh_standing

_NAMES = (
    select(record.c.source, record.c.key)
    .join_from(work, record, record.c.work_id == func.coalesce(work.c.redirect_to, work.c.id))
    .where(work.c.id == bindparam("asked"))
    .distinct()
    .subquery()
)
# The page of a paper asks this; to put it together anew would take longer than the answer.
_SERIES_OF = (
    select(measure.c.source, measure.c.name, measure.c.at, measure.c.value)
    .join(_NAMES, (_NAMES.c.source == measure.c.source) & (_NAMES.c.key == measure.c.key))
    .order_by(measure.c.source, measure.c.name, measure.c.at)
)


def add_measures(
    connection: Connection, source: str, measures: Collection[Measure], *, now: datetime
) -> None:
    """Append to each series what differs from its last value; what is no number is left out."""
    values = {(key, name): value for key, name, value in measures if isfinite(value)}
    if not values:
        return
    last = _get_last(connection, source, {key for key, _ in values})
    at = to_seconds(now)
    rows = [
        {"source": source, "key": key, "name": name, "at": at, "value": value}
        for (key, name), value in values.items()
        if last.get((key, name)) != value
    ]
    if rows:
        put = upsert(measure)
        values_of = {"value": put.excluded.value}
        connection.execute(
            put.on_conflict_do_update(index_elements=measure.primary_key, set_=values_of), rows
        )
    refresh_standing(connection, _find_works(connection, source, {key for key, _ in values}))


def _find_works(connection: Connection, source: str, keys: Collection[str]) -> set[int]:
    """The papers that records of these names belong to."""
    found: set[int] = set()
    for chunk in in_chunks(keys):
        named = (record.c.source == source) & record.c.key.in_(chunk)
        found.update(connection.scalars(select(record.c.work_id).where(named)))
    return found


def _get_last(
    connection: Connection, source: str, keys: Collection[str]
) -> dict[tuple[str, str], float]:
    last: dict[tuple[str, str], float] = {}
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(measure.c.key, measure.c.name, measure.c.value).where(
                measure.c.source == source, measure.c.key.in_(chunk), IS_LAST
            )
        )
        last.update(((key, name), value) for key, name, value in rows)
    return last


def get_series(connection: Connection, work_id: int) -> Series:
    """The measures of all that a work's records are called by, named "<source> <name>"."""
    series: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for source, name, at, value in connection.execute(_SERIES_OF, {"asked": work_id}):
        series[f"{source} {name}"].append((to_datetime(at), value))
    return {name: tuple(points) for name, points in series.items()}


def find_carriers_after(
    connection: Connection, compose: Composer, schemes: Sequence[str], after: int, limit: int
) -> tuple[int, list[tuple[int, Identifier]]]:
    """Among the next papers that seem to have an identifier of these schemes, those that do,
    with the number to go on from (0 at the end).

    A record's JSON is searched for how it writes such an identifier, so that a million papers
    without one cost no more than to read past them.
    """
    seems = or_(
        false(),
        *(
            func.instr(record.c.payload, literal(f'["{scheme}",'.encode())) > 0
            for scheme in schemes
        ),
    )
    numbers = connection.scalars(
        select(record.c.work_id)
        .where(record.c.work_id > after, seems)
        .distinct()
        .order_by(record.c.work_id)
        .limit(limit)
    ).all()
    found = [
        (number, name)
        for number, work in get_works(connection, compose, numbers).items()
        if (name := _first_of(work, schemes))
    ]
    return (numbers[-1] if numbers else 0), found


def _first_of(work: Work, schemes: Sequence[str]) -> Identifier | None:
    """The identifier in the best of the schemes; news has none of its own."""
    if work.kind:
        return None
    values = ((scheme, work.identifier(scheme)) for scheme in schemes)
    return next((Identifier(scheme, value) for scheme, value in values if value), None)
