"""A query within a set of works, such as what is on somebody's shelves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

from broadsheet.query import Query


@dataclass(frozen=True, slots=True)
class Bounded(Query):
    """A query that only works with these numbers match."""

    within: frozenset[int] = frozenset()


def bound(query: Query, within: Collection[int] | None) -> Query:
    """The query within some works, or as it is for None."""
    if within is None:
        return query
    same = {field.name: getattr(query, field.name) for field in fields(Query)}
    return Bounded(**same, within=frozenset(within))
