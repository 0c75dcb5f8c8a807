"""What papers stand by among others: the votes for them, and how often they are cited.

The greatest last number of each paper is kept in a table of its own, because a search by it must
not read half a million measures first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, case, delete, func, insert, or_, select

from broadsheet.storage.numbers import grow_stamp
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import record
from broadsheet.storage.schema_live import measure
from broadsheet.storage.schema_people import readers, standing, votes

_UPVOTES, _CITATIONS = "upvotes", "citations"

_LATER = measure.alias()
IS_LAST = measure.c.at == (
    select(func.max(_LATER.c.at))
    .where(_LATER.c.source == measure.c.source, _LATER.c.key == measure.c.key)
    .where(_LATER.c.name == measure.c.name)
    .scalar_subquery()
)
"""Whether a measure is the last of its series."""


def get_standing(connection: Connection, name: str) -> Mapping[int, float]:
    """For each paper with one, its standing by "votes" or "citations"."""
    if name == "citations":
        return _get_last(connection, _CITATIONS)
    found = _get_last(connection, _UPVOTES)
    own = connection.execute(
        select(votes.c.work_id, func.count())
        .join(readers, readers.c.id == votes.c.reader_id)
        .where(~readers.c.disabled)
        .group_by(votes.c.work_id)
    )
    for work_id, count in own:
        found[work_id] = found.get(work_id, 0.0) + count
    return found


def _get_last(connection: Connection, name: str) -> dict[int, float]:
    query = select(standing.c.work_id, standing.c.value).where(standing.c.name == name)
    return {work_id: value for work_id, value in connection.execute(query)}


def refresh_standing(connection: Connection, work_ids: Collection[int]) -> None:
    """Work out anew what these papers stand by, from the measures that are theirs now."""
    grow_stamp(connection)
    same = (record.c.source == measure.c.source) & (record.c.key == measure.c.key)
    name = case((measure.c.name == _CITATIONS, _CITATIONS), else_=_UPVOTES)
    wanted = or_(measure.c.name == _CITATIONS, measure.c.name.like(f"%{_UPVOTES}"))
    query = (
        select(name, record.c.work_id, func.max(measure.c.value))
        .join_from(record, measure, same)
        .where(wanted, IS_LAST)
        .group_by(name, record.c.work_id)
    )
    for chunk in in_chunks(work_ids):
        connection.execute(
            delete(standing).where(
                standing.c.name.in_((_UPVOTES, _CITATIONS)), standing.c.work_id.in_(chunk)
            )
        )
        theirs = query.where(record.c.work_id.in_(chunk))
        connection.execute(insert(standing).from_select(["name", "work_id", "value"], theirs))
