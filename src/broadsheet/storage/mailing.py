"""Schedules, subscriptions and the outbox, behind `ports.MailReading` and `ports.MailWriting`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.edition import Scope
from broadsheet.mailing import Ended, Letter, Schedule, State, Subscription
from broadsheet.storage import instance
from broadsheet.storage.lost import is_lost
from broadsheet.storage.numbers import TARGET, find_numbered
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work
from broadsheet.storage.schema_learning import (
    letter_payloads,
    letters,
    schedules,
    subscriptions,
)
from broadsheet.storage.schema_people import printed
from broadsheet.storage.values import from_row, to_microseconds, to_row


class MailReading(Reading):
    """Fulfils `ports.MailReading`."""

    def get_schedules(self, reader_ids: Collection[int] | None = None) -> Mapping[int, Schedule]:
        with self._read() as connection:
            rows = _get_of(connection, select(schedules), reader_ids)
            return {row.reader_id: _to_schedule(row) for row in rows}

    def get_subscriptions(
        self, reader_ids: Collection[int] | None = None
    ) -> Mapping[int, Subscription]:
        with self._read() as connection:
            rows = _get_of(connection, select(subscriptions), reader_ids)
            return {row.reader_id: _to_subscription(row) for row in rows}

    def get_letters(
        self,
        *,
        reader_id: int | None = None,
        states: Collection[State] = (),
        due_by: datetime | None = None,
        limit: int | None = 1000,
    ) -> Sequence[Letter]:
        query = select(letters)
        if reader_id is not None:
            query = query.where(letters.c.reader_id == reader_id)
        if states:
            query = query.where(letters.c.state.in_([state.value for state in states]))
        if due_by is not None:
            query = query.where(letters.c.due_at <= to_microseconds(due_by))
        query = query.order_by(letters.c.due_at, letters.c.id).limit(limit)
        with self._read() as connection:
            return [_to_letter(row) for row in connection.execute(query)]

    def get_letter(self, letter_id: int) -> Letter | None:
        with self._read() as connection:
            row = find_numbered(connection, select(letters), letters, letter_id)
        return _to_letter(row) if row else None

    def get_payload(self, letter_id: int) -> bytes:
        query = select(letter_payloads.c.payload).where(letter_payloads.c.letter_id == letter_id)
        with self._read() as connection:
            payload: bytes = connection.execute(query).scalar_one()
        return payload

    def find_offered(self, reader_id: int, work_ids: Collection[int]) -> frozenset[int]:
        return self.find_offered_to([reader_id], work_ids)[reader_id]

    def find_offered_to(
        self, reader_ids: Collection[int], work_ids: Collection[int]
    ) -> Mapping[int, frozenset[int]]:
        query = (
            select(printed.c.reader_id, work.c.id)
            .join_from(work, printed, printed.c.work_id == TARGET)
            .where(printed.c.scope == Scope.READER.value)
            .where(~is_lost(printed))
        )
        found: dict[int, set[int]] = {number: set() for number in reader_ids}
        with self._read() as connection:
            for readers, works in product(in_chunks(reader_ids), in_chunks(work_ids)):
                own = (printed.c.reader_id.in_(readers), work.c.id.in_(works))
                for reader_id, number in connection.execute(query.where(*own)):
                    found[reader_id].add(number)
        return {number: frozenset(offered) for number, offered in found.items()}

    def is_held(self) -> bool:
        with self._read() as connection:
            return instance.is_held(connection, _folder_of(connection))


class MailWriting(Writing):
    """Fulfils `ports.MailWriting`."""

    _changed = False

    def put_schedule(self, schedule: Schedule) -> None:
        weekdays = "".join(map(str, schedule.weekdays))
        self._replace(schedules, asdict(schedule) | {"weekdays": weekdays})

    def put_subscription(self, subscription: Subscription) -> None:
        instance.make_instance_once(self._connection, _folder_of(self._connection))
        self._replace(subscriptions, asdict(subscription))

    def drop_subscription(self, reader_id: int) -> None:
        own = subscriptions.c.reader_id == reader_id
        self._connection.execute(delete(subscriptions).where(own))

    def put_letter(self, letter: Letter, payload: bytes) -> int:
        instance.make_instance_once(self._connection, _folder_of(self._connection))
        values = to_row(asdict(letter)) | {"id": None}
        put = (
            upsert(letters)
            .values(values)
            .on_conflict_do_nothing(index_elements=["reader_id", "name"])
        )
        number: int | None = self._connection.execute(put.returning(letters.c.id)).scalar()
        if number is None:
            return 0
        body = {"letter_id": number, "payload": payload}
        self._connection.execute(insert(letter_payloads).values(body))
        return number

    def change_letter(self, letter: Letter, was: State) -> bool:
        if not self._changed:
            instance.note_change(self._connection, _folder_of(self._connection))
            self._changed = True
        there = (letters.c.id == letter.id) & (letters.c.state == was.value)
        changed = update(letters).where(there).values(to_row(asdict(letter)))
        return self._connection.execute(changed).rowcount == 1

    def drop_payloads(self, before: datetime) -> int:
        ended = letters.c.state.not_in([State.QUEUED.value, State.SENDING.value])
        old = select(letters.c.id).where(ended, letters.c.changed_at < to_microseconds(before))
        dropped = delete(letter_payloads).where(letter_payloads.c.letter_id.in_(old))
        return self._connection.execute(dropped).rowcount

    def release(self) -> None:
        instance.make_instance(self._connection, _folder_of(self._connection))

    def _replace(self, table: Any, fields: Mapping[str, Any]) -> None:
        values = to_row(fields)
        put = upsert(table).values(values)
        self._connection.execute(
            put.on_conflict_do_update(index_elements=["reader_id"], set_=values)
        )


def _get_of(
    connection: Connection, query: Select[Any], reader_ids: Collection[int] | None
) -> Iterator[Row[Any]]:
    """The rows of these readers, of all for None."""
    of_reader = query.selected_columns["reader_id"]
    if reader_ids is None:
        yield from connection.execute(query.order_by(of_reader))
        return
    for chunk in in_chunks(reader_ids):
        yield from connection.execute(query.where(of_reader.in_(chunk)))


def _folder_of(connection: Connection) -> Path:
    """The folder of the library that a connection has open."""
    (row,) = connection.exec_driver_sql("PRAGMA database_list").all()
    return Path(row[2]).parent


def _to_schedule(row: Row[Any]) -> Schedule:
    return Schedule(**from_row(row) | {"weekdays": tuple(map(int, row.weekdays))})


def _to_subscription(row: Row[Any]) -> Subscription:
    return Subscription(**from_row(row) | {"ended": Ended(row.ended)})


def _to_letter(row: Row[Any]) -> Letter:
    return Letter(**from_row(row) | {"state": State(row.state)})
