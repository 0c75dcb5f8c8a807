"""Two papers put together, or one taken apart, as acts of an operator: told of, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from broadsheet.bringing import FindWork
from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.ingest import merge_within, split_within
from broadsheet.journal import Journal
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.phrases import quote
from broadsheet.ports import Store, Transaction
from broadsheet.sync import Clock

CHANGED_SINCE = "These papers have changed since; nothing was undone."


class Merging:
    """The two acts, which hold for everybody; `follow` lets the index know of them."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        find_work: FindWork,
        follow: Callable[[], None],
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._find_work = find_work
        self._follow = follow
        journal.register({Act.MERGE: self._undo_merge, Act.SPLIT: self._undo_split})

    def merge(self, reader: Reader, kept: str | int, gone: str | int) -> Done:
        """Say that two papers are one; `kept` keeps its number, `gone` leads there.

        Undoing takes the records of `gone` out again, under a new number; what readers saved and
        said stays where it is then. Raises NotFoundError, ConflictError.
        """
        now = self._clock()
        with self._store.write() as transaction:
            first, second = self._find_work(kept), self._find_work(gone)
            records = self._records_of(second.id)
            merge_within(transaction, first.id, second.id, reason=_by(reader), now=now)
            done = self._journal.keep(
                transaction,
                Signal(reader.id, Act.MERGE, now, first.id),
                f"Paper {second.id}, {quote(second.title)}, is this paper now.",
                undo={"records": sorted(records)},
                target=first.id,
            )
        self._follow()
        return done

    def split(self, reader: Reader, paper: str | int, record_ids: Collection[int]) -> Done:
        """Make records of a paper one of their own; `target` is its number.

        Raises NotFoundError, and ConflictError where no record is named, or none is left.
        """
        now = self._clock()
        with self._store.write() as transaction:
            old = self._find_work(paper)
            new = split_within(transaction, old.id, record_ids, reason=_by(reader), now=now)
            done = self._journal.keep(
                transaction,
                Signal(reader.id, Act.SPLIT, now, new),
                f"Taken out of paper {old.id}; this is a paper of its own now.",
                undo={"records": sorted(set(record_ids)), "from": old.id},
                target=new,
            )
        self._follow()
        return done

    def _records_of(self, number: int) -> set[int]:
        return {stored.id for stored in self._store.get_work_records(number)}

    def _undo_merge(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        reader, records = self._require_operator(signal), signal.detail["undo"]["records"]
        kept = signal.work_id or 0
        self._require_last(signal)
        try:
            new = split_within(transaction, kept, records, reason=_by(reader), now=now)
        except (NotFoundError, ConflictError) as error:
            raise ConflictError(CHANGED_SINCE) from error
        return (
            f"Taken apart again: the other one is paper {new} now. What readers saved and said "
            f"stays with paper {kept}."
        )

    def _undo_split(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        reader, undo = self._require_operator(signal), signal.detail["undo"]
        old, new = undo["from"], signal.work_id or 0
        self._require_last(signal)
        if self._records_of(new) != set(undo["records"]):
            raise ConflictError(CHANGED_SINCE)
        try:
            merge_within(transaction, old, new, reason=_by(reader), now=now)
        except (NotFoundError, ConflictError) as error:
            raise ConflictError(CHANGED_SINCE) from error
        return f"Put back together: what was paper {new} is paper {old} again."

    def _require_last(self, signal: Signal) -> None:
        """Raises ConflictError where a later act moved any of the same records."""
        moved = set(signal.detail["undo"]["records"])
        for each in self._journal.get_later(signal, [Act.MERGE, Act.SPLIT]):
            if moved.intersection(each.detail["undo"]["records"]):
                raise ConflictError(CHANGED_SINCE)

    def _require_operator(self, signal: Signal) -> Reader:
        """Who was an operator then need not be one now."""
        reader = self._store.get_readers([signal.reader_id]).get(signal.reader_id)
        if reader is None or not reader.is_operator:
            raise ConflictError("Only an operator can undo this.")
        return reader


def _by(reader: Reader) -> str:
    return f"by {reader.name}"
