"""How often an address is asked whether it wants mail: by the address alone, whoever asks.

Accounts come and go, and an address may be asked for from any of them. So what is kept of it is
kept for the instance: a keyed hash of the address with a moment, which nobody without the
instance's secret can turn back, and which is forgotten as soon as it says nothing any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.errors import ConflictError
from broadsheet.ports import Store, Transaction

ASK_AFTER = timedelta(days=1)
ASK_REFUSED_AFTER = timedelta(days=180)

ASKED_TODAY = (
    "A mail went to that address within the last day: open the link in it (it may lie among spam), "
    "or ask again tomorrow."
)
REFUSED = (
    "Whoever reads mail at that address wants none from here, and is not asked for half a year; "
    "only the operator of this instance can subscribe it before."
)
_ASKED, _REFUSED = "asked:", "refused:"


class Patience:
    """When each address was asked, and which do not want to be. Addresses are their marks
    (`Tokens.mark_address`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, mark: str, now: datetime) -> None:
        """Raise ConflictError where an address may not be asked now."""
        if self.is_refused(mark, now):
            raise ConflictError(REFUSED)
        if self._is_within(_ASKED + mark, ASK_AFTER, now):
            raise ConflictError(ASKED_TODAY)

    def is_refused(self, mark: str, now: datetime) -> bool:
        """Whether the owner of an address wants to be left alone."""
        return self._is_within(_REFUSED + mark, ASK_REFUSED_AFTER, now)

    def _is_within(self, name: str, time: timedelta, now: datetime) -> bool:
        kept = self._store.get_fact(name)
        return bool(kept) and now - datetime.fromisoformat(kept) < time

    def note_asked(self, transaction: Transaction, mark: str, now: datetime) -> None:
        """An address is being asked; what has expired of all is forgotten."""
        transaction.drop_facts(_ASKED, before=now - ASK_AFTER)
        transaction.drop_facts(_REFUSED, before=now - ASK_REFUSED_AFTER)
        transaction.put_fact(_ASKED + mark, now.isoformat(), now=now)

    def note_not_asked(self, transaction: Transaction, mark: str, now: datetime) -> None:
        """The mail did not leave."""
        transaction.put_fact(_ASKED + mark, "", now=now)

    def note_refused(self, transaction: Transaction, mark: str, now: datetime) -> None:
        """The owner of an address wants to be left alone."""
        transaction.put_fact(_REFUSED + mark, now.isoformat(), now=now)
