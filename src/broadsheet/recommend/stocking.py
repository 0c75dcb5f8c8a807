"""Keeps a stock of papers up with the library: made once, then extended by what changes.

The process on duty makes it and saves it (`Stockroom.refresh`); the others take up what was saved.
No request waits for it, but where a library is small, or where a shelf has learned from a few
papers that are not in it yet: those are added for the process that asks.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Act, Change, Work
from broadsheet.ports import ArrayCache, Index, Progress, Store, silent
from broadsheet.query import Query
from broadsheet.recommend.pool import Paper, Stock, build, extend, without
from broadsheet.recommend.saving import Mark, load_stock, read_mark, save_stock
from broadsheet.sync import Clock

MOST_NEW = 25_000
MOST_TAUGHT = 25_000
SMALL = 3_000
"""A library of at most so many papers is read in at once, when somebody asks."""

MONTH = timedelta(days=31)
BATCH = 1_000
MOST_CHANGES = 5_000
"""More changes than these are a reason to make everything anew."""

MOST_ADDED = 5_000
"""As many papers a process adds for itself."""

PATIENCE = 60
"""Changes are taken in so many seconds after the last ones, or when there are `ENOUGH` of them."""
ENOUGH = 500

GROWN = 1.3
"""Everything is made anew when there are so many times the papers that the words were learned
from."""


class Stockroom:
    """The stock of a library, as this process has it."""

    def __init__(self, store: Store, index: Index, cache: ArrayCache, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._cache = cache
        self._clock = clock
        self._lock = threading.Lock()
        """Held for a moment: requests wait for it."""
        self._making = threading.Lock()
        """Held by who makes or extends what is saved, which may take a minute."""
        self._stock: Stock | None = None
        self._mark: Mark | None = None
        self._added: set[int] = set()
        self._fame: Mapping[int, float] | None = None

    def get(self, needed: Collection[int] = ()) -> Stock | None:
        """The stock, with these papers as far as the library has them; None while it is being made.

        A library that is small is read in here and now.
        """
        if self._is_stale() and self._index.state().works <= SMALL:
            with self._making:
                if self._is_stale():
                    self._bring_up(silent, at_once=True)
        with self._lock:
            self._take_up()
            return self._add(needed) if self._is_ours() else None

    def refresh(self, progress: Progress = silent) -> int:
        """Let the stock follow the library, and save it for others; how many papers it took in.

        Requests are served with what there is meanwhile.
        """
        with self._making:
            return self._bring_up(progress)

    def describe_space(self) -> str:
        """The name of the space of the vectors, or ""."""
        return next(iter(self._index.state().spaces), "")

    # --- What was saved -----------------------------------------------------------------------

    def _take_up(self) -> None:
        """Load what another process has saved since."""
        mark = read_mark(self._cache)
        if mark is None or mark == self._mark:
            return
        if found := load_stock(self._cache):
            self._stock, self._mark = found
            self._added = set()

    def _keep(self, stock: Stock, position: int) -> None:
        mark = Mark(position, self._space(), int(self._clock().timestamp()))
        save_stock(self._cache, stock, mark)
        # What is mapped from disk is shared with the other processes, and costs this one little.
        found = load_stock(self._cache)
        with self._lock:
            self._stock, self._mark = found or (stock, mark)
            self._added = set()

    def _space(self) -> int:
        return crc32(self.describe_space().encode())

    def _is_stale(self) -> bool:
        with self._lock:
            self._take_up()
            return self._mark is None or self._mark.position != self._index.state().position

    def _is_ours(self) -> bool:
        """Whether there is a stock with vectors of the index's present space."""
        return self._mark is not None and self._mark.space == self._space()

    def _is_worn(self, stock: Stock, mark: Mark) -> bool:
        """Whether everything is to be made anew: the vectors are of another space, the library is
        another one, or there are far more papers than the words were learned from."""
        known = max(stock.known, BATCH)
        foreign = mark.position > self._index.state().position
        return foreign or not self._is_ours() or len(stock.pool.numbers) > GROWN * known

    def _bring_up(self, progress: Progress, *, at_once: bool = False) -> int:
        with self._lock:
            self._take_up()
            stock, mark = self._stock, self._mark
        if stock is None or mark is None or self._is_worn(stock, mark):
            return self._renew(progress)
        position = self._index.state().position
        missed, since = position - mark.position, self._clock().timestamp() - mark.made
        if not missed or (missed < ENOUGH and since < PATIENCE and not at_once):
            return 0
        changes = self._store.changes(mark.position, MOST_CHANGES + 1)
        if len(changes) > MOST_CHANGES:
            return self._renew(progress)
        return self._follow(stock, [each for each in changes if each.seq <= position], position)

    # --- Making it ----------------------------------------------------------------------------

    def _renew(self, progress: Progress) -> int:
        """Make the stock from nothing: the newest papers, and those that shelves learn from."""
        position, days = self._index.state().position, self._find_days()
        taught = self._store.find_taught(MOST_TAUGHT)
        numbers = list(dict.fromkeys([*self._find_newest(days), *taught]))
        self._fame = fame = self._read_fame()
        papers: list[Paper] = []
        for works in self._read(numbers):
            papers += [_make(work, days, fame) for work in works.values()]
            progress("Reading shelves in", len(papers), len(numbers))
        papers = list({paper.number: paper for paper in papers}.values())
        if papers:
            self._keep(build(papers, find_vectors(self._index, papers), progress), position)
        return len(papers)

    def _find_newest(self, days: Mapping[int, int]) -> list[int]:
        announced = sorted(days, key=lambda number: (-days[number], -number))
        newest, _ = self._index.matches(Query(), limit=MOST_NEW)
        return list(dict.fromkeys([*announced[:MOST_NEW], *newest]))[:MOST_NEW]

    def _find_days(self) -> dict[int, int]:
        """The ordinals of the days of the last month on which papers were announced."""
        today = self._clock().date()
        days: dict[int, int] = {}
        for each in self._store.get_announced(today - min(MONTH, today - date.min), today):
            if each.kind != "replace":
                days.setdefault(each.work_id, each.day.toordinal())
        return days

    def _read_fame(self) -> dict[int, float]:
        """How much was done with each paper: votes and citations, each as a share of the most."""
        fame: dict[int, float] = {}
        for name in ("votes", "citations"):
            standing = self._store.get_standing(name)
            most = max(standing.values(), default=0.0) or 1.0
            for number, value in standing.items():
                fame[number] = fame.get(number, 0.0) + value / most
        return fame

    def _read(self, numbers: Sequence[int]) -> Iterator[Mapping[int, Work]]:
        for start in range(0, len(numbers), BATCH):
            yield self._store.get_works(numbers[start : start + BATCH])

    # --- Following ----------------------------------------------------------------------------

    def _follow(self, stock: Stock, changes: Sequence[Change], position: int) -> int:
        """Take in what changed: of old papers, those that the stock has, or all where it has room
        for the whole library."""
        gone = [each.work_id for each in changes if each.act is Act.DELETE]
        stock, self._fame = without(stock, gone), self._read_fame()
        papers = self._make([each.work_id for each in changes], self._find_days())
        month = self._clock().toordinal() - MONTH.days
        whole = self._index.state().works <= MOST_NEW
        papers = [
            each for each in papers if whole or each.day >= month or each.number in stock.pool.rows
        ]
        self._keep(self._extend(stock, papers), position)
        return len(papers)

    def _add(self, needed: Collection[int]) -> Stock:
        """The stock with more papers, for this process only."""
        assert self._stock
        rows = self._stock.pool.rows
        missing = [each for each in needed if each not in rows and each not in self._added]
        if missing:
            missing = missing[:MOST_ADDED]
            self._stock = self._extend(self._stock, self._make(missing, {}))
            self._added.update(missing)
        return self._stock

    def _make(self, numbers: Sequence[int], days: Mapping[int, int]) -> list[Paper]:
        if self._fame is None:
            self._fame = self._read_fame()
        works = {work.id: work for some in self._read(numbers) for work in some.values()}
        return [_make(work, days, self._fame) for work in works.values()]

    def _extend(self, stock: Stock, papers: Sequence[Paper]) -> Stock:
        return extend(stock, papers, find_vectors(self._index, papers)) if papers else stock


def find_vectors(index: Index, papers: Sequence[Paper]) -> NDArray[np.float32]:
    """The vectors [papers, d] of papers; zeros where one has none."""
    there, found = index.vectors([paper.number for paper in papers])
    vectors = np.zeros((len(papers), found.shape[1]), np.float32)
    places = {paper.number: row for row, paper in enumerate(papers)}
    vectors[[places[number] for number in there]] = found
    return vectors


def _make(work: Work, days: Mapping[int, int], fame: Mapping[int, float]) -> Paper:
    return Paper.of(work, days.get(work.id) or _day_of(work), fame.get(work.id, 0.0))


def _day_of(work: Work) -> int:
    """The ordinal of a paper's date: of a month or a year, its first day; 0 where it has none."""
    if work.date is None:
        return 0
    return date.fromisoformat(work.date.value + "-01-01"[len(work.date.value) - 4 :]).toordinal()
