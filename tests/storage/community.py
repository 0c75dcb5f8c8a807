"""Made-up readers, and short ways to have them keep and say things."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from broadsheet.people import Reader, Role, Saved, Sharing, Shelf, Vote
from broadsheet.ports import Transaction
from broadsheet.storage import SqlStore
from papers import NOW

MOMENT = timedelta(microseconds=1)


def add_readers(store: SqlStore, *names: str, **changes: Any) -> list[int]:
    """New readers; returns their numbers."""
    with store.write() as writing:
        return [
            writing.put_reader(Reader(0, name, name.title(), Role.READER, NOW, **changes))
            for name in names
        ]


def add_shelf(
    store: SqlStore, reader_id: int, *work_ids: int, name: str = "Mine", shared: bool = False
) -> int:
    """A new shelf with papers on it, each saved a moment after the one before."""
    sharing = Sharing.INSTANCE if shared else Sharing.NOBODY
    with store.write() as writing:
        shelf_id = writing.put_shelf(Shelf(0, reader_id, name, NOW, sharing=sharing))
        save(writing, shelf_id, *work_ids)
    return shelf_id


def save(writing: Transaction, shelf_id: int, *work_ids: int, **changes: Any) -> None:
    writing.put_saved(
        [
            Saved(shelf_id, number, NOW + place * MOMENT, **changes)
            for place, number in enumerate(work_ids)
        ]
    )


def vote(store: SqlStore, reader_id: int, *work_ids: int) -> None:
    """Each vote is cast a moment after the one before."""
    with store.write() as writing:
        writing.put_votes(
            [Vote(number, reader_id, NOW + place * MOMENT) for place, number in enumerate(work_ids)]
        )
