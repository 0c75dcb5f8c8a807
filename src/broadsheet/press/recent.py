"""What was put together a moment ago, kept until something that it was made of has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from broadsheet.ports import Store

Thing = TypeVar("Thing")

KEPT = timedelta(seconds=20)
"""How long: what a source tells without a paper of its own is seen after this, not at once."""

MOST = 64


class _Kept(NamedTuple, Generic[Thing]):
    stamp: tuple[int, int]
    at: datetime
    thing: Thing

    def is_fresh(self, stamp: tuple[int, int], now: datetime) -> bool:
        return self.stamp == stamp and timedelta() <= now - self.at < KEPT


class Recent(Generic[Thing]):
    """Keeps a few things by key. A vote (also one taken back), a measure, a paper that came or
    changed, in whichever process, make all of them be made anew; two cheap questions tell."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[Hashable, _Kept[Thing]] = {}

    def get(self, key: Hashable, now: datetime, make: Callable[[], Thing]) -> Thing:
        """What `make` gives, or gave for this key not long before `now`."""
        stamp = (self._store.last_change(), self._store.standing_stamp())
        kept = self._kept.get(key)
        if kept and kept.is_fresh(stamp, now):
            return kept.thing
        # The stamp is older than what is made: a change between the two has it made once more.
        thing = make()
        fresh = {key: each for key, each in self._kept.items() if each.is_fresh(stamp, now)}
        self._kept = {**(fresh if len(fresh) < MOST else {}), key: _Kept(stamp, now, thing)}
        return thing

    def forget(self) -> None:
        """Keep nothing: something else has changed."""
        self._kept = {}
