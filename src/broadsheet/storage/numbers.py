"""Numbers of papers and of rows: where they lead now, and the next ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work
from broadsheet.storage.schema_people import stamp

_LARGEST = (1 << 63) - 1

TARGET = func.coalesce(work.c.redirect_to, work.c.id)
"""Where a row of `work` leads now: the paper that it was merged into, or itself."""

_LED = select(work.c.id, work.c.redirect_to).where(
    work.c.id.in_(bindparam("asked", expanding=True)), work.c.redirect_to.is_not(None)
)
_STANDING = "standing"


def resolve_all(connection: Connection, work_ids: Collection[int]) -> Mapping[int, int]:
    """Where each number leads now; one that is no paper's stays as it is."""
    led: dict[int, int] = {number: number for number in work_ids}
    for chunk in in_chunks(led):
        rows = connection.execute(_LED, {"asked": chunk})
        led.update((number, target) for number, target in rows)
    return led


def find_numbered(
    connection: Connection, query: Select[Any], table: Table, number: int
) -> Row[Any] | None:
    """The row of a number, which may come from an address that anybody typed."""
    if not 0 < number <= _LARGEST:
        return None
    return connection.execute(query.where(table.c.id == number)).first()


def put_numbered(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row (number 0) or replace that of its number; returns the number."""
    row = dict(values) | {"id": values["id"] or None}
    put = upsert(table).values(row)
    put = put.on_conflict_do_update(index_elements=["id"], set_=dict(values))
    number: int = connection.execute(put.returning(table.c.id)).scalar_one()
    return number


def get_stamp(connection: Connection) -> int:
    """A number that has grown whenever votes, measures, announcements or papers of them changed."""
    value = select(stamp.c.value).where(stamp.c.name == _STANDING)
    return connection.scalar(value) or 0


def grow_stamp(connection: Connection) -> None:
    """Say that votes, measures, announcements or their papers have changed."""
    connection.execute(
        update(stamp).where(stamp.c.name == _STANDING).values(value=stamp.c.value + 1)
    )
