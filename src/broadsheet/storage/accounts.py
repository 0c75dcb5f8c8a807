"""Accounts: readers with their passwords, sessions and keys, and invitations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.errors import ConflictError
from broadsheet.people import Invitation, Key, Reader, Role, Session
from broadsheet.storage.erasing import erase_reader
from broadsheet.storage.numbers import grow_stamp, put_numbered
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema_people import invitations, reader_keys, readers, sessions
from broadsheet.storage.values import from_pairs, from_row, to_microseconds, to_row
from broadsheet.text import fold_name

READER_COLUMNS = tuple(readers.c[each.name] for each in fields(Reader))
# Each page of an instance without accounts asks this.
_NAMED = select(*READER_COLUMNS).where(readers.c.folded == bindparam("name"))


class AccountsReading(Reading):
    """The part of `ports.PeopleReading` that accounts use."""

    def get_readers(self, reader_ids: Collection[int] | None = None) -> Mapping[int, Reader]:
        query = select(*READER_COLUMNS).order_by(readers.c.id)
        queries = [query]
        if reader_ids is not None:
            queries = [query.where(readers.c.id.in_(chunk)) for chunk in in_chunks(reader_ids)]
        with self._read() as connection:
            rows = [row for each in queries for row in connection.execute(each)]
        return {row.id: _to_reader(row) for row in rows}

    def find_reader(self, name: str) -> Reader | None:
        with self._read() as connection:
            row = connection.execute(_NAMED, {"name": fold_name(name)}).first()
        return _to_reader(row) if row else None

    def get_password(self, reader_id: int) -> str:
        with self._read() as connection:
            query = select(readers.c.password).where(readers.c.id == reader_id)
            return connection.scalar(query) or ""

    def get_session(self, digest: bytes) -> tuple[Session, Reader] | None:
        with self._read() as connection:
            row = connection.execute(_find_with_reader(sessions, digest)).first()
        if row is None:
            return None
        own, its = _split(row, sessions)
        return Session(**own), its

    def get_sessions(self, reader_id: int) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.reader_id == reader_id)
        with self._read() as connection:
            rows = connection.execute(query.order_by(sessions.c.seen_at.desc(), sessions.c.digest))
            return [Session(**from_row(row)) for row in rows]

    def find_key(self, digest: bytes) -> tuple[Key, Reader] | None:
        with self._read() as connection:
            row = connection.execute(_find_with_reader(reader_keys, digest)).first()
        if row is None:
            return None
        own, its = _split(row, reader_keys)
        return Key(**own), its

    def get_keys(self, reader_id: int) -> Sequence[Key]:
        query = select(reader_keys).where(reader_keys.c.reader_id == reader_id)
        with self._read() as connection:
            rows = connection.execute(query.order_by(reader_keys.c.id.desc()))
            return [Key(**from_row(row)) for row in rows]

    def get_invitations(self) -> Sequence[Invitation]:
        with self._read() as connection:
            rows = connection.execute(select(invitations).order_by(invitations.c.id.desc()))
            return [_to_invitation(row) for row in rows]


class AccountsWriting(Writing):
    """The part of `ports.PeopleWriting` that accounts use."""

    def put_reader(self, reader: Reader) -> int:
        values = to_row(asdict(reader)) | {"folded": fold_name(reader.name)}
        _require_free(self._connection, reader, values["folded"])
        grow_stamp(self._connection)  # the votes of who is disabled do not count
        return put_numbered(self._connection, readers, values)

    def put_password(self, reader_id: int, password: str) -> None:
        self._connection.execute(
            update(readers).where(readers.c.id == reader_id).values(password=password)
        )

    def put_session(self, session: Session) -> None:
        values = to_row(asdict(session))
        put = upsert(sessions).values(values)
        self._connection.execute(put.on_conflict_do_update(index_elements=["digest"], set_=values))

    def drop_sessions(
        self, reader_id: int, *, digest: bytes | None = None, but: bytes | None = None
    ) -> None:
        ended = delete(sessions).where(sessions.c.reader_id == reader_id)
        if digest is not None:
            ended = ended.where(sessions.c.digest == digest)
        if but is not None:
            ended = ended.where(sessions.c.digest != but)
        self._connection.execute(ended)

    def drop_stale_sessions(self, seen_before: datetime) -> None:
        stale = sessions.c.seen_at < to_microseconds(seen_before)
        self._connection.execute(delete(sessions).where(stale))

    def put_key(self, key: Key) -> int:
        return put_numbered(self._connection, reader_keys, to_row(asdict(key)))

    def put_invitation(self, invitation: Invitation) -> int:
        return put_numbered(self._connection, invitations, to_row(asdict(invitation)))

    def find_invitation(self, digest: bytes) -> Invitation | None:
        query = select(invitations).where(invitations.c.digest == digest)
        row = self._connection.execute(query).first()
        return _to_invitation(row) if row else None

    def erase_reader(self, reader_id: int) -> None:
        erase_reader(self._connection, reader_id)


def _require_free(connection: Connection, reader: Reader, folded: str) -> None:
    taken = select(readers.c.id).where(readers.c.folded == folded, readers.c.id != reader.id)
    if connection.scalar(taken) is not None:
        raise ConflictError(f"The name {reader.name} is taken.")


def _find_with_reader(table: Table, digest: bytes) -> Select[Any]:
    """The row of a digest, its columns first, then those of its reader."""
    joined = table.join(readers, readers.c.id == table.c.reader_id)
    return select(*table.c, *READER_COLUMNS).select_from(joined).where(table.c.digest == digest)


def _split(row: Row[Any], table: Table) -> tuple[dict[str, Any], Reader]:
    """What `_find_with_reader` gives, taken apart: several columns have one name."""
    names, count = table.c.keys(), len(table.c)
    its = from_pairs(zip((each.name for each in READER_COLUMNS), row[count:], strict=True))
    return from_pairs(zip(names, row[:count], strict=True)), _make_reader(its)


def _to_reader(row: Row[Any]) -> Reader:
    return _make_reader(from_row(row))


def _make_reader(values: Mapping[str, Any]) -> Reader:
    return Reader(**{**values, "role": Role(values["role"])})


def _to_invitation(row: Row[Any]) -> Invitation:
    return Invitation(**from_row(row) | {"role": Role(row.role)})
