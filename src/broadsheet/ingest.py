"""Files into the library: read, decide which work each record belongs to, store, index.

    files -> formats -> batches of records -> `batch.store_batch` -> change log -> index

Every batch is one transaction, and progress is told when it has been kept; so an import that is
killed has lost nothing that it told of, and can simply be run again. The index follows in a
thread of its own meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from broadsheet.batch import BatchResult, encode, recompose, store_batch
from broadsheet.errors import BadFileError, ConflictError, NotFoundError
from broadsheet.files import Source, open_source
from broadsheet.follow import Follower, following
from broadsheet.model import BadRow, Grouping, ImportReport, Record
from broadsheet.ports import FileFormat, Index, Progress, Store, Transaction, silent
from broadsheet.regroup import Regrouped, regroup

BATCH_ROWS = 2000
BATCH_BYTES = 1 << 25
_Row = Record | BadRow | Grouping
MAX_BAD_ROWS = 1000
"""As many bad rows as a report names; it counts them all."""


def import_files(
    store: Store,
    index: Index,
    formats: Sequence[FileFormat],
    paths: Iterable[Path | str],
    *,
    now: datetime,
    progress: Progress = silent,
) -> ImportReport:
    """Import files of any known kind ("-" is standard input), and index what they brought.

    `progress` is called after each batch that has been kept, with the rows of the file so far
    and an estimate of all its rows (None where its size is unknown). A file that cannot be read
    (to its end) is named in the report; what came before has gone in, and the other files do.
    When another process has the index's writing lock, the index follows later.
    """
    tally = _Tally()
    with following(store, index, progress) as follower:
        for path in paths:
            try:
                with open_source(path) as source:
                    done = 0
                    for rows in _read_batches(source, _choose_format(formats, source)):
                        _store_rows(store, follower, rows, source, tally, now)
                        done += len(rows)
                        progress(f"Importing {source.name}", done, _estimate(done, source))
            except BadFileError as error:
                tally.bad_files.append(str(error))
    return tally.report()


def merge_works(store: Store, kept: int, gone: int, *, reason: str, now: datetime) -> None:
    """Make two works one, under the number `kept`; `gone` leads there from now on.

    Raises NotFoundError, or ConflictError when they are one already.
    """
    with store.write() as transaction:
        merge_within(transaction, kept, gone, reason=reason, now=now)


def merge_within(
    transaction: Transaction, kept: int, gone: int, *, reason: str, now: datetime
) -> None:
    """`merge_works` in a transaction that is open."""
    transaction.merge_works(kept, gone, reason=reason, now=now)
    recompose(transaction, [kept])


def split_work(
    store: Store, number: int, record_ids: Collection[int], *, reason: str, now: datetime
) -> int:
    """Move records of a work into a new one, from which it stays apart; returns its number.

    Raises NotFoundError for a record that the work does not have, ConflictError when nothing
    would be split off or nothing left.
    """
    with store.write() as transaction:
        return split_within(transaction, number, record_ids, reason=reason, now=now)


def split_within(
    transaction: Transaction,
    number: int,
    record_ids: Collection[int],
    *,
    reason: str,
    now: datetime,
) -> int:
    """`split_work` in a transaction that is open."""
    present = {stored.id for stored in transaction.get_records([number]).get(number, ())}
    chosen = set(record_ids)
    for missing in sorted(chosen - present):
        raise NotFoundError(f"record of paper {number} with number", missing)
    if not chosen or chosen == present:
        raise ConflictError(
            f"Paper {number} has {len(present)} records; name at least one to split off, "
            "and leave at least one."
        )
    new_id = transaction.reserve_work_ids(1)[0]
    transaction.split_records(chosen, new_id=new_id, reason=reason, now=now)
    recompose(transaction, [number, new_id])
    return new_id


# --- Rows to batches --------------------------------------------------------------------------


def _choose_format(formats: Sequence[FileFormat], source: Source) -> FileFormat:
    for each in formats:
        if each.recognises(source.head, source.filename):
            return each
    kinds = ", ".join(each.name for each in formats)
    raise BadFileError(f"{source.name} is of no kind that can be imported ({kinds}).")


def _read_batches(source: Source, kind: FileFormat) -> Iterator[list[_Row]]:
    """Rows in lists of bounded size; when reading fails, what came before is given first."""
    batch: list[_Row] = []
    start = 0
    try:
        for row in kind.read(source.stream, source.filename):
            batch.append(row)
            if len(batch) >= BATCH_ROWS or source.given() - start > BATCH_BYTES:
                yield batch
                batch, start = [], source.given()
    except BadFileError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _store_rows(
    store: Store,
    follower: Follower,
    rows: Sequence[_Row],
    source: Source,
    tally: _Tally,
    now: datetime,
) -> None:
    encoded, groupings = [], []
    for row in rows:
        if isinstance(row, Grouping):
            groupings.append(row)
            continue
        if isinstance(row, BadRow):
            tally.add_bad(row)
            continue
        try:
            encoded.append((row, *encode(row)))
        except TypeError:
            reason = f"the text of {row.source} {row.key!r} is not valid Unicode"
            tally.add_bad(BadRow(source.name, 0, reason))
    if encoded:
        with store.write() as transaction:
            result = store_batch(transaction, encoded, now=now)
        follower.offer(result.works, result.position)
        tally.add(result)
    if groupings:
        tally.add_regrouped(regroup(store, groupings, now=now))


def _estimate(rows: int, source: Source) -> int | None:
    if not source.size:
        return None
    return max(rows, round(rows * source.size / max(source.position(), 1)))


@dataclass(slots=True)
class _Tally:
    """Adds up what batches did."""

    counts: Counter[str] = field(default_factory=Counter)
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_files: list[str] = field(default_factory=list)

    def add(self, result: BatchResult) -> None:
        for name in ("added", "updated", "unchanged", "new_works", "merged"):
            self.counts[name] += getattr(result, name)

    def add_regrouped(self, result: Regrouped) -> None:
        self.counts["merged"] += result.merged
        self.counts["new_works"] += result.split

    def add_bad(self, row: BadRow) -> None:
        self.counts["bad"] += 1
        if len(self.bad_rows) < MAX_BAD_ROWS:
            self.bad_rows.append(row)

    def report(self) -> ImportReport:
        rows = sum(self.counts[name] for name in ("added", "updated", "unchanged", "bad"))
        return ImportReport(
            rows=rows,
            bad_rows=tuple(self.bad_rows),
            bad_files=tuple(self.bad_files),
            **self.counts,
        )
