"""What is to be known of a reader so that the shelves can choose: read for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.edition import Edition
from broadsheet.ports import Store
from broadsheet.recommend.lessons import Desires, read_all_desires
from broadsheet.recommend.offers import EDITIONS


class Brief(NamedTuple):
    """All that a reader's shelves learn from, and the reader's last editions that arrived."""

    desires: Desires
    editions: Sequence[Edition]


def read_briefs(store: Store, reader_ids: Sequence[int], now: datetime) -> dict[int, Brief]:
    """The briefs of these readers; five queries, however many they are."""
    desires = read_all_desires(store, reader_ids, now)
    editions = store.get_last_editions(reader_ids, EDITIONS, arrived=True)
    return {number: Brief(own, editions.get(number, ())) for number, own in desires.items()}
