"""The change log: one row a work, the newest, so that an index never does old work twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, select

from broadsheet.model import Act, Change
from broadsheet.storage.rows import in_chunks, insert_rows
from broadsheet.storage.schema import change


def log_changes(
    connection: Connection, work_ids: Collection[int], act: Act, *, logged: Collection[int]
) -> None:
    """Log one act for each work; `logged` names those that may have a row already."""
    for chunk in in_chunks(logged):
        connection.execute(delete(change).where(change.c.work_id.in_(chunk)))
    insert_rows(connection, change, ["work_id", "act"], [(each, act.value) for each in work_ids])


def get_changes(connection: Connection, after: int, limit: int) -> Sequence[Change]:
    """What changed after a sequence number, oldest first."""
    rows = connection.execute(
        select(change.c.seq, change.c.work_id, change.c.act)
        .where(change.c.seq > after)
        .order_by(change.c.seq)
        .limit(limit)
    )
    return [Change(seq, work_id, Act(act)) for seq, work_id, act in rows]


def get_last_change(connection: Connection) -> int:
    """The newest sequence number, 0 when nothing has happened yet."""
    return connection.scalar(select(func.max(change.c.seq))) or 0
