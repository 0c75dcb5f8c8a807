"""Value objects to rows and back, where a table's columns are named as the fields are.

Moments are in microseconds since 1970, days in days since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from broadsheet.storage.rows import to_day, to_days

MICROSECOND = timedelta(microseconds=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = ("_at", "_since")
_DAYS = frozenset({"since", "trouble_day", "muted_until"})


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return (moment - _EPOCH) // MICROSECOND


def to_moment(microseconds: int) -> datetime:
    """Inverse of `to_microseconds`, in UTC."""
    return _EPOCH + microseconds * MICROSECOND


def to_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an object's fields, as the columns of those names hold them."""
    return {name: _to_column(value) for name, value in values.items()}


def from_row(row: Row[Any]) -> dict[str, Any]:
    """A row's values by name, those of moments (`at`, `…_at`, `…_since`) and days as such."""
    return from_pairs(zip(row._fields, row, strict=True))


def from_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """As `from_row`, for columns whose names stand beside their values."""
    return {name: _from_column(name, value) for name, value in pairs}


def _to_column(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_microseconds(value)
    return to_days(value) if isinstance(value, date) else value


def _from_column(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "at" or name.endswith(_MOMENTS):
        return to_moment(value)
    return to_day(value) if name in _DAYS else value
