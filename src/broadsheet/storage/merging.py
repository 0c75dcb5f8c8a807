"""Merging works and splitting them again. Works that were split are barred from merging."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, case, delete, or_, select, update

from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.model import Act
from broadsheet.storage.changes import log_changes
from broadsheet.storage.moving import move_keepings
from broadsheet.storage.rows import insert_rows, to_seconds
from broadsheet.storage.schema import barred, event, record, work, work_key
from broadsheet.storage.standing import refresh_standing


def merge(connection: Connection, kept: int, gone: int, *, reason: str, now: datetime) -> None:
    """Everything that `gone` had goes to `kept`; its number, and all that led there, follow."""
    _require_work(connection, kept)
    _require_work(connection, gone)
    if kept == gone:
        raise ConflictError(f"Paper {kept} cannot be merged with itself.")
    for table in (record, event):
        connection.execute(update(table).where(table.c.work_id == gone).values(work_id=kept))
    _move_keys(connection, kept, gone)
    _move_bars(connection, kept, gone)
    move_keepings(connection, kept, gone)
    connection.execute(
        update(work)
        .where(or_(work.c.id == gone, work.c.redirect_to == gone))
        .values(redirect_to=kept)
    )
    _log_event(connection, kept, "merge", gone, reason, now)
    log_changes(connection, [kept], Act.PUT, logged=[kept])
    log_changes(connection, [gone], Act.DELETE, logged=[gone])


def split(
    connection: Connection,
    record_ids: Collection[int],
    *,
    new_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Records leave their work for a new one, and the two never merge by themselves again."""
    chosen = record.c.id.in_(record_ids)
    old_ids = connection.scalars(select(record.c.work_id).where(chosen).distinct()).all()
    if len(old_ids) != 1:
        raise ConflictError("Only records of one paper can be split from it.")
    old_id = old_ids[0]
    left = select(record.c.id).where(record.c.work_id == old_id, ~chosen).limit(1)
    if connection.scalar(left) is None:
        raise ConflictError(f"Paper {old_id} must keep a record; leave at least one out.")
    insert_rows(connection, work, ["id"], [(new_id,)])
    connection.execute(update(record).where(chosen).values(work_id=new_id))
    bar(connection, old_id, new_id, reason=reason, now=now)
    refresh_standing(connection, (old_id, new_id))
    log_changes(connection, [old_id, new_id], Act.PUT, logged=[old_id])


def bar(connection: Connection, one: int, other: int, *, reason: str, now: datetime) -> None:
    """Two works never merge by themselves; both histories say why."""
    _bar(connection, {(one, other)})
    _log_event(connection, one, "split", other, reason, now)
    _log_event(connection, other, "split", one, reason, now)


def _require_work(connection: Connection, number: int) -> None:
    standing = select(work.c.id).where(work.c.id == number, work.c.redirect_to.is_(None))
    if connection.scalar(standing) is None:
        raise NotFoundError("paper", number)


def _move_keys(connection: Connection, kept: int, gone: int) -> None:
    shared = select(work_key.c.key).where(work_key.c.work_id == kept)
    of_gone = work_key.c.work_id == gone
    connection.execute(delete(work_key).where(of_gone, work_key.c.key.in_(shared)))
    connection.execute(update(work_key).where(of_gone).values(work_id=kept))


def _move_bars(connection: Connection, kept: int, gone: int) -> None:
    either = or_(barred.c.work_id == gone, barred.c.other_id == gone)
    other = case((barred.c.work_id == gone, barred.c.other_id), else_=barred.c.work_id)
    others = set(connection.scalars(select(other).where(either)))
    connection.execute(delete(barred).where(either))
    _bar(connection, {(kept, each) for each in others - {kept}})


def _bar(connection: Connection, pairs: Collection[tuple[int, int]]) -> None:
    for one, other in pairs:
        standing = select(barred.c.work_id).where(
            barred.c.work_id == one, barred.c.other_id == other
        )
        if connection.scalar(standing) is None:
            insert_rows(connection, barred, ["work_id", "other_id"], [(one, other), (other, one)])


def _log_event(
    connection: Connection, work_id: int, act: str, other_id: int, reason: str, now: datetime
) -> None:
    names = ["work_id", "at", "act", "other_id", "reason"]
    insert_rows(connection, event, names, [(work_id, to_seconds(now), act, other_id, reason)])
