"""One batch of records into the store: which work each belongs to, then all of it written.

    records -> new to us? -> candidates -> identity.decide -> drafts of works -> put

A batch is one transaction. Works that the batch itself makes or enlarges are candidates for the
records after them, so the outcome does not depend on where one batch ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from broadsheet import identity, works
from broadsheet.forms import drop_hearsay, drop_readers_words
from broadsheet.model import Record, StoredRecord, Work, content_hash
from broadsheet.ports import Candidate, NewRecord, Transaction, WorkKey

MAX_CARRIERS = 64
"""As many works of one key as a batch remembers; see `storage.transaction.MAX_CARRIERS`."""

MAX_FORMS = 32
"""A work with more records than this is judged by what it was before the batch: composing it
after each arrival would let a file of one paper a million times take quadratic time."""


Noting = Callable[[Transaction, Sequence[Work]], None]
"""Writes down, in the transaction of a batch, which works began with it. What it raises undoes the
batch."""


class Incoming(NamedTuple):
    """A record that the store does not have yet."""

    record: Record
    payload: bytes
    hash: bytes
    keys: tuple[WorkKey, ...]


@dataclass(slots=True)
class BatchResult:
    """What became of a batch: counts as in `ImportReport`, and the works as they are now; `begun`
    are those of them that began with it.

    `position` is the end of the change log just after them; `left_out` counts the records for
    which there was no room.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    new_works: int = 0
    merged: int = 0
    left_out: int = 0
    works: list[Work] = field(default_factory=list)
    begun: list[Work] = field(default_factory=list)
    position: int = 0


@dataclass(slots=True, eq=False)
class _Draft:
    """A work as the batch sees it: what identity judges it by, and what the batch brings.

    `stored` are the records that it had before the batch (none: the batch begins it), `arrived`
    those that come to it, with the reasons; `absorbed` are the stored works that it swallows.
    """

    candidate: Candidate
    stored: list[StoredRecord] = field(default_factory=list)
    arrived: list[tuple[Incoming, str]] = field(default_factory=list)
    absorbed: list[tuple[int, str]] = field(default_factory=list)
    barred: frozenset[int] = frozenset()
    into: _Draft | None = None

    @property
    def number(self) -> int:
        return self.candidate.work_id

    def resolve(self) -> _Draft:
        """Where it is now, if it has been merged."""
        last = self
        while last.into:
            last = last.into
        if last is not self:
            self.into = last
        return last

    def records(self) -> list[Record]:
        """All its records as of now, oldest first."""
        stored = sorted(self.stored, key=lambda each: each.id)
        return [each.record for each in stored] + [item.record for item, _ in self.arrived]


def encode(record: Record) -> tuple[bytes, bytes]:
    """A record's canonical JSON and the hash of that.

    Raises TypeError when its text is not valid Unicode (a lone surrogate).
    """
    payload = record.to_json()
    return payload, content_hash(payload)


def store_batch(
    transaction: Transaction,
    encoded: Sequence[tuple[Record, bytes, bytes]],
    *,
    now: datetime,
    room: int | None = None,
) -> BatchResult:
    """Store records, each given with its canonical JSON and hash; the order is kept.

    Given `room`, only so many begin a work, and what would begin another is left out.
    """
    result = BatchResult()
    seen = transaction.find_known([digest for _, _, digest in encoded])
    incoming = []
    for record, payload, digest in encoded:
        if digest in seen:
            result.unchanged += 1
            continue
        seen.add(digest)
        incoming.append(Incoming(record, payload, digest, identity.keys_of(record)))
    if incoming:
        desk = _Desk(transaction, incoming, result, room)
        for item in incoming:
            desk.place(item)
        desk.write(now)
    return result


class _Desk:
    """Where a batch is sorted into works before anything is written."""

    def __init__(
        self,
        transaction: Transaction,
        incoming: Sequence[Incoming],
        result: BatchResult,
        room: int | None,
    ) -> None:
        self._transaction = transaction
        self._result = result
        self._room = len(incoming) if room is None else room
        self._numbers = iter(transaction.reserve_work_ids(len(incoming)))
        self._drafts: dict[int, _Draft] = {}
        self._carriers: dict[WorkKey, list[_Draft]] = {}
        self._versions: dict[tuple[str, str], _Draft] = {}
        # Works to be put: as composed, or None where more has come since.
        self._touched: dict[int, Work | None] = {}
        self._load(incoming)

    def _load(self, incoming: Sequence[Incoming]) -> None:
        """Fetch, in a few queries, all works that any of the records might belong to."""
        versions = self._transaction.find_versions(
            {(item.record.source, item.record.key) for item in incoming}
        )
        wanted = {key for item in incoming for key in item.keys if _is_telling(key)}
        found = self._transaction.find_candidates(wanted)
        candidates = {each.work_id: each for group in found.values() for each in group}
        known = self._transaction.get_records(candidates.keys() | set(versions.values()))
        for number, stored in known.items():
            candidate = candidates.get(number)
            if candidate is None or any(each.record.hearsay for each in stored):
                candidate = _to_candidate(number, [each.record for each in stored])
            self._drafts[number] = _Draft(candidate, list(stored))
        for key, group in found.items():
            self._carriers[key] = [self._drafts[each.work_id] for each in group]
        for name, number in versions.items():
            if draft := self._drafts.get(number):  # none: bit rot has left nothing of the work
                self._versions[name] = draft
        for number, others in self._transaction.find_barred(self._drafts).items():
            self._drafts[number].barred = others

    # --- Deciding -----------------------------------------------------------------------------

    def place(self, item: Incoming) -> None:
        """Decide where a record belongs, and let the batch know."""
        name = (item.record.source, item.record.key)
        own = self._versions.get(name)
        draft = self._join(item, own.resolve() if own else None)
        if draft is None and not self._room:
            self._result.left_out += 1
            return
        if own:
            self._result.updated += 1
        else:
            self._result.added += 1
        draft = draft or self._begin(item)
        self._versions[name] = draft
        for key in item.keys:
            if _is_telling(key):
                carriers = self._carriers.setdefault(key, [])
                if draft not in carriers and len(carriers) < MAX_CARRIERS:
                    carriers.append(draft)

    def _begin(self, item: Incoming) -> _Draft:
        """A work of its own."""
        self._room -= 1
        work = works.compose(next(self._numbers), [item.record])
        draft = _Draft(_describe(work, hearsay=item.record.hearsay), arrived=[(item, "")])
        self._drafts[work.id] = draft
        self._touched[work.id] = work
        return draft

    def _join(self, item: Incoming, own: _Draft | None) -> _Draft | None:
        """Into a work that there is, merging works that it shows to be one; None if none fits."""
        near = {draft.number: draft for draft in self._find(item)}
        if not near and own is None:
            return None
        decision = identity.decide(
            item.record,
            [draft.candidate for draft in near.values()],
            {number: draft.barred for number, draft in near.items()}
            | ({own.number: own.barred} if own else {}),
            known=own.number if own else None,
        )
        if not decision.joins:
            return None
        # The oldest number stays: addresses of it are out in the world.
        kept = self._drafts[min(decision.joins)]
        for number, reason in zip(decision.joins, decision.reasons, strict=True):
            if number != kept.number:
                self._absorb(kept, self._drafts[number], reason)
        reason = f"{item.record.source} {item.record.key}: {decision.reasons[0]}"
        kept.arrived.append((item, reason))
        self._touched[kept.number] = None
        confirmed = kept.candidate.hearsay and not item.record.hearsay
        if confirmed or len(kept.stored) + len(kept.arrived) <= MAX_FORMS:
            kept.candidate = _to_candidate(kept.number, kept.records())
        return kept

    def _find(self, item: Incoming) -> Iterable[_Draft]:
        for key in item.keys:
            for draft in self._carriers.get(key, ()):
                yield draft.resolve()

    def _absorb(self, kept: _Draft, gone: _Draft, reason: str) -> None:
        gone.into = kept
        kept.stored += gone.stored
        kept.arrived += gone.arrived
        kept.absorbed += gone.absorbed
        if gone.stored:
            kept.absorbed.append((gone.number, reason))
        self._touched.pop(gone.number, None)
        for number in gone.barred:
            if other := self._drafts.get(number):
                other.barred |= {kept.number}
        kept.barred |= gone.barred

    # --- Writing ------------------------------------------------------------------------------

    def write(self, now: datetime) -> None:
        """Merge, put the works, add the records."""
        touched = [self._drafts[number] for number in self._touched]
        for draft in touched:
            for gone, reason in draft.absorbed:
                self._transaction.merge_works(draft.number, gone, reason=reason, now=now)
        puts = [self._put(draft) for draft in touched]
        self._transaction.put_works(puts)
        self._transaction.add_records(
            [
                NewRecord(draft.number, item.record, item.payload, item.hash, reason)
                for draft in touched
                for item, reason in draft.arrived
            ],
            now=now,
        )
        self._result.merged = sum(len(draft.absorbed) for draft in touched)
        self._result.works = [work for work, _ in puts]
        new = {draft.number for draft in touched if not draft.stored}
        self._result.begun = [work for work in self._result.works if work.id in new]
        self._result.new_works = len(new)
        self._result.position = self._transaction.last_change()

    def _put(self, draft: _Draft) -> tuple[Work, set[WorkKey]]:
        if work := self._touched[draft.number]:
            return work, set(draft.arrived[0][0].keys)
        return _compose(draft.number, draft.records())


def recompose(transaction: Transaction, work_ids: Collection[int]) -> None:
    """Put works anew after their records have moved."""
    found = transaction.get_records(work_ids).items()
    transaction.put_works(
        [_compose(number, [each.record for each in stored]) for number, stored in found]
    )


def _compose(number: int, records: Sequence[Record]) -> tuple[Work, set[WorkKey]]:
    """A work, and what it is found by: the keys of all records that may say what it is."""
    heard = drop_readers_words(records)
    keys = {key for record in heard for key in identity.keys_of(record)}
    return works.compose(number, records), keys


def _is_telling(key: WorkKey) -> bool:
    return key.kind not in identity.LOOKUP_ONLY


def _to_candidate(number: int, records: Sequence[Record]) -> Candidate:
    """What identity judges a work by, given its records (oldest first)."""
    sound = drop_hearsay(records)
    return _describe(works.compose(number, sound), hearsay=sound[0].hearsay)


def _describe(work: Work, *, hearsay: bool) -> Candidate:
    year = work.date.year if work.date else None
    return Candidate(work.id, work.title, work.authors, year, work.ids, work.abstract, hearsay)
