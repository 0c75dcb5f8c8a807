"""Cursors as JSON: a frozen dataclass whose fields are texts, numbers, flags or tuples of texts."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    C = TypeVar("C", bound=DataclassInstance)


def load(kind: type[C], cursor: str | None) -> C:
    """What a cursor says; fields that it lacks, or has in another shape, keep their defaults."""
    try:
        raw = orjson.loads(cursor or "{}")
    except orjson.JSONDecodeError:
        raw = {}
    known: dict[str, Any] = {}
    for field in fields(kind):
        value = raw.get(field.name) if isinstance(raw, dict) else None
        if isinstance(field.default, tuple) and isinstance(value, list):
            value = tuple(part for part in value if isinstance(part, str))
        if type(value) is type(field.default):
            known[field.name] = value
    return kind(**known)


def dump(state: DataclassInstance) -> str:
    """The cursor of a state, without the fields that have their defaults."""
    values = asdict(state)
    return orjson.dumps(
        {f.name: values[f.name] for f in fields(state) if values[f.name] != f.default}
    ).decode()
