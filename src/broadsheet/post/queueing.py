"""Finds readers' printed editions that no letter was made of.

Between the printing of an edition and its queueing a process may die, and one that sends no mail
may print. So all subscriptions are looked through again and again: no edition is forgotten, whoever
printed it. One that is found too late expires unsent, and its papers come back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from broadsheet.edition import Edition, Scope
from broadsheet.ports import Store

LOOK_BACK = timedelta(days=14)
"""As far back as an edition takes papers in: what was printed before is not offered again."""
_NAMES = 20
"""More than a fortnight has days."""


class Unqueued:
    """Finds them; cheap for a reader of whom nothing was printed since the last time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[int, Sequence[str]] = {}

    def find(self, now: datetime) -> Iterator[Edition]:
        """The editions without a letter of all readers that get mail, those of each oldest first.

        Of what was printed before an address was confirmed, that is the last one and no other.
        """
        for number, subscription in self._store.get_subscriptions().items():
            if not subscription.is_active:
                continue
            names = self._store.get_edition_names(Scope.READER, reader_id=number, limit=_NAMES)
            if names and names != self._seen.get(number):
                confirmed_at = subscription.confirmed_at or now
                for edition in self._find_missing(number, names, now):
                    if edition.made_at >= confirmed_at or edition.name == names[0]:
                        yield edition
                self._seen[number] = names

    def _find_missing(
        self, reader_id: int, names: Collection[str], now: datetime
    ) -> Iterator[Edition]:
        earliest = (now - LOOK_BACK).date()
        known = {each.name for each in self._store.get_letters(reader_id=reader_id, limit=None)}
        for name in sorted(set(names) - known):
            if date.fromisoformat(name) >= earliest:
                edition = self._store.get_edition(Scope.READER, name, reader_id=reader_id)
                if edition:
                    yield edition
