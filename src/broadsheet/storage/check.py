"""Is the store sound? The file's own structure, its references, and the hash of every record."""

from __future__ import annotations

import orjson
from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, exists, func, or_, select

from broadsheet.model import content_hash
from broadsheet.storage.schema import change, record, work, work_key
from broadsheet.storage.schema_learning import answers, judgements
from broadsheet.storage.schema_people import comments, saved, votes

MAX_SENTENCES = 20
_KEPT = (saved, votes, comments, answers, judgements)


def check_database(connection: Connection) -> list[str]:
    """What is wrong with the database, one sentence each."""
    problems = [
        f"The database file is damaged: {line}."
        for line in connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_SENTENCES})").scalars()
        if line != "ok"
    ]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MAX_SENTENCES)
    problems += [f"Row {row[1]} of {row[0]} points to a {row[2]} that is gone." for row in broken]
    return problems + _check_works(connection)


def _check_works(connection: Connection) -> list[str]:
    standing = work.c.redirect_to.is_(None)
    has_record = exists().where(record.c.work_id == work.c.id)
    has_change = exists().where(change.c.work_id == work.c.id)
    has_key = exists().where(work_key.c.work_id == work.c.id)
    is_kept = or_(*(exists().where(each.c.work_id == work.c.id) for each in _KEPT))
    rules: tuple[tuple[str, ColumnElement[bool]], ...] = (
        ("have no record", standing & ~has_record),
        ("are missing in the change log", ~has_change),
        ("are merged but still have records or keys", ~standing & (has_record | has_key)),
        ("are merged but still have readers who keep them", ~standing & is_kept),
    )
    problems = []
    for what, rule in rules:
        if count := connection.scalar(select(func.count()).select_from(work).where(rule)):
            first = connection.scalar(select(func.min(work.c.id)).where(rule))
            problems.append(f"{count} works {what}; the first is {first}.")
    return problems


def find_damaged_after(
    connection: Connection, after: int, limit: int
) -> tuple[int, int, list[int]]:
    """Among the next records: the last number, how many they are, and which differ from their
    hash, or say another source or key than the row they stand in."""
    rows = connection.execute(
        # As bytes, because text in which a bit has tipped may not be text any more.
        select(
            record.c.id,
            cast(record.c.source, LargeBinary),
            cast(record.c.key, LargeBinary),
            record.c.hash,
            record.c.payload,
        )
        .where(record.c.id > after)
        .order_by(record.c.id)
        .limit(limit)
    ).all()
    damaged = [row[0] for row in rows if not _is_sound(*row[1:])]
    return (rows[-1][0] if rows else after), len(rows), damaged


def _is_sound(source: bytes, key: bytes, stored: bytes, payload: bytes) -> bool:
    if content_hash(payload) != stored:
        return False
    said = orjson.loads(payload)
    return bool(source == said["source"].encode() and key == said["key"].encode())
