"""The store: one SQLite file in the library's folder, the truth from which all else is rebuilt.

    engine.py     connections, who may checkpoint, errors in plain words
    lock.py       one writer
    schema.py, schema_live.py, schema_people.py, schema_learning.py    the tables
    migrate.py    brings them up to date by migrations/
    reads.py      works and records; keys.py, changes.py: by name, by change
    transaction.py, merging.py, moving.py    everything that writes
    live.py       what live sources keep and ask: following.py, arrivals.py, tallies.py, measures.py
    people.py     a community: accounts.py, shelving.py, discussing.py, signals.py, erasing.py
    press.py      what editions are made of: standing.py; and those that were printed
    learning.py   what readers answered and set
    mailing.py    schedules, subscriptions, the outbox; instance.py: whether this is a copy
    grouping.py   which records a merge or a split has grouped
    backup.py, check.py            copies, and whether all is sound

`SqlStore` is these parts behind `ports.Store`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from broadsheet.errors import NotFoundError, StorageError
from broadsheet.model import Change, Grouping, StoredRecord, Work, WorkEvent
from broadsheet.ports import Progress, WorkKey
from broadsheet.storage import check, reads
from broadsheet.storage.backup import copy_library, restore
from broadsheet.storage.changes import get_changes, get_last_change
from broadsheet.storage.engine import (
    FILE_NAME,
    close_to_others,
    make_folder,
    open_reader,
    open_writer,
    plain_errors,
)
from broadsheet.storage.grouping import get_groupings
from broadsheet.storage.keys import find_carriers
from broadsheet.storage.learning import LearningReading
from broadsheet.storage.live import LiveReading
from broadsheet.storage.lock import WriteLock
from broadsheet.storage.mailing import MailReading
from broadsheet.storage.migrate import get_revision, require_known, upgrade
from broadsheet.storage.people import PeopleReading
from broadsheet.storage.press import PressReading
from broadsheet.storage.rows import Composer
from broadsheet.storage.schema import HEAD
from broadsheet.storage.transaction import SqlTransaction

__all__ = ["SqlStore", "close_to_others", "restore"]

WAIT_SECONDS = 5.0
CHECK_BATCH = 2000


class SqlStore(LiveReading, PeopleReading, PressReading, LearningReading, MailReading):
    """Fulfils `ports.Store`. Threads may share it; a forked child must open its own."""

    def __init__(self, path: Path, reader: Engine, lock: WriteLock, compose: Composer) -> None:
        self._path = path
        self._reader = reader
        self._lock = lock
        self._compose = compose
        self._writer: Engine | None = None
        self._counts: tuple[int, Mapping[str, int]] = (-1, {})

    @classmethod
    def open(
        cls, folder: Path, *, create: bool, compose: Composer, wait: float = WAIT_SECONDS
    ) -> Self:
        """Open the library in a folder, bringing its schema up to date.

        `compose` makes works of records; `wait` is for how many seconds a write waits for another
        process. Raises NotFoundError (no library, and not to be made), LibraryTooNewError,
        StorageError (not a library, or not to be written to).
        """
        path = folder / FILE_NAME
        lock = WriteLock(folder / "write.lock", wait=wait)
        if not path.exists() and not create:
            raise NotFoundError("library", folder, within="")
        if create:
            make_folder(folder)
        with plain_errors(path):
            if not path.exists() or _read_revision(path) != HEAD:
                with lock.hold():
                    _require_content(path, create=create)
                    with _disposing(open_writer(path, create=create)) as writer:
                        upgrade(writer, path)
        return cls(path, open_reader(path), lock, compose)

    def close(self) -> None:
        self._reader.dispose()
        if self._writer:
            self._writer.dispose()
            self._writer = None

    # --- Writing ------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with self._lock.hold(), plain_errors(self._path):
            if self._writer is None:
                self._writer = open_writer(self._path)
            with self._writer.begin() as connection:
                yield SqlTransaction(connection, self._compose)

    # --- Reading ------------------------------------------------------------------------------

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with plain_errors(self._path), self._reader.begin() as connection:
            yield connection

    def get_works(self, work_ids: Sequence[int]) -> Mapping[int, Work]:
        with self._read() as connection:
            return reads.get_works(connection, self._compose, work_ids)

    def find_works(self, keys: Collection[WorkKey]) -> Mapping[WorkKey, Sequence[int]]:
        with self._read() as connection:
            return find_carriers(connection, keys)

    def resolve(self, work_id: int) -> int | None:
        with self._read() as connection:
            return reads.resolve(connection, work_id)

    def get_work_records(self, work_id: int) -> Sequence[StoredRecord]:
        with self._read() as connection:
            return reads.get_records(connection, [work_id]).get(work_id, ())

    def get_arrivals(self, work_ids: Sequence[int]) -> Mapping[int, datetime]:
        with self._read() as connection:
            return reads.get_arrivals(connection, work_ids)

    def get_history(self, work_id: int) -> Sequence[WorkEvent]:
        with self._read() as connection:
            return reads.get_history(connection, work_id)

    def iterate_works(self, *, after: int = 0, batch: int = 1000) -> Iterator[Sequence[Work]]:
        while True:
            with self._read() as connection:
                after, works = reads.get_works_after(connection, self._compose, after, batch)
            if not after:
                return
            yield works

    def iterate_records(
        self, *, after: int = 0, batch: int = 1000
    ) -> Iterator[Sequence[StoredRecord]]:
        while True:
            with self._read() as connection:
                after, records = reads.get_records_after(connection, after, batch)
            if not after:
                return
            yield records

    def get_groupings(self) -> Sequence[Grouping]:
        with self._read() as connection:
            return get_groupings(connection)

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        with self._read() as connection:
            return get_changes(connection, after, limit)

    def last_change(self) -> int:
        with self._read() as connection:
            return get_last_change(connection)

    def get_counts(self) -> Mapping[str, int]:
        with self._read() as connection:
            # Counting reads whole indexes; nothing can be counted anew without a new change.
            if self._counts[0] != (last := get_last_change(connection)):
                self._counts = last, reads.count_rows(connection)
        return {**self._counts[1], "bytes": sum(_sizes(self._path))}

    # --- Keeping ------------------------------------------------------------------------------

    def find_damaged(self, progress: Progress) -> Sequence[int]:
        damaged: list[int] = []
        after = done = 0
        while True:
            with self._read() as connection:
                after, count, found = check.find_damaged_after(connection, after, CHECK_BATCH)
            if not count:
                return damaged
            damaged += found
            done += count
            progress("Checking records", done, None)

    def check(self) -> Sequence[str]:
        with self._read() as connection:
            return check.check_database(connection)

    def backup(self, target: str) -> None:
        copy_library(self._path, Path(target))


def _require_content(path: Path, *, create: bool) -> None:
    """Raises StorageError for an emptied library; one whose making was cut short is made again.

    An index is made after its library, so where there is one, the library was not empty.
    """
    new = create and not path.with_name("index").exists()
    if not new and path.exists() and _read_revision(path) is None:
        raise StorageError(f"{path} is empty, so it is damaged; restore a backup of it.")


def _read_revision(path: Path) -> str | None:
    with _disposing(open_reader(path)) as reader, reader.begin() as connection:
        revision = get_revision(connection, path)
        require_known(revision, path)
        return revision


@contextmanager
def _disposing(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def _sizes(path: Path) -> Iterator[int]:
    for each in (path, path.with_name(path.name + "-wal")):
        with suppress(FileNotFoundError):
            yield each.stat().st_size
