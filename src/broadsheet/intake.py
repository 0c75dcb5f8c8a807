"""What a live source says into the store: records, and beside them what receipts are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from broadsheet.batch import BatchResult, encode, store_batch
from broadsheet.model import Record
from broadsheet.ports import Transaction
from broadsheet.sources import Batch, Item, Rejected, Source


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
    encoded, rejected = [], list(batch.rejected)
    for record in (*batch.records, *_withdraw(transaction, source, batch.deleted)):
        try:
            encoded.append((record, *encode(record)))
        except TypeError:
            rejected.append(Rejected(record.key, "its text is not valid Unicode"))
    result = store_batch(transaction, encoded, now=now)
    transaction.put_items(source.name, _items_of([each[0] for each in encoded], batch), now=now)
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


def _withdraw(transaction: Transaction, source: Source, deleted: Sequence[str]) -> Iterator[Record]:
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
            yield replace(newest, withdrawn=True)
