"""What readers answered and set, behind `ports.LearningReading` and `ports.LearningWriting`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, union_all
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.learning import Answer, Judgement, Opinion, Steering, Wish
from broadsheet.storage.numbers import TARGET, resolve_all
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work
from broadsheet.storage.schema_learning import answers, facts, judgements, steerings
from broadsheet.storage.schema_people import saved, shelves
from broadsheet.storage.values import from_row, to_microseconds, to_row

_OF_STANDING = or_(answers.c.shelf_id == 0, shelves.c.deleted_at.is_(None))
_SHELF = shelves.c.id == answers.c.shelf_id
# Pages ask this; to put it together anew would take longer than the answer.
_ANSWERS_TO = (
    select(work.c.id, answers)
    .join_from(work, answers, answers.c.work_id == TARGET)
    .outerjoin(shelves, _SHELF)
    .where(
        work.c.id.in_(bindparam("asked", expanding=True)),
        answers.c.reader_id == bindparam("reader"),
        _OF_STANDING,
    )
    .order_by(answers.c.at.desc(), answers.c.shelf_id)
)
_NEWEST = (answers.c.at.desc(), answers.c.work_id.desc(), answers.c.shelf_id)
_ANSWERS_OF = (
    select(answers)
    .outerjoin(shelves, _SHELF)
    .where(answers.c.reader_id.in_(bindparam("asked", expanding=True)), _OF_STANDING)
    .order_by(*_NEWEST)
)

_LESSONS = union_all(
    select(saved.c.work_id, saved.c.saved_at.label("at")),
    select(answers.c.work_id, answers.c.at).where(answers.c.opinion != Opinion.HIDE.value),
).subquery()
_TAUGHT = (
    select(_LESSONS.c.work_id)
    .group_by(_LESSONS.c.work_id)
    .order_by(func.max(_LESSONS.c.at).desc(), _LESSONS.c.work_id)
    .limit(bindparam("most"))
)


class LearningReading(Reading):
    """Fulfils `ports.LearningReading`. Answers for a shelf that was deleted come only where it is
    named, as what is saved on it does."""

    def get_answers(
        self, reader_id: int, *, shelf_id: int | None = None, limit: int | None = None
    ) -> Sequence[Answer]:
        query = select(answers).where(answers.c.reader_id == reader_id)
        if shelf_id is None:
            query = query.outerjoin(shelves, _SHELF).where(_OF_STANDING)
        else:
            query = query.where(answers.c.shelf_id == shelf_id)
        with self._read() as connection:
            rows = connection.execute(query.order_by(*_NEWEST).limit(limit))
            return [_to_answer(from_row(row)) for row in rows]

    def get_answers_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Answer]]:
        found: dict[int, list[Answer]] = defaultdict(list)
        with self._read() as connection:
            for chunk in in_chunks(reader_ids):
                for row in connection.execute(_ANSWERS_OF, {"asked": chunk}):
                    answer = _to_answer(from_row(row))
                    found[answer.reader_id].append(answer)
        return dict(found)

    def find_answers(
        self, reader_id: int, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Answer]]:
        found: dict[int, list[Answer]] = defaultdict(list)
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                asked = {"asked": chunk, "reader": reader_id}
                for row in connection.execute(_ANSWERS_TO, asked):
                    values = from_row(row)
                    found[values.pop("id")].append(_to_answer(values))
        return dict(found)

    def get_steerings(self, shelf_ids: Collection[int]) -> Mapping[int, Steering]:
        query = select(steerings).where(steerings.c.shelf_id.in_(shelf_ids))
        with self._read() as connection:
            return {row.shelf_id: _to_steering(row) for row in connection.execute(query)}

    def find_taught(self, limit: int) -> Sequence[int]:
        with self._read() as connection:
            return list(connection.scalars(_TAUGHT, {"most": limit}))

    def get_judgements(self) -> Sequence[Judgement]:
        table = judgements.c
        query = select(judgements).order_by(table.at, table.reader_id, table.query, table.work_id)
        with self._read() as connection:
            return [Judgement(**from_row(row)) for row in connection.execute(query)]

    def get_fact(self, name: str) -> str:
        with self._read() as connection:
            return get_fact(connection, name)


class LearningWriting(Writing):
    """Fulfils `ports.LearningWriting`."""

    def put_answers(self, answers: Collection[Answer]) -> None:
        led = resolve_all(self._connection, {each.work_id for each in answers})
        rows = [to_row(asdict(replace(each, work_id=led[each.work_id]))) for each in answers]
        if rows:
            self._connection.execute(_PUT_ANSWERS, rows)

    def drop_answer(self, reader_id: int, shelf_id: int, work_id: int) -> None:
        number = resolve_all(self._connection, [work_id])[work_id]
        place = {"reader_id": reader_id, "shelf_id": shelf_id, "work_id": number}
        self._connection.execute(delete(answers).filter_by(**place))

    def put_steering(self, steering: Steering) -> None:
        values = to_row(asdict(steering))
        for name in ("only", "never"):
            values[name] = orjson.dumps([list(wish) for wish in values[name]]).decode()
        put = upsert(steerings).values(values)
        self._connection.execute(
            put.on_conflict_do_update(index_elements=["shelf_id"], set_=values)
        )

    def put_judgement(self, judgement: Judgement) -> None:
        led = resolve_all(self._connection, [judgement.work_id])
        values = to_row(judgement._asdict()) | {"work_id": led[judgement.work_id]}
        put = upsert(judgements).values(values)
        self._connection.execute(
            put.on_conflict_do_update(index_elements=judgements.primary_key, set_=values)
        )

    def drop_judgement(self, reader_id: int, query: str, work_id: int) -> None:
        number = resolve_all(self._connection, [work_id])[work_id]
        place = {"reader_id": reader_id, "query": query, "work_id": number}
        self._connection.execute(delete(judgements).filter_by(**place))

    def put_fact(self, name: str, value: str, *, now: datetime) -> None:
        if value:
            values = {"name": name, "value": value, "at": to_microseconds(now)}
            put = upsert(facts).values(values)
            self._connection.execute(
                put.on_conflict_do_update(index_elements=["name"], set_=values)
            )
        else:
            self._connection.execute(delete(facts).where(facts.c.name == name))

    def drop_facts(self, prefix: str, *, before: datetime) -> None:
        named = facts.c.name.startswith(prefix, autoescape=True)
        old = facts.c.at < to_microseconds(before)
        self._connection.execute(delete(facts).where(named, old))


_PUT = upsert(answers)
_PUT_ANSWERS = _PUT.on_conflict_do_update(
    index_elements=answers.primary_key,
    set_={name: _PUT.excluded[name] for name in ("opinion", "at")},
)


def get_fact(connection: Connection, name: str) -> str:
    """What the instance keeps under a name, or ""."""
    return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""


def _to_answer(values: dict[str, Any]) -> Answer:
    return Answer(**values | {"opinion": Opinion(values["opinion"])})


def _to_steering(row: Row[Any]) -> Steering:
    wishes = {name: _to_wishes(row._mapping[name]) for name in ("only", "never")}
    return Steering(**from_row(row) | wishes)


def _to_wishes(text: str) -> tuple[Wish, ...]:
    return tuple(Wish(*pair) for pair in orjson.loads(text))
