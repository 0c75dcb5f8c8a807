"""What is written to the store: one transaction, and what it is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from broadsheet.model import Identifier, Record, StoredRecord, Work, WorkEvent
from broadsheet.ports.learning import LearningWriting
from broadsheet.ports.mailing import MailWriting
from broadsheet.ports.people import PeopleWriting, PressWriting
from broadsheet.sources import (
    Announcement,
    Item,
    Measure,
    Rejected,
    Source,
    StreamReport,
    StreamState,
)


class WorkKey(NamedTuple):
    """Something by which a work may be found again: an identifier, or a key of its title."""

    kind: str
    value: str


class Candidate(NamedTuple):
    """A work that a new record might belong to, with what identity needs to judge it.

    All fields are the composed work's. `abstract` (its first 2,000 characters are enough) is the
    only witness that a listing row has besides its title; a store must fill it. `hearsay` says
    that nobody but feeds and readers tells of the work; a store need not know.
    """

    work_id: int
    title: str
    authors: tuple[str, ...]
    year: int | None
    ids: tuple[Identifier, ...]
    abstract: str = ""
    hearsay: bool = False


class NewRecord(NamedTuple):
    """A record about to be stored: its work, its canonical JSON and the hash of that.

    `reason` says why it joins a work that was there before; it goes into the work's history.
    """

    work_id: int
    record: Record
    payload: bytes
    hash: bytes
    reason: str = ""


class Transaction(PeopleWriting, PressWriting, LearningWriting, MailWriting, Protocol):
    """One writing transaction; used by the logic only. Everything or nothing is kept."""

    def find_known(self, hashes: Collection[bytes]) -> set[bytes]:
        """Which of these content hashes are stored already."""

    def find_versions(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """For each (source, record key) that has records already, the work they belong to."""

    def find_newest(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Record]:
        """For each (source, record key) that has records already, the one stored last."""

    def find_candidates(self, keys: Collection[WorkKey]) -> Mapping[WorkKey, Sequence[Candidate]]:
        """The works that carry each key; keys that no work carries are absent."""

    def find_barred(self, work_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
        """For each work, those that a person split from it: they must never merge again."""

    def find_places(self, hashes: Collection[bytes]) -> Mapping[bytes, tuple[int, int]]:
        """For each content hash that is stored, the numbers of its record and of its work."""

    def count_begun(self, reader_id: int, since: datetime) -> int:
        """How many works began after a moment with the word of a reader: with a record of a
        source of readers whose key begins with the reader's number and a colon."""

    def get_records(self, work_ids: Collection[int]) -> Mapping[int, Sequence[StoredRecord]]:
        """All records of each work, oldest first."""

    def get_history(self, work_id: int) -> Sequence[WorkEvent]:
        """Merges and splits that made the work what it is, oldest first."""

    def reserve_work_ids(self, count: int) -> range:
        """Fresh work numbers; numbers are never used twice."""

    def add_records(self, records: Sequence[NewRecord], *, now: datetime) -> None:
        """Append records; a hash that is stored already is skipped."""

    def put_works(self, works: Iterable[tuple[Work, Collection[WorkKey]]]) -> None:
        """Insert or replace composed works with their keys; logs one change each."""

    def merge_works(self, kept: int, gone: int, *, reason: str, now: datetime) -> None:
        """Move the records and keys of `gone` to `kept`; `gone` redirects there from now on."""

    def split_records(
        self, record_ids: Collection[int], *, new_id: int, reason: str, now: datetime
    ) -> None:
        """Move records out of their work into `new_id` and bar the two from ever merging."""

    def bar_works(self, one: int, other: int, *, reason: str, now: datetime) -> None:
        """Bar two works from ever merging by themselves."""

    def last_change(self) -> int:
        """The newest sequence number in the change log, this transaction's changes included."""

    # What live sources bring, kept in the transaction of the records that came with it.

    def put_source(self, source: Source) -> None:
        """Insert or replace a source, by name."""

    def get_source(self, name: str) -> Source | None:
        """A source as it is now, or None if it is followed no longer."""

    def drop_source(self, name: str) -> None:
        """Forget a source and how far its streams have come; papers and receipts stay."""

    def get_stream(self, source: str, stream: str) -> StreamState | None:
        """How far a stream has come, or None if it was never asked."""

    def put_stream(self, state: StreamState) -> None:
        """Keep how far a stream has come."""

    def find_items(self, source: str, keys: Collection[str]) -> Mapping[str, Item]:
        """What is known of a source's items; unknown keys are absent."""

    def put_items(self, source: str, items: Collection[Item], *, now: datetime) -> None:
        """Note that the records of these items are here, up to their version.

        The greater version and the later stamp win. Announcements of the same source and key, of
        this version or an earlier one, that had not arrived, have arrived now; rejections of the
        key are mended.
        """

    def add_announcements(
        self, source: str, announced: Collection[Announcement], *, now: datetime
    ) -> None:
        """Note what was announced; what is known already (category, day, key) stays as it is.

        One whose item is here, in that version or a later one, has arrived. Where the day was
        estimated, nothing is noted for a category, key and version that has a row on any day; one
        that was read off a page replaces an estimate, and keeps when that arrived.
        """

    def add_pages(
        self, source: str, pages: Collection[tuple[str, date]], *, page: str, now: datetime
    ) -> None:
        """Note that a page spoke for these categories and days, whatever it listed."""

    def add_measures(self, source: str, measures: Collection[Measure], *, now: datetime) -> None:
        """Append to each series, where the value differs from the series' last one."""

    def add_rejections(self, source: str, rejected: Collection[Rejected], *, now: datetime) -> None:
        """Keep why something could not go in; the same reason for the same key is kept once.

        What has no key is kept once a day; past 1,000 a day, only how many there were at least.
        """

    def add_report(self, report: StreamReport) -> None:
        """Append to the journal of runs; runs are kept for 200 days.

        Of those that found nothing new, only a stream's last of a day stays.
        """
