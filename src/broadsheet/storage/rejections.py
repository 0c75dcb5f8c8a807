"""What could not go in: each reason once for each key, at most so many a day.

What a source did not name is known by the day on which it came, so that it is told of every day;
so is how many more there were than are named.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.sources import Rejected, RejectedItem
from broadsheet.storage.rows import in_chunks, to_datetime, to_day, to_days, to_seconds
from broadsheet.storage.schema_live import rejection
from broadsheet.text import clean_line

MOST_A_DAY = 1000
"""As many rejections of a source and day as are named."""

_NAMELESS = "?"
_MORE = "*"
_NO_REASON = "no reason was given"


def add_rejections(
    connection: Connection, source: str, rejected: Collection[Rejected], *, now: datetime
) -> None:
    """Keep what is new among them; one that was mended and comes again stands again."""
    at, day = to_seconds(now), to_days(now.date())
    today = now.date().isoformat()
    told = dict.fromkeys(
        (clean_line(key) or _NAMELESS + today, clean_line(reason) or _NO_REASON)
        for key, reason in rejected
    )
    standing = _find_standing(connection, source, {key for key, _ in told})
    fresh = [each for each in told if each not in standing]
    room = max(0, MOST_A_DAY - _count_day(connection, source, day)) if fresh else 0
    rows: list[dict[str, Any]] = [
        {"source": source, "key": key, "reason": reason, "number": 1, "day": day, "seen_at": at}
        for key, reason in fresh[:room]
    ]
    if more := len(fresh) - len(rows):
        row = {"source": source, "key": _MORE + today, "reason": "", "number": more}
        rows.append(row | {"day": day, "seen_at": at})
    if rows:
        connection.execute(_PUT_AGAIN, rows)


_PUT = upsert(rejection)
_PUT_AGAIN = _PUT.on_conflict_do_update(
    index_elements=rejection.primary_key,
    set_={
        # Those without names come again with every answer: there are at least the most at once.
        "number": func.max(rejection.c.number, _PUT.excluded.number),
        "day": _PUT.excluded.day,
        "seen_at": _PUT.excluded.seen_at,
        "mended_at": None,
    },
)


def _find_standing(
    connection: Connection, source: str, keys: Collection[str]
) -> set[tuple[str, str]]:
    standing: set[tuple[str, str]] = set()
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(rejection.c.key, rejection.c.reason)
            .where(rejection.c.source == source, rejection.c.key.in_(chunk))
            .where(rejection.c.mended_at.is_(None))
        )
        standing.update((key, reason) for key, reason in rows)
    return standing


def _count_day(connection: Connection, source: str, day: int) -> int:
    """How many of a day are named and stand."""
    return (
        connection.scalar(
            select(func.count())
            .where(rejection.c.source == source, rejection.c.day == day)
            .where(rejection.c.mended_at.is_(None), rejection.c.reason != "")
        )
        or 0
    )


def mend_rejections(connection: Connection, source: str, keys: Collection[str], *, at: int) -> None:
    """Note that the papers of these keys have come in after all."""
    if keys:
        rows = [{"of": source, "item": clean_line(key), "now": at} for key in keys]
        connection.execute(_MEND, rows)


_MEND = (
    update(rejection)
    .where(rejection.c.source == bindparam("of"), rejection.c.key == bindparam("item"))
    .where(rejection.c.mended_at.is_(None))
    .values(mended_at=bindparam("now"))
)


def get_rejections(
    connection: Connection, first: date, last: date, source: str, limit: int
) -> list[RejectedItem]:
    """What could not go in on these days, mended or not, oldest first."""
    table = rejection.c
    query = select(
        table.source, table.key, table.reason, table.number,
        table.day, table.seen_at, table.mended_at,
    ).where(table.day.between(to_days(first), to_days(last)))  # fmt: skip
    if source:
        query = query.where(table.source == source)
    rows = connection.execute(
        query.order_by(table.seen_at, table.source, table.key, table.reason).limit(limit)
    )
    return [
        RejectedItem(
            name,
            key,
            reason or f"{number:,} more could not go in and are not named here",
            to_day(day),
            to_datetime(seen),
            mended and to_datetime(mended),
        )
        for name, key, reason, number, day, seen, mended in rows
    ]
