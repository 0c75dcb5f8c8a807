"""The store: the truth, from which everything else can be rebuilt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from broadsheet.model import Change, Grouping, Identifier, StoredRecord, Work, WorkEvent
from broadsheet.ports.learning import LearningReading
from broadsheet.ports.mailing import MailReading
from broadsheet.ports.people import PeopleReading, PressReading
from broadsheet.ports.progress import Progress
from broadsheet.ports.writing import Transaction, WorkKey
from broadsheet.sources import DayTally, RejectedItem, Series, Source, StreamReport, StreamState


class Store(PeopleReading, PressReading, LearningReading, MailReading, Protocol):
    """The truth: records, works, keys, the change log. Everything else can be rebuilt from it."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A writing transaction, exclusive across processes; commits at the end of the block.

        Raises StorageBusyError when another process goes on writing, StorageFullError when the
        disk is full. Long work should use many short blocks.
        """

    def get_works(self, work_ids: Sequence[int]) -> Mapping[int, Work]:
        """Works by number, one query; unknown numbers are absent, merged ones follow."""

    def find_works(self, keys: Collection[WorkKey]) -> Mapping[WorkKey, Sequence[int]]:
        """Work numbers that carry each key."""

    def resolve(self, work_id: int) -> int | None:
        """Where a work number leads now (merged works redirect), or None if there is none."""

    def get_work_records(self, work_id: int) -> Sequence[StoredRecord]:
        """The records of one work, oldest first."""

    def get_arrivals(self, work_ids: Sequence[int]) -> Mapping[int, datetime]:
        """When the first record of each work was first seen, one query; unknown numbers, and those
        of works that were merged into others, are absent."""

    def get_history(self, work_id: int) -> Sequence[WorkEvent]:
        """Merges and splits that made the work what it is, oldest first."""

    def iterate_works(self, *, after: int = 0, batch: int = 1000) -> Iterator[Sequence[Work]]:
        """All works in order of number, in batches."""

    def iterate_records(
        self, *, after: int = 0, batch: int = 1000
    ) -> Iterator[Sequence[StoredRecord]]:
        """All records in order of number, in batches."""

    def get_groupings(self) -> Sequence[Grouping]:
        """Works that were merged or split, those together that were split from each other."""

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """The change log after a sequence number, oldest first, one entry a work."""

    def last_change(self) -> int:
        """The newest sequence number in the change log; 0 for an empty library."""

    def get_sources(self) -> Sequence[Source]:
        """All sources, in the order in which they were added."""

    def get_source(self, name: str) -> Source | None:
        """A source by name, or None."""

    def get_streams(self, source: str = "") -> Sequence[StreamState]:
        """How far each stream of one source, or of all, has come."""

    def count_items(self) -> Mapping[str, int]:
        """For each source, how many of its items are here."""

    def get_tallies(self, first: date, last: date, *, source: str = "") -> Sequence[DayTally]:
        """What was announced from day to day, both included, of one source or all.

        There is a row for every (source, category, day) with a page, an announcement or a
        rejection (category ""); ordered by source, day, category.
        """

    def get_missing(
        self, source: str, category: str, day: date, *, limit: int = 50
    ) -> Sequence[str]:
        """Keys that were announced and are not here."""

    def get_rejections(
        self, first: date, last: date, *, source: str = "", limit: int = 1000
    ) -> Sequence[RejectedItem]:
        """What could not go in on these days, oldest first."""

    def get_reports(
        self, *, source: str = "", first: date | None = None, last: date | None = None
    ) -> Sequence[StreamReport]:
        """The journal of runs, newest first."""

    def get_series(self, work_id: int) -> Series:
        """The measures of a work over time, through the sources and keys of its records."""

    def find_enrichable(
        self, schemes: Sequence[str], *, after: int, limit: int
    ) -> Sequence[tuple[int, Identifier]]:
        """The next works after a number that carry an identifier of these schemes, with the first
        such identifier, in order of number."""

    def get_counts(self) -> Mapping[str, int]:
        """Sizes for `stats`: "works", "records", "bytes", and "source:<name>" each."""

    def find_damaged(self, progress: Progress) -> Sequence[int]:
        """Numbers of records whose content no longer has the stored hash."""

    def check(self) -> Sequence[str]:
        """What is wrong with the database itself, one sentence each; empty if nothing is."""

    def backup(self, target: str) -> None:
        """Write a consistent copy of the database to a new file, while others go on working."""

    def close(self) -> None:
        """Release connections and locks."""
