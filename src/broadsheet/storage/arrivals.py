"""What was announced and what has come: items, announcements, pages, as written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.sources import Announcement, Item
from broadsheet.storage.rejections import mend_rejections
from broadsheet.storage.rows import in_chunks, insert_rows, to_days, to_seconds
from broadsheet.storage.schema_live import announcement, item, page

# --- Items ------------------------------------------------------------------------------------


def find_items(connection: Connection, source: str, keys: Collection[str]) -> dict[str, Item]:
    """What is known of a source's items; unknown keys are absent."""
    found: dict[str, Item] = {}
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(item.c.key, item.c.version, item.c.stamp).where(
                item.c.source == source, item.c.key.in_(chunk)
            )
        )
        found.update((row.key, Item(*row)) for row in rows)
    return found


def put_items(
    connection: Connection, source: str, items: Collection[Item], *, now: datetime
) -> None:
    """Note items as here; what waited for them has arrived, what was rejected is mended."""
    if not items:
        return
    at = to_seconds(now)
    rows = [{"source": source, "at": at, **each._asdict()} for each in items]
    connection.execute(_PUT_ITEM, rows)
    arrived = [{"of": source, "item": each.key, "upto": each.version, "now": at} for each in items]
    connection.execute(_ARRIVE, arrived)
    mend_rejections(connection, source, [each.key for each in items], at=at)


_PUT = upsert(item)
_NEWER = _PUT.excluded.version > item.c.version
_PUT_ITEM = _PUT.on_conflict_do_update(
    index_elements=["source", "key"],
    set_={
        "version": func.max(item.c.version, _PUT.excluded.version),
        "stamp": func.max(item.c.stamp, _PUT.excluded.stamp),
        "at": case((_NEWER, _PUT.excluded.at), else_=item.c.at),
    },
    where=or_(_NEWER, _PUT.excluded.stamp > item.c.stamp),
)
_ARRIVE = (
    update(announcement)
    .where(announcement.c.source == bindparam("of"), announcement.c.key == bindparam("item"))
    .where(announcement.c.version <= bindparam("upto"), announcement.c.arrived_at.is_(None))
    .values(arrived_at=bindparam("now"))
)

# --- Announcements ----------------------------------------------------------------------------


class _Told(NamedTuple):
    """A row of `announcement` as far as it decides about others."""

    category: str
    day: int
    key: str
    version: int
    estimated: bool
    arrived_at: int | None


def add_announcements(
    connection: Connection, source: str, announced: Collection[Announcement], *, now: datetime
) -> None:
    """Note what is new among what was announced; what a page says replaces estimates."""
    if not announced:
        return
    keys = {each.key for each in announced}
    board = _Board(_get_told(connection, source, keys), _get_arrivals(connection, source, keys))
    for each in sorted(announced, key=lambda each: each.estimated):
        board.add(each)
    if board.gone:
        gone = [
            {"at": told.category, "on": told.day, "item": told.key, "of": source}
            for told in board.gone
        ]
        connection.execute(_FORGET, gone)
    at = to_seconds(now)
    insert_rows(
        connection,
        announcement,
        [column.name for column in announcement.c],
        [
            (source, new.category, told.day, new.key, new.kind, new.version, new.position)
            + (new.estimated, at, told.arrived_at)
            for new, told in board.new
        ],
    )


_FORGET = delete(announcement).where(
    announcement.c.source == bindparam("of"),
    announcement.c.category == bindparam("at"),
    announcement.c.day == bindparam("on"),
    announcement.c.key == bindparam("item"),
)


class _Board:
    """Decides about announcements one by one, given the rows of their keys and the items here.

    `new` are the rows to insert, `gone` those to delete before.
    """

    def __init__(self, told: Collection[_Told], here: Mapping[str, tuple[int, int]]) -> None:
        self.new: list[tuple[Announcement, _Told]] = []
        self.gone: list[_Told] = []
        self._here = here
        self._places = {each[:3]: each for each in told}
        self._versions = {(each.category, each.key, each.version): each for each in told}

    def add(self, new: Announcement) -> None:
        day = to_days(new.day)
        there = self._places.get((new.category, day, new.key))
        same = self._versions.get((new.category, new.key, new.version))
        if (there and not there.estimated) or (new.estimated and (there or same)):
            return
        estimates = {each for each in (there, same) if each and each.estimated}
        self.gone += estimates
        for each in estimates:
            self._places.pop(each[:3], None)
            self._versions.pop((each.category, each.key, each.version), None)
        arrived_at = min(
            (
                each.arrived_at
                for each in estimates
                if each.arrived_at and each.version >= new.version
            ),
            default=self._arrival(new),
        )
        told = _Told(new.category, day, new.key, new.version, new.estimated, arrived_at)
        self._places[told[:3]] = self._versions[new.category, new.key, new.version] = told
        self.new.append((new, told))

    def _arrival(self, new: Announcement) -> int | None:
        version, at = self._here.get(new.key, (-1, 0))
        return at if version >= new.version else None


def _get_told(connection: Connection, source: str, keys: Collection[str]) -> list[_Told]:
    columns = [announcement.c[name] for name in _Told._fields]
    told: list[_Told] = []
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(*columns).where(announcement.c.source == source, announcement.c.key.in_(chunk))
        )
        told += (_Told(*row) for row in rows)
    return told


def _get_arrivals(
    connection: Connection, source: str, keys: Collection[str]
) -> dict[str, tuple[int, int]]:
    """For each item that is here, its version and since when."""
    found: dict[str, tuple[int, int]] = {}
    for chunk in in_chunks(keys):
        rows = connection.execute(
            select(item.c.key, item.c.version, item.c.at).where(
                item.c.source == source, item.c.key.in_(chunk)
            )
        )
        found.update((key, (version, at)) for key, version, at in rows)
    return found


# --- Pages ------------------------------------------------------------------------------------


def add_pages(
    connection: Connection,
    source: str,
    pages: Collection[tuple[str, date]],
    *,
    url: str,
    now: datetime,
) -> None:
    """Note that a page spoke; its newest address is kept, and when it was last seen."""
    at = to_seconds(now)
    rows = [
        {"source": source, "category": category, "day": to_days(day), "url": url, "seen_at": at}
        for category, day in pages
    ]
    if rows:
        put = upsert(page)
        values = {"url": put.excluded.url, "seen_at": put.excluded.seen_at}
        connection.execute(
            put.on_conflict_do_update(index_elements=page.primary_key, set_=values), rows
        )
