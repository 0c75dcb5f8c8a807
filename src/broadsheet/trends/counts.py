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
        self._kept: OrderedDict[tuple[int, str], Days] = OrderedDict()

    def days(self, text: str) -> Days:
        """How many papers a search text finds, by partial date."""
        key = (self._index.state().position, text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        days = self._index.count_days(parse(text))
        with self._lock:
            self._kept[key] = days
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return days

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
