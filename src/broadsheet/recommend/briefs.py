"""What is to be known of a reader so that the shelves can choose: read for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.ports import Store
from broadsheet.recommend.lessons import Desires, read_all_desires
from broadsheet.recommend.offers import Past, read_pasts


class Brief(NamedTuple):
    """All that a reader's shelves learn from, and what the reader was shown."""

    desires: Desires
    past: Past


def read_briefs(store: Store, reader_ids: Sequence[int], now: datetime) -> dict[int, Brief]:
    """The briefs of these readers; six queries, however many they are."""
    desires, pasts = read_all_desires(store, reader_ids, now), read_pasts(store, reader_ids)
    return {number: Brief(own, pasts[number]) for number, own in desires.items()}
