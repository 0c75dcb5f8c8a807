"""What a live source says into the store: records, and beside them what receipts are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.batch import BatchResult, encode, store_batch
from broadsheet.forms import (
    arxiv_version,
    is_deletion,
    mark_deleted,
    mark_seen_again,
    says_as_much,
)
from broadsheet.model import Record
from broadsheet.ports import Transaction
from broadsheet.sources import Batch, Item, Rejected, Source


class Encoded(NamedTuple):
    """A record with its canonical JSON and the hash of that."""

    record: Record
    payload: bytes
    hash: bytes

    @property
    def name(self) -> tuple[str, str]:
        return self.record.source, self.record.key


def keep_batch(
    transaction: Transaction,
    source: Source,
    batch: Batch,
    *,
    page: str,
    at: datetime,
    now: datetime,
) -> BatchResult:
    """Store what a batch says, but for the cursor; `page` is where it was read, `at` when."""
    today = now.date().isoformat()
    encoded, rejected = [], list(batch.rejected)
    for record in (*batch.records, *_withdraw(transaction, source, batch.deleted, today)):
        try:
            encoded.append(Encoded(record, *encode(record)))
        except TypeError:
            rejected.append(Rejected(record.key, "its text is not valid Unicode"))
    result = store_batch(transaction, _renew(transaction, encoded, today), now=now)
    transaction.put_items(source.name, _items_of([each.record for each in encoded], batch), now=now)
    transaction.add_announcements(source.name, batch.announced, now=now)
    transaction.add_pages(source.name, batch.pages, page=page, now=now)
    transaction.add_measures(source.kind, batch.measures, now=at)
    transaction.add_rejections(source.name, rejected, now=now)
    return result


def _items_of(records: Sequence[Record], batch: Batch) -> list[Item]:
    """What is here now, each in its newest version, with the stamps that the source told."""
    versions: dict[str, int] = {}
    for record in records:
        versions[record.key] = max(versions.get(record.key, 0), record.version or 0)
    told = {item.key: item for item in batch.items}
    return [
        Item(key, max(version, told[key].version), told[key].stamp)
        if key in told
        else Item(key, version)
        for key, version in versions.items()
    ]


def _withdraw(
    transaction: Transaction, source: Source, deleted: Sequence[str], today: str
) -> Iterator[Record]:
    """For papers that the source says are gone: their newest record, marked. Papers are kept."""
    names = [(source.kind, key) for key in deleted]
    works = transaction.find_versions(names)
    stored = transaction.get_records(set(works.values()))
    for name, number in works.items():
        own = [
            each.record
            for each in stored.get(number, ())
            if (each.record.source, each.record.key) == name
        ]
        if own:
            newest = max(enumerate(own), key=lambda pair: (pair[1].version or 0, pair[0]))[1]
            yield newest if newest.withdrawn else mark_deleted(newest, today)


def _renew(transaction: Transaction, encoded: Sequence[Encoded], today: str) -> list[Encoded]:
    """Where a source goes back to what it said before, a form of today's, or it would be known.

    Of records with one key only the batch's last can be that: a source that says two things at
    once is not changing its mind.
    """
    known = transaction.find_known([each.hash for each in encoded])
    last = {each.name: each.hash for each in encoded}
    newest = transaction.find_newest([name for name, digest in last.items() if digest in known])
    renewed = []
    for each in encoded:
        stored = newest.get(each.name) if each.hash == last[each.name] else None
        if stored and _contradicts(each.record, stored):
            record = mark_seen_again(each.record, today)
            each = Encoded(record, *encode(record))
        renewed.append(each)
    return renewed


def _contradicts(record: Record, newest: Record) -> bool:
    """Whether what was said before is not what the newest record of its source and key says.

    Another version is no news, and of one version both forms stand, so only a deletion ends.
    """
    version = arxiv_version(record)
    if arxiv_version(newest) != version:
        return False
    if version:
        return is_deletion(newest) and not is_deletion(record)
    return not says_as_much(newest, record)
