"""Everything that is read of works and records, over one connection (in one transaction)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from broadsheet.model import Record, StoredRecord, Work, WorkEvent
from broadsheet.storage.rows import Composer, in_chunks, read_record, read_stored, to_datetime
from broadsheet.storage.schema import event, record, work

_STORED = (record.c.id, record.c.work_id, record.c.seen_at, record.c.payload)
# Pages ask these; to put them together anew would take longer than the answers.
_RECORDS_OF = (
    select(work.c.id, record.c.id, record.c.work_id, record.c.payload)
    .join_from(work, record, record.c.work_id == func.coalesce(work.c.redirect_to, work.c.id))
    .where(work.c.id.in_(bindparam("asked", expanding=True)))
)

_TARGET_OF = select(func.coalesce(work.c.redirect_to, work.c.id)).where(
    work.c.id == bindparam("asked")
)
_EVENTS_OF = (
    select(event.c.at, event.c.act, event.c.other_id, event.c.reason)
    .where(event.c.work_id == bindparam("asked"))
    .order_by(event.c.id)
)


def get_works(
    connection: Connection, compose: Composer, work_ids: Collection[int]
) -> dict[int, Work]:
    """Works by the number that was asked for; a merged work's number gives what it became."""
    found: dict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
    for chunk in in_chunks(work_ids):
        rows = connection.execute(_RECORDS_OF, {"asked": chunk})
        for asked, number, work_id, payload in rows:
            found[asked].append((number, work_id, payload))
    return {
        asked: composed
        for asked in work_ids
        if (composed := _compose(compose, found.get(asked, ())))
    }


def get_works_after(
    connection: Connection, compose: Composer, after: int, limit: int
) -> tuple[int, list[Work]]:
    """The next works in order of number, and the number to go on from (0 at the end)."""
    numbers = connection.scalars(
        select(work.c.id)
        .where(work.c.id > after, work.c.redirect_to.is_(None))
        .order_by(work.c.id)
        .limit(limit)
    ).all()
    if not numbers:
        return 0, []
    rows = connection.execute(
        select(record.c.id, record.c.work_id, record.c.payload).where(
            record.c.work_id.between(numbers[0], numbers[-1])
        )
    )
    found: dict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
    for number, work_id, payload in rows:
        found[work_id].append((number, work_id, payload))
    works = [_compose(compose, found.get(number, ())) for number in numbers]
    return numbers[-1], [each for each in works if each]


def _compose(compose: Composer, rows: Sequence[tuple[int, int, bytes]]) -> Work | None:
    records: list[Record] = [
        found for _, _, payload in sorted(rows) if (found := read_record(payload))
    ]
    return compose(rows[0][1], records) if records else None


def get_records(
    connection: Connection, work_ids: Collection[int]
) -> Mapping[int, Sequence[StoredRecord]]:
    """All records of each work, oldest first."""
    found: dict[int, list[StoredRecord]] = {}
    for chunk in in_chunks(work_ids):
        rows = connection.execute(
            select(*_STORED).where(record.c.work_id.in_(chunk)).order_by(record.c.id)
        )
        for row in rows:
            if stored := read_stored(*row):
                found.setdefault(stored.work_id, []).append(stored)
    return found


def get_arrivals(connection: Connection, work_ids: Collection[int]) -> Mapping[int, datetime]:
    """When the first record of each work was first seen."""
    found: dict[int, datetime] = {}
    for chunk in in_chunks(work_ids):
        first = select(record.c.work_id, func.min(record.c.seen_at))
        rows = connection.execute(
            first.where(record.c.work_id.in_(chunk)).group_by(record.c.work_id)
        )
        found.update((number, to_datetime(seen_at)) for number, seen_at in rows)
    return found


def get_records_after(
    connection: Connection, after: int, limit: int
) -> tuple[int, list[StoredRecord]]:
    """The next records in order of number, and the number to go on from (0 at the end)."""
    rows = connection.execute(
        select(*_STORED).where(record.c.id > after).order_by(record.c.id).limit(limit)
    ).all()
    records = [stored for row in rows if (stored := read_stored(*row))]
    return (rows[-1].id if rows else 0), records


def resolve(connection: Connection, work_id: int) -> int | None:
    """Where a number leads now, or None."""
    number: int | None = connection.scalar(_TARGET_OF, {"asked": work_id})
    return number


def get_history(connection: Connection, work_id: int) -> list[WorkEvent]:
    """What made the work what it is, oldest first."""
    rows = connection.execute(_EVENTS_OF, {"asked": work_id})
    return [WorkEvent(to_datetime(at), act, other, reason) for at, act, other, reason in rows]


def count_rows(connection: Connection) -> dict[str, int]:
    """How many works and records there are, and how many records each source gave."""
    works = select(func.count()).select_from(work).where(work.c.redirect_to.is_(None))
    sources = connection.execute(
        select(record.c.source, func.count()).group_by(record.c.source)
    ).all()
    counts = {"works": connection.scalar(works) or 0, "records": sum(n for _, n in sources)}
    return counts | {f"source:{source}": count for source, count in sources}
