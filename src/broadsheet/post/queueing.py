"""Finds readers' printed editions that no letter was made of.

Between the printing of an edition and its queueing a process may die, and one that sends no mail
may print. So all subscriptions are looked through again and again: no edition is forgotten, whoever
printed it. One that is found too late expires unsent, and its papers come back. What was printed
before an address was confirmed, or while its reader had stopped the mail, is nobody's letter.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from broadsheet.edition import Edition, Scope
from broadsheet.mailing import Letter, Subscription
from broadsheet.mishaps import Mishap
from broadsheet.ports import Store
from broadsheet.press.own import LIBRARY_KEY

_log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=14)
"""As far back as an edition takes papers in: what was printed before is not offered again."""
PAUSE = timedelta(minutes=15)
"""Before an edition is tried again of which no letter could be made."""
_NAMES = 20
"""More than a fortnight has days."""


def is_worth_a_letter(edition: Edition) -> bool:
    """Whether a reader's own edition goes out by mail: it has something new for its reader; or it
    is the first one and has something to begin with."""
    if edition.scope is not Scope.READER or not edition.entries:
        return False
    begins = edition.number == 1 and any(each.key == LIBRARY_KEY for each in edition.sections)
    return begins or not edition.quiet


class Unqueued:
    """Finds them; cheap for a reader of whom nothing was printed since the last time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._settled: dict[int, set[str]] = {}
        self._spoilt: dict[tuple[int, str], datetime] = {}

    def find(self, now: datetime) -> Iterator[Edition]:
        """The editions without a letter of all readers that get mail, those of each oldest first;
        none that was printed before mail began to go to its reader, or went on after a stop.

        Each is found again until there is a letter of it.
        """
        for subscription in self._store.get_subscriptions().values():
            missing: Sequence[Edition] = ()
            if subscription.is_active:
                with Mishap(_log, "No mail for reader %d", subscription.reader_id):
                    missing = self._find_missing(subscription, now)
            yield from missing

    def put_off(self, edition: Edition, now: datetime) -> None:
        """Leave an edition of which no letter could be made out for a while."""
        self._spoilt[edition.reader_id, edition.name] = now + PAUSE

    def _find_missing(self, subscription: Subscription, now: datetime) -> list[Edition]:
        number = subscription.reader_id
        names = self._store.get_edition_names(Scope.READER, reader_id=number, limit=_NAMES)
        settled = self._settled.get(number, set()).intersection(names)
        if settled.issuperset(names):
            return []
        settled.update(each.name for each in self._get_letters(number))
        found = []
        for name in sorted(set(names) - settled):
            edition = self._get_wanted(subscription, name, now)
            if edition is None:
                settled.add(name)
            elif not now < self._spoilt.get((number, name), now) <= now + PAUSE:
                found.append(edition)
        self._settled[number] = settled
        return found

    def _get_letters(self, reader_id: int) -> Sequence[Letter]:
        return self._store.get_letters(reader_id=reader_id, limit=None)

    def _get_wanted(self, subscription: Subscription, name: str, now: datetime) -> Edition | None:
        """An edition that is to be mailed."""
        if date.fromisoformat(name) < (now - LOOK_BACK).date():
            return None
        number, began_at = subscription.reader_id, subscription.confirmed_at or now
        edition = self._store.get_edition(Scope.READER, name, reader_id=number)
        # Editions are dated to the second.
        if edition is None or edition.made_at < began_at.replace(microsecond=0):
            return None
        return edition if is_worth_a_letter(edition) else None
