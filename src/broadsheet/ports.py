"""The seams of Broadsheet: what one room asks of another, as protocols.

Logic (`ingest`, `library`, later `editions`) knows only these; adapters (`connectors`, `storage`,
`search`) fulfil them; `wiring` is the one place where they meet. A protocol's docstrings are its
contract: who calls a method, what it gives, what it raises.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import (
    BadRow,
    Change,
    Grouping,
    Identifier,
    Record,
    Results,
    Sort,
    StoredRecord,
    Work,
    WorkEvent,
)
from broadsheet.query import Query

Vectors = NDArray[np.float32]


class Progress(Protocol):
    """Called often by long work: `stage` names what is done, `total` is None while unknown."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


def silent(stage: str, done: int, total: int | None) -> None:
    """The progress listener that does not listen."""


# --- Files in ---------------------------------------------------------------------------------


@runtime_checkable
class FileFormat(Protocol):
    """Reads one kind of file. Pure but for reading the stream; one module a kind."""

    name: str

    def recognises(self, head: bytes, filename: str) -> bool:
        """Whether a file that begins with `head` (up to 64 KiB, decompressed) is of this kind."""

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow | Grouping]:
        """Records in file order, streaming; a bad row is yielded as `BadRow`, never raised.

        Our own export also tells how records are grouped, after the records themselves.

        Raises BadFileError when the file as a whole is not of this kind.
        """


# --- Store ------------------------------------------------------------------------------------


class WorkKey(NamedTuple):
    """Something by which a work may be found again: an identifier, or a key of its title."""

    kind: str
    value: str


class Candidate(NamedTuple):
    """A work that a new record might belong to, with what identity needs to judge it.

    All fields are the composed work's. `abstract` (its first 2,000 characters are enough) is the
    only witness that a listing row has besides its title; a store must fill it.
    """

    work_id: int
    title: str
    authors: tuple[str, ...]
    year: int | None
    ids: tuple[Identifier, ...]
    abstract: str = ""


class NewRecord(NamedTuple):
    """A record about to be stored: its work, its canonical JSON and the hash of that.

    `reason` says why it joins a work that was there before; it goes into the work's history.
    """

    work_id: int
    record: Record
    payload: bytes
    hash: bytes
    reason: str = ""


class Transaction(Protocol):
    """One writing transaction; used by `ingest` only. Everything or nothing is kept."""

    def find_known(self, hashes: Collection[bytes]) -> set[bytes]:
        """Which of these content hashes are stored already."""

    def find_versions(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """For each (source, record key) that has records already, the work they belong to."""

    def find_candidates(self, keys: Collection[WorkKey]) -> Mapping[WorkKey, Sequence[Candidate]]:
        """The works that carry each key; keys that no work carries are absent."""

    def find_barred(self, work_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
        """For each work, those that a person split from it: they must never merge again."""

    def find_places(self, hashes: Collection[bytes]) -> Mapping[bytes, tuple[int, int]]:
        """For each content hash that is stored, the numbers of its record and of its work."""

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

    def get_cursor(self, name: str) -> str | None:
        """The opaque cursor of a source, or None."""

    def set_cursor(self, name: str, value: str) -> None:
        """Save a source's cursor; it is kept with the records of the same transaction."""


class Store(Protocol):
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


# --- Search -----------------------------------------------------------------------------------


class Embedder(Protocol):
    """Turns texts into vectors of one space.

    `id` names the space with its version ("static-60k-256@1a2b3c4d"); a change of `id` is a new
    space, and everything has to be embedded again.
    """

    id: str
    dim: int

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dim], rows of length 1 (or 0 for a text with nothing in it)."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As `embed_documents`, for queries: some models want a prefix there."""


class IndexState(NamedTuple):
    """What an index says of itself: how far it has followed the change log, and its spaces."""

    position: int
    works: int
    spaces: Mapping[str, int]


class Index(Protocol):
    """A searchable picture of the works; a cache that can be thrown away and rebuilt.

    One process at a time may write to it (`writing`); any number may search it meanwhile and see
    each `apply` once it has returned.
    """

    def writing(self) -> AbstractContextManager[None]:
        """Take the index's writing lock; raises StorageBusyError when another process has it."""

    def apply(self, puts: Sequence[Work], deletes: Sequence[int], *, position: int) -> None:
        """Bring works in (replacing what was there) and out, then remember `position`.

        Idempotent: after a crash the same changes may come again. The change is durable and
        searchable when `commit` returns.
        """

    def commit(self) -> None:
        """Make all that was applied durable and visible to searches."""

    def state(self) -> IndexState:
        """How far the index has come."""

    def search(self, query: Query, *, limit: int, offset: int, sort: Sort, facets: bool) -> Results:
        """One page of results; see `Results` for what each number counts."""

    def related(self, works: Sequence[Work], *, limit: int) -> Results:
        """Works near one work or a set, themselves left out."""

    def highlight(self, query: Query, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        """For each text, the stretches [start, end) in characters that the words match."""

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """(work number, fingerprint of the indexed content) of all that is indexed."""

    def fingerprint(self, work: Work) -> int:
        """The fingerprint that `work` would have if it were indexed as it is now."""

    def check(self) -> Sequence[str]:
        """What is wrong with the index files, one sentence each; empty if nothing is."""

    def reset(self) -> None:
        """Throw everything away and begin anew from position 0."""

    def lacks_vectors(self) -> bool:
        """Whether the fast space does not cover all works: its model is new, say."""

    def embed_pending(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, Work]],
        progress: Progress,
        *,
        fast_only: bool = False,
    ) -> int:
        """Embed, newest first, the works that a space (the fast one only) has no vectors for yet.

        `fetch` gives works by number. Returns how many were embedded; search serves meanwhile.
        """

    def close(self) -> None:
        """Release files."""
