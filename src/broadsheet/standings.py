"""What papers stand by among others: the votes for them, and how often they are cited."""

from __future__ import annotations

from collections.abc import Mapping

from broadsheet.model import Sort
from broadsheet.ports import Store

NAMES = {Sort.VOTES: "votes", Sort.CITATIONS: "citations"}
"""The orders that go by a standing, and what the store calls it."""


class Standings:
    """Standings as the store tells them, read anew only when something was voted or measured.

    Until then the very same mapping is given, so that an index need not rank it again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[Sort, tuple[int, Mapping[int, float]]] = {}

    def get(self, sort: Sort) -> Mapping[int, float]:
        """The standing that an order goes by; nothing for the others."""
        if sort not in NAMES:
            return {}
        stamp = self._store.standing_stamp()
        kept = self._kept.get(sort)
        if kept is None or kept[0] != stamp:
            kept = self._kept[sort] = (stamp, self._store.get_standing(NAMES[sort]))
        return kept[1]
