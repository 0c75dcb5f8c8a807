"""What readers keep: shelves and the papers on them, searches, and whom they follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, bindparam, delete, func, or_, select, true
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.errors import ConflictError
from broadsheet.people import Follow, Saved, SavedSearch, Sharing, Shelf
from broadsheet.storage.numbers import TARGET, find_numbered, put_numbered, resolve_all
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work
from broadsheet.storage.schema_people import follows, readers, saved, searches, shelves
from broadsheet.storage.values import from_row, to_row
from broadsheet.text import fold

Thing = TypeVar("Thing", Shelf, SavedSearch, Follow)

_COUNTS = frozenset({"papers", "unread"})
_STANDING = shelves.c.deleted_at.is_(None)
_SHARED = shelves.c.sharing == Sharing.INSTANCE.value
# Pages ask these; to put them together anew would take longer than the answers.
_SAVED_OF = (
    select(work.c.id, saved)
    .join_from(work, saved, saved.c.work_id == TARGET)
    .join(shelves, shelves.c.id == saved.c.shelf_id)
    .where(
        work.c.id.in_(bindparam("asked", expanding=True)),
        shelves.c.reader_id == bindparam("reader"),
        _STANDING,
    )
    .order_by(saved.c.saved_at, saved.c.shelf_id)
)
_SAVERS_OF = (
    select(shelves.c.reader_id, shelves.c.id, _SHARED)
    .join_from(work, saved, saved.c.work_id == TARGET)
    .join(shelves, shelves.c.id == saved.c.shelf_id)
    .join(readers, readers.c.id == shelves.c.reader_id)
    .where(work.c.id == bindparam("asked"), _STANDING, ~readers.c.disabled)
    .where(or_(_SHARED, readers.c.open))
    .order_by(shelves.c.reader_id, shelves.c.id)
)


class ShelvesReading(Reading):
    """The part of `ports.PeopleReading` that shelves, searches and follows use."""

    def get_shelves(
        self, reader_id: int | None = None, *, deleted: bool = False
    ) -> Sequence[Shelf]:
        query = _select_shelves()
        if reader_id is not None:
            query = query.where(shelves.c.reader_id == reader_id)
        else:
            query = query.join(readers, readers.c.id == shelves.c.reader_id)
            query = query.where(_SHARED, ~readers.c.disabled)
        if not deleted:
            query = query.where(_STANDING)
        with self._read() as connection:
            found = [_to_shelf(row) for row in connection.execute(query)]
        return sorted(found, key=lambda shelf: (fold(shelf.name), shelf.id))

    def get_shelves_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Shelf]]:
        query = _select_shelves().where(_STANDING)
        rows = self._read_of(query, shelves, reader_ids)
        return _group((_to_shelf(row) for row in rows), lambda each: (fold(each.name), each.id))

    def get_searches_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[SavedSearch]]:
        query = select(searches).where(searches.c.deleted_at.is_(None))
        rows = self._read_of(query, searches, reader_ids)
        found = (SavedSearch(**from_row(row)) for row in rows)
        return _group(found, lambda each: (fold(each.name), each.id))

    def get_follows_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Follow]]:
        rows = self._read_of(select(follows), follows, reader_ids)
        found = (Follow(**from_row(row)) for row in rows)
        return _group(found, lambda each: (fold(each.author), each.author))

    def _read_of(
        self, query: Select[Any], table: Table, reader_ids: Collection[int]
    ) -> Iterator[Row[Any]]:
        with self._read() as connection:
            for chunk in in_chunks(reader_ids):
                yield from connection.execute(query.where(table.c.reader_id.in_(chunk)))

    def get_shelf(self, shelf_id: int) -> Shelf | None:
        with self._read() as connection:
            row = find_numbered(connection, _select_shelves(), shelves, shelf_id)
        return _to_shelf(row) if row else None

    def get_saved(
        self, shelf_ids: Collection[int], *, limit: int | None = None, offset: int = 0
    ) -> Sequence[Saved]:
        query = (
            select(saved)
            .where(saved.c.shelf_id.in_(shelf_ids))
            .order_by(saved.c.saved_at.desc(), saved.c.shelf_id, saved.c.work_id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._read() as connection:
            return [Saved(**from_row(row)) for row in connection.execute(query)]

    def find_saved(
        self, reader_id: int, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Saved]]:
        found: dict[int, list[Saved]] = defaultdict(list)
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                asked = {"asked": chunk, "reader": reader_id}
                for row in connection.execute(_SAVED_OF, asked):
                    values = from_row(row)
                    found[values.pop("id")].append(Saved(**values))
        return dict(found)

    def get_savers(self, work_id: int) -> Mapping[int, Sequence[int]]:
        savers: dict[int, list[int]] = {}
        with self._read() as connection:
            rows = connection.execute(_SAVERS_OF, {"asked": work_id})
            for reader_id, shelf_id, is_shared in rows:
                savers.setdefault(reader_id, []).extend([shelf_id] if is_shared else [])
        return savers

    def get_searches(self, reader_id: int) -> Sequence[SavedSearch]:
        query = select(searches).where(
            searches.c.reader_id == reader_id, searches.c.deleted_at.is_(None)
        )
        with self._read() as connection:
            found = [SavedSearch(**from_row(row)) for row in connection.execute(query)]
        return sorted(found, key=lambda search: (fold(search.name), search.id))

    def get_search(self, search_id: int) -> SavedSearch | None:
        with self._read() as connection:
            row = find_numbered(connection, select(searches), searches, search_id)
        return SavedSearch(**from_row(row)) if row else None

    def get_follows(self, reader_id: int) -> Sequence[Follow]:
        with self._read() as connection:
            rows = connection.execute(select(follows).where(follows.c.reader_id == reader_id))
            found = [Follow(**from_row(row)) for row in rows]
        return sorted(found, key=lambda follow: (fold(follow.author), follow.author))


class ShelvesWriting(Writing):
    """The part of `ports.PeopleWriting` that shelves, searches and follows use."""

    def put_shelf(self, shelf: Shelf) -> int:
        values = to_row(asdict(shelf))
        if shelf.deleted_at is None:
            _require_free(self._connection, shelf)
        kept = {name: value for name, value in values.items() if name not in _COUNTS}
        return put_numbered(self._connection, shelves, kept)

    def put_saved(self, saved: Collection[Saved]) -> None:
        led = resolve_all(self._connection, [each.work_id for each in saved])
        rows = [to_row(asdict(replace(each, work_id=led[each.work_id]))) for each in saved]
        if rows:
            self._connection.execute(_PUT_SAVED, rows)

    def drop_saved(self, shelf_id: int, work_ids: Collection[int]) -> None:
        led = resolve_all(self._connection, work_ids)
        for chunk in in_chunks(set(led.values())):
            of_shelf = saved.c.shelf_id == shelf_id
            self._connection.execute(delete(saved).where(of_shelf, saved.c.work_id.in_(chunk)))

    def put_search(self, search: SavedSearch) -> int:
        return put_numbered(self._connection, searches, to_row(asdict(search)))

    def put_follow(self, follow: Follow) -> None:
        put = upsert(follows).values(to_row(asdict(follow)))
        self._connection.execute(put.on_conflict_do_nothing())

    def drop_follow(self, reader_id: int, author: str) -> None:
        self._connection.execute(
            delete(follows).where(follows.c.reader_id == reader_id, follows.c.author == author)
        )


_PUT = upsert(saved)
_PUT_SAVED = _PUT.on_conflict_do_update(
    index_elements=saved.primary_key,
    set_={name: _PUT.excluded[name] for name in ("saved_at", "note", "read_at")},
)


def _require_free(connection: Connection, shelf: Shelf) -> None:
    taken = select(shelves.c.id).where(
        shelves.c.reader_id == shelf.reader_id,
        shelves.c.name == shelf.name,
        shelves.c.id != shelf.id,
        _STANDING,
    )
    if connection.scalar(taken) is not None:
        raise ConflictError(f"There is a shelf {shelf.name} already.")


def _group(
    things: Iterable[Thing], key: Callable[[Thing], tuple[str, int | str]]
) -> dict[int, list[Thing]]:
    """By reader, in order."""
    found: dict[int, list[Thing]] = defaultdict(list)
    for each in sorted(things, key=key):
        found[each.reader_id].append(each)
    return dict(found)


def _select_shelves() -> Select[Any]:
    """Shelves with their counts, in one query."""
    counts = (
        select(func.count())
        .where(saved.c.shelf_id == shelves.c.id, rule)
        .scalar_subquery()
        .label(name)
        for name, rule in (("papers", true()), ("unread", saved.c.read_at.is_(None)))
    )
    return select(shelves, *counts)


def _to_shelf(row: Row[Any]) -> Shelf:
    return Shelf(**from_row(row) | {"sharing": Sharing(row.sharing)})
