"""The merges and splits that an export tells of, done again in the library that reads it.

What a person decided here stands: works that were split here are not merged, and works that were
merged here by hand are not taken apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from broadsheet.batch import recompose
from broadsheet.model import Grouping
from broadsheet.ports import Store, Transaction

AS_EXPORTED = "as exported"


class Regrouped(NamedTuple):
    """How many works became part of another, and how many were made by splitting."""

    merged: int = 0
    split: int = 0


def regroup(store: Store, groupings: Sequence[Grouping], *, now: datetime) -> Regrouped:
    """Group the records that are here as the groupings say; doing it twice changes nothing."""
    merged = split = 0
    with store.write() as transaction:
        for grouping in groupings:
            desk = _Desk(transaction, grouping, now)
            split += desk.take_apart()
            merged += desk.bring_together()
            desk.bar()
            recompose(transaction, desk.touched)
    return Regrouped(merged, split)


class _Desk:
    """One grouping: `_parts[n]` are the records here of its n-th work, by the work they are in."""

    def __init__(self, transaction: Transaction, grouping: Grouping, now: datetime) -> None:
        self._transaction = transaction
        self._split = grouping.split
        self._now = now
        hashes = {each for work in grouping.works for each in work}
        places = dict(transaction.find_places(hashes))
        self._parts = [_by_work(places, work) for work in grouping.works]
        self.touched: set[int] = set()

    def take_apart(self) -> int:
        """Give each part that shares its work with another part a work of its own."""
        sharing: dict[int, list[dict[int, set[int]]]] = defaultdict(list)
        for part in self._parts:
            for number in part:
                sharing[number].append(part)
        made = 0
        for number, parts in sharing.items():
            if len(parts) < 2 or self._was_merged_by_hand(number):
                continue
            for part in parts[1:]:
                new_id = self._transaction.reserve_work_ids(1)[0]
                part[new_id] = part.pop(number)
                self._transaction.split_records(
                    part[new_id], new_id=new_id, reason=AS_EXPORTED, now=self._now
                )
                self.touched |= {number, new_id}
                made += 1
        return made

    def _was_merged_by_hand(self, number: int) -> bool:
        """Whether a merge came without a record: those that identity finds come with one."""
        records = self._transaction.get_records([number]).get(number, ())
        arrivals = {stored.seen_at for stored in records}
        return any(
            event.act == "merge" and event.reason != AS_EXPORTED and event.at not in arrivals
            for event in self._transaction.get_history(number)
        )

    def bring_together(self) -> int:
        """Merge the works of each part into the oldest of them, but for those split from it."""
        merged = 0
        for part in self._parts:
            kept, *others = sorted(part) or [0]
            for gone in others:
                if gone in self._transaction.find_barred([kept]).get(kept, ()):
                    continue
                self._transaction.merge_works(kept, gone, reason=AS_EXPORTED, now=self._now)
                self._replace(gone, kept)
                merged += 1
        return merged

    def _replace(self, gone: int, kept: int) -> None:
        for part in self._parts:
            if gone in part:
                part.setdefault(kept, set()).update(part.pop(gone))
        self.touched = (self.touched - {gone}) | {kept}

    def bar(self) -> None:
        """Keep apart what the export keeps apart."""
        for left, right in self._split:
            for one, other in product(self._parts[left], self._parts[right]):
                if one != other and other not in self._transaction.find_barred([one]).get(one, ()):
                    self._transaction.bar_works(one, other, reason=AS_EXPORTED, now=self._now)


def _by_work(places: dict[bytes, tuple[int, int]], hashes: Sequence[bytes]) -> dict[int, set[int]]:
    """Numbers of records by work; taken out of `places`, so that no record is in two parts."""
    part: dict[int, set[int]] = defaultdict(set)
    for digest in hashes:
        if place := places.pop(digest, None):
            part[place[1]].add(place[0])
    return dict(part)
