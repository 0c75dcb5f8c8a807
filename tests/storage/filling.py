"""Short ways to put works into a store without the logic of `ingest`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broadsheet.model import Record, content_hash
from broadsheet.ports import NewRecord, Transaction, WorkKey
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import NOW

Opener = Callable[..., SqlStore]
"""Opens the store in a folder; see the fixture `open_store`."""


def new_record(work_id: int, record: Record, reason: str = "") -> NewRecord:
    payload = record.to_json()
    return NewRecord(work_id, record, payload, content_hash(payload), reason)


def keys_of(record: Record) -> list[WorkKey]:
    return [WorkKey(*identifier) for identifier in record.ids]


def put(transaction: Transaction, *groups: Sequence[Record]) -> list[int]:
    """One new work for each group of records; returns their numbers."""
    numbers = transaction.reserve_work_ids(len(groups))
    transaction.put_works(
        (compose(number, group), [key for record in group for key in keys_of(record)])
        for number, group in zip(numbers, groups, strict=True)
    )
    news = [
        new_record(number, record)
        for number, group in zip(numbers, groups, strict=True)
        for record in group
    ]
    transaction.add_records(news, now=NOW)
    return list(numbers)


def fill(store: SqlStore, *groups: Sequence[Record]) -> list[int]:
    """As `put`, in a transaction of its own."""
    with store.write() as transaction:
        return put(transaction, *groups)
