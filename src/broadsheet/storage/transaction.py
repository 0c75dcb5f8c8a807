"""One writing transaction: what the logic does to the store, everything or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from broadsheet.model import BY_READERS, Act, Record, StoredRecord, Work, WorkEvent
from broadsheet.ports import Candidate, NewRecord, WorkKey
from broadsheet.storage import merging, reads
from broadsheet.storage.changes import get_last_change, log_changes
from broadsheet.storage.keys import find_carriers, number_of
from broadsheet.storage.learning import LearningWriting
from broadsheet.storage.live import LiveWriting
from broadsheet.storage.mailing import MailWriting
from broadsheet.storage.people import PeopleWriting
from broadsheet.storage.press import PressWriting
from broadsheet.storage.rows import Composer, in_chunks, insert_rows, read_record, to_seconds
from broadsheet.storage.schema import barred, event, record, work, work_key

MAX_CARRIERS = 64
"""A key that more works carry ("Editorial", "Introduction") tells nothing; the rest is left out,
or a file of equal titles would take quadratic time."""

WITNESS_LETTERS = 2000
"""As much of an abstract as identity wants to see."""


class SqlTransaction(LiveWriting, PeopleWriting, PressWriting, LearningWriting, MailWriting):
    """Fulfils `ports.Transaction`. Put a new work before the records that point to it."""

    def __init__(self, connection: Connection, compose: Composer) -> None:
        super().__init__(connection)
        self._compose = compose
        self._next_id: int | None = None
        self._unwritten: set[int] = set()

    # --- Asking -------------------------------------------------------------------------------

    def find_known(self, hashes: Collection[bytes]) -> set[bytes]:
        known: set[bytes] = set()
        for chunk in in_chunks(hashes):
            known.update(
                self._connection.scalars(select(record.c.hash).where(record.c.hash.in_(chunk)))
            )
        return known

    def find_versions(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        versions: dict[tuple[str, str], int] = {}
        for source, names in _by_source(keys).items():
            for chunk in in_chunks(names):
                rows = self._connection.execute(
                    select(record.c.key, record.c.work_id)
                    .where(record.c.source == source, record.c.key.in_(chunk))
                    .order_by(record.c.id)  # so that the newest version has the last word
                )
                versions.update(((source, key), work_id) for key, work_id in rows)
        return versions

    def find_newest(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Record]:
        newest: dict[tuple[str, str], Record] = {}
        for source, names in _by_source(keys).items():
            for chunk in in_chunks(names):
                last = select(func.max(record.c.id)).where(
                    record.c.source == source, record.c.key.in_(chunk)
                )
                payloads = self._connection.scalars(
                    select(record.c.payload).where(record.c.id.in_(last.group_by(record.c.key)))
                )
                found = filter(None, map(read_record, payloads))
                newest.update(((each.source, each.key), each) for each in found)
        return newest

    def find_candidates(self, keys: Collection[WorkKey]) -> Mapping[WorkKey, Sequence[Candidate]]:
        carriers = {
            key: numbers[:MAX_CARRIERS]
            for key, numbers in find_carriers(self._connection, keys).items()
        }
        wanted = {number for numbers in carriers.values() for number in numbers}
        works = reads.get_works(self._connection, self._compose, wanted)
        candidates = {number: _to_candidate(each) for number, each in works.items()}
        return {
            key: [candidates[number] for number in numbers if number in candidates]
            for key, numbers in carriers.items()
        }

    def find_barred(self, work_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for chunk in in_chunks(work_ids):
            rows = self._connection.execute(
                select(barred.c.work_id, barred.c.other_id).where(barred.c.work_id.in_(chunk))
            )
            for work_id, other in rows:
                found[work_id].add(other)
        return {work_id: frozenset(others) for work_id, others in found.items()}

    def find_places(self, hashes: Collection[bytes]) -> Mapping[bytes, tuple[int, int]]:
        places: dict[bytes, tuple[int, int]] = {}
        for chunk in in_chunks(hashes):
            rows = self._connection.execute(
                select(record.c.hash, record.c.id, record.c.work_id).where(record.c.hash.in_(chunk))
            )
            places.update((digest, (number, work_id)) for digest, number, work_id in rows)
        return places

    def count_begun(self, reader_id: int, since: datetime) -> int:
        other = record.alias()
        first = select(func.min(other.c.id)).where(other.c.work_id == record.c.work_id)
        theirs = select(func.count()).where(
            record.c.source.in_(sorted(BY_READERS)),
            record.c.key.between(f"{reader_id}:", f"{reader_id};"),
            record.c.seen_at > to_seconds(since),
            record.c.id == first.scalar_subquery(),
        )
        return self._connection.scalar(theirs) or 0

    def get_history(self, work_id: int) -> Sequence[WorkEvent]:
        return reads.get_history(self._connection, work_id)

    def get_records(self, work_ids: Collection[int]) -> Mapping[int, Sequence[StoredRecord]]:
        return reads.get_records(self._connection, work_ids)

    def last_change(self) -> int:
        return get_last_change(self._connection)

    # --- Telling ------------------------------------------------------------------------------

    def reserve_work_ids(self, count: int) -> range:
        if self._next_id is None:
            # Works are never deleted (a merge leaves a redirect), so the highest is the last.
            self._next_id = (self._connection.scalar(select(func.max(work.c.id))) or 0) + 1
        numbers = range(self._next_id, self._next_id + count)
        self._next_id = numbers.stop
        self._unwritten.update(numbers)
        return numbers

    def put_works(self, works: Iterable[tuple[Work, Collection[WorkKey]]]) -> None:
        keys = {each.id: {number_of(key) for key in names} for each, names in works}
        fresh = self._unwritten.intersection(keys)
        self._unwritten -= fresh
        stale = [number for number in keys if number not in fresh]
        for chunk in in_chunks(stale):
            self._connection.execute(delete(work_key).where(work_key.c.work_id.in_(chunk)))
        numbers = [(number,) for number in keys if number in fresh]
        insert_rows(self._connection, work, ["id"], numbers)
        carried = [(key, number) for number, each in keys.items() for key in each]
        insert_rows(self._connection, work_key, ["key", "work_id"], carried)
        log_changes(self._connection, keys, Act.PUT, logged=stale)

    def add_records(self, records: Sequence[NewRecord], *, now: datetime) -> None:
        seen_at = to_seconds(now)
        insert_rows(
            self._connection,
            record,
            ["work_id", "source", "key", "hash", "seen_at", "payload"],
            [
                (new.work_id, new.record.source, new.record.key, new.hash, seen_at, new.payload)
                for new in records
            ],
        )
        insert_rows(
            self._connection,
            event,
            ["work_id", "at", "act", "reason"],
            [(new.work_id, seen_at, "join", new.reason) for new in records if new.reason],
        )

    def merge_works(self, kept: int, gone: int, *, reason: str, now: datetime) -> None:
        merging.merge(self._connection, kept, gone, reason=reason, now=now)

    def split_records(
        self, record_ids: Collection[int], *, new_id: int, reason: str, now: datetime
    ) -> None:
        merging.split(self._connection, record_ids, new_id=new_id, reason=reason, now=now)
        self._unwritten.discard(new_id)

    def bar_works(self, one: int, other: int, *, reason: str, now: datetime) -> None:
        merging.bar(self._connection, one, other, reason=reason, now=now)


def _by_source(keys: Collection[tuple[str, str]]) -> Mapping[str, list[str]]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    return by_source


def _to_candidate(found: Work) -> Candidate:
    year = found.date.year if found.date else None
    abstract = found.abstract[:WITNESS_LETTERS]
    return Candidate(found.id, found.title, found.authors, year, found.ids, abstract)
