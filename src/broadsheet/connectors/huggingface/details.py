"""The models, data sets and spaces linked to listed papers, which lists do not tell. Pure.

Two days after a list's day, when most links have been made, its papers are asked for one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from broadsheet.connectors.huggingface.entries import identifier_of, measures_of, to_record
from broadsheet.connectors.huggingface.lists import LISTS
from broadsheet.connectors.huggingface.page import Page
from broadsheet.connectors.huggingface.place import first_day, read_day
from broadsheet.connectors.json_answers import (
    dump_cursor,
    load_cursor,
    parse_list,
    parse_object,
    texts_of,
)
from broadsheet.connectors.rows import RowError
from broadsheet.ids import parse_arxiv
from broadsheet.sources import Answer, Batch, Item, Rejected, Source, Stream

SETTLED = timedelta(days=2)
_DAILY = LISTS["daily"]
DETAILS = Stream(
    "details",
    "models and data sets of listed papers",
    timedelta(days=1),
    needs=_DAILY.name,
    category=_DAILY.name,
)


@dataclass(frozen=True, slots=True)
class Queue:
    """The day whose papers are asked for, and those that are left; none: its list comes first.

    `first` is the first day of all.
    """

    day: date
    first: date
    keys: tuple[str, ...] = ()

    @classmethod
    def load(cls, source: Source, cursor: str | None) -> Queue:
        """From a cursor; at the source's first list without one."""
        raw = load_cursor(cursor)
        day, first = read_day(raw.get("day")), first_day(source)
        if day is None:
            return cls(first, first)
        found = (parse_arxiv(key) for key in texts_of(raw, "keys"))
        return cls(day, first, tuple(one[0].value for one in found if one))

    @property
    def path(self) -> str:
        """What is to be asked for next."""
        if self.keys:
            return f"/api/papers/{self.keys[0]}"
        return f"/api/daily_papers?{_DAILY.query(self.day)}&limit=100&p=0"

    def read(self, answer: Answer) -> Batch:
        """What the answer says, and where it goes on. Raises SourceBrokenError."""
        last = answer.at.date() - SETTLED
        if self.keys:
            batch = Batch() if answer.status == 404 else _read_paper(self.keys[0], answer.body)
            left = self.keys[1:]
        elif self.day > last:  # its time is yet to come
            return Batch(cursor=dump_cursor({"day": self._until(self.day, answer)}))
        else:
            batch, left = Batch(), _read_keys(self.day, answer)
        day = self._until(self.day if left else self.day + timedelta(days=1), answer)
        cursor = dump_cursor({"day": day, "keys": left} if left else {"day": day})
        return Batch(
            records=batch.records,
            rejected=batch.rejected,
            items=batch.items,
            measures=batch.measures,
            cursor=cursor,
            more=bool(left) or day <= last,
        )

    def _until(self, day: date, answer: Answer) -> date:
        """A day, but none further off than the next: a clock that was ahead must not make us wait
        until that time has come."""
        today = answer.at.date()
        return min(day, today, max(self.first, today - SETTLED + timedelta(days=1)))


def _read_keys(day: date, answer: Answer) -> tuple[str, ...]:
    if answer.status == 404:
        return ()
    page = Page(_DAILY.name, day, 0)
    page.read(parse_list(answer.body))
    return page.keys


def _read_paper(key: str, body: bytes) -> Batch:
    entry = parse_object(body)
    identifier = identifier_of(entry)
    if identifier is None or identifier.value != key:
        return Batch(rejected=(Rejected(key, "the answer is about another paper"),))
    try:
        record = to_record(entry, identifier)
    except RowError as error:
        return Batch(rejected=(Rejected(key, str(error)),))
    measures = tuple(measures_of(entry, key))
    return Batch(records=(record,), items=(Item(key),), measures=measures)
