"""Counts by day of search texts, kept until the library changes: every plot begins with them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date

from broadsheet.model import Matching, Sort
from broadsheet.ports import Index
from broadsheet.query.parser import parse

Days = Mapping[str, int]
KEPT = 24


class Counts:
    """What the index counts, for several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], tuple[Days, int]] = OrderedDict()

    def days(self, text: str) -> Days:
        """How many papers a search text finds, by partial date."""
        return self._count(text)[0]

    def undated(self, text: str) -> int:
        """How many papers a search text finds that have no date at all."""
        days, found = self._count(text)
        return found - sum(days.values())

    def _count(self, text: str) -> tuple[Days, int]:
        key = (self._index.state().position, text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        query = parse(text)
        counted = self._index.count_days(query), self._index.matches(query, limit=1)[1]
        with self._lock:
            self._kept[key] = counted
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return counted

    def is_loose(self, text: str) -> bool:
        """Whether papers with only some of the words of a search text are found, too."""
        query = parse(text)
        if len(query.terms) < 2:
            return False
        page = self._index.search(query, limit=0, offset=0, sort=Sort.NEWEST, facets=False)
        return page.matching is Matching.ANY

    def find_edge(self, today: date) -> date:
        """Up to which day the library can have papers: that of its newest, if it knows a day."""
        known = [day for day in self.days("") if len(day) == 10 and day <= today.isoformat()]
        return date.fromisoformat(max(known)) if known else today
