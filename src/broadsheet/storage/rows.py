"""Rows to value objects, and long lists of parameters to short ones. No business logic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, insert

from broadsheet.model import Record, StoredRecord, Work

T = TypeVar("T")
Composer = Callable[[int, Sequence[Record]], Work]
"""Makes a work of its records (`works.compose`); the store is given one when it is opened."""

CHUNK = 1000


def in_chunks(items: Collection[T]) -> Iterator[list[T]]:
    """The items in lists that fit into one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert many rows, each with its values in the order of the column names.

    SQLAlchemy writes the statement and leaves the rows alone: a dict a row would cost an import
    as much time as SQLite takes to store it.
    """
    if rows:
        statement = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
        connection.exec_driver_sql(str(statement), list(rows))


def read_record(payload: bytes) -> Record | None:
    """A stored record, or None when bit rot has left something that is none.

    Reading goes on without a record that cannot be read; `find_damaged` names it.
    """
    try:
        return Record.from_json(payload)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def read_stored(number: int, work_id: int, seen_at: int, payload: bytes) -> StoredRecord | None:
    """As `read_record`, with what the store knows of it."""
    if (record := read_record(payload)) is None:
        return None
    return StoredRecord(number, work_id, to_datetime(seen_at), record)


def to_seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


@lru_cache(maxsize=4096)  # what came in one batch has one moment, and there may be thousands of it
def to_datetime(seconds: int) -> datetime:
    """Inverse of `to_seconds`, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def to_days(day: date) -> int:
    """Whole days since 1970."""
    return day.toordinal() - _FIRST_DAY


@lru_cache(maxsize=4096)
def to_day(days: int) -> date:
    """Inverse of `to_days`."""
    return date.fromordinal(days + _FIRST_DAY)


_FIRST_DAY = date(1970, 1, 1).toordinal()
