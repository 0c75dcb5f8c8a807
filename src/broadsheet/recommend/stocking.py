"""Keeps a stock of papers up with the library: made once, then extended by what changes.

The process on duty makes it and saves it (`Stockroom.refresh`); the others take up what was saved.
No request waits for it, but where a library is small, or where a shelf has learned from papers that
are not in it yet: a few of those are appended at once for the process that asks (`appending`).
Where a thread of the process calls `warm` now and then, many are added there, and a stock is taken
up there, with what rankers work out of it: requests go on with the one before until it is ready.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Act, Change, Work
from broadsheet.ports import ArrayCache, Index, Pool, Progress, Store, silent
from broadsheet.query import Query
from broadsheet.recommend.appending import append
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
"""As many papers a process adds at a time for itself, and as many for pages of readers until it
takes up a stock anew: whose shelves hold ever more old papers cannot fill the memory."""

FEW = 16
"""As many papers are appended while a request waits."""

SOME = 100
"""As many are added at a time where that happens beside the requests: so long a request may have to
wait that needs a few."""

MOMENT = 0.5
"""So many seconds a request waits for another one that adds papers."""

PATIENCE = 60
"""Changes are taken in so many seconds after the last ones, or when there are `ENOUGH` of them."""
ENOUGH = 500

GROWN = 1.3
"""Everything is made anew when there are so many times the papers that the words were learned
from."""


class Stockroom:
    """The stock of a library, as this process has it."""

    def __init__(
        self,
        store: Store,
        index: Index,
        cache: ArrayCache,
        clock: Clock,
        prepare: Callable[[Pool], object] = lambda pool: None,
    ) -> None:
        """`prepare` is called with each pool before requests see it, where one serves them
        meanwhile."""
        self._prepare = prepare
        self._is_warm = False
        self._store = store
        self._index = index
        self._cache = cache
        self._clock = clock
        self._lock = threading.Lock()
        """Held for a moment: requests wait for it."""
        self._making = threading.Lock()
        """Held by who makes or extends what is saved, which may take a minute."""
        self._adding = threading.Lock()
        """Held by who adds papers for this process, which may take seconds."""
        self._stock: Stock | None = None
        self._mark: Mark | None = None
        self._seen: Mark | None = None
        """The last mark that was found saved, which is not that of the stock where this process
        made one that it could not save."""
        self._added: set[int] = set()
        self._rough: set[int] = set()
        """What was only appended."""
        self._wanted: set[int] = set()
        """What requests went on without."""
        self._asked = 0.0
        """When this process last looked for what shelves learn from, in seconds."""
        self._fame: Mapping[int, float] | None = None

    def get(self, needed: Collection[int] = (), *, wait: bool = True) -> Stock | None:
        """The stock, with these papers as far as the library has them; None while it is being made.

        A library that is small is read in here and now. While somebody else adds papers, who does
        not `wait` for that gets the stock without those that it lacks; so does who needs many,
        where there is a thread that adds them.
        """
        is_small = self._index.state().works <= SMALL
        if is_small and self._is_stale():
            with self._making:
                if self._is_stale():
                    self._bring_up(silent, at_once=True)
        stock = self._look_up(at_once=is_small)
        if stock is None or not (missing := self._find_missing(stock, needed)):
            return stock
        if not wait and len(self._added) + len(self._wanted) >= MOST_ADDED:
            return stock
        if len(missing) > FEW and self._is_warm and not wait:
            with self._lock:
                self._wanted.update(missing[FEW:MOST_ADDED])
            needed = missing[:FEW]
        if not self._adding.acquire(timeout=-1 if wait else MOMENT):
            return stock
        try:
            return self._add(needed)
        finally:
            self._adding.release()

    def warm(self) -> None:
        """Take up what was saved, and prepare it before requests see it. Who calls this calls it
        again and again: in a large library, requests take nothing up themselves from now on."""
        if self._is_warm:
            self._catch_up()
        elif stock := self.get():
            self._prepare(stock.pool)
        self._is_warm = True
        if self._fame is None:
            self._fame = self._read_fame()
        with self._lock:
            wanted = [self._wanted.pop() for _ in range(min(SOME, len(self._wanted)))]
        if wanted:
            self.get(wanted)

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

    def _look_up(self, *, at_once: bool = True) -> Stock | None:
        """The stock, if it can be used; what was saved since is taken up by who warms it, or, where
        nobody does, or `at_once`, here."""
        with self._lock:
            if at_once or self._stock is None or not self._is_warm:
                self._take_up()
            return self._stock if self._is_ours() else None

    def _take_up(self) -> None:
        """Load what another process has saved since, while the others wait."""
        if found := self._load_newer():
            self._stock, self._mark = found
            self._added, self._rough = set(), set()

    def _catch_up(self) -> None:
        """As `_take_up`, while requests go on with what there is until the new one is prepared."""
        if found := self._load_newer():
            self._replace(*found)

    def _load_newer(self) -> tuple[Stock, Mark] | None:
        mark = read_mark(self._cache)
        if mark is None or mark == self._seen:
            return None
        self._seen = mark
        return load_stock(self._cache) if mark != self._mark else None

    def _replace(self, stock: Stock, mark: Mark) -> None:
        if self._is_warm:
            self._prepare(stock.pool)
        with self._lock:
            self._stock, self._mark = stock, mark
            self._added, self._rough = set(), set()

    def _keep(self, stock: Stock, position: int) -> None:
        mark = Mark(position, self._space(), int(self._clock().timestamp()))
        save_stock(self._cache, stock, mark)
        self._seen = read_mark(self._cache)
        if self._seen == mark and (found := load_stock(self._cache)):
            # What is mapped from disk is shared with other processes, and costs this one little,
            # until it appends papers for itself.
            stock = found[0]
        self._replace(stock, mark)

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
        self._catch_up()
        with self._lock:
            stock, mark = self._stock, self._mark
        if stock is None or mark is None or self._is_worn(stock, mark):
            return self._renew(progress)
        position = self._index.state().position
        missed, since = position - mark.position, self._clock().timestamp() - mark.made
        lacking = [] if at_once else self._find_lacking(stock)
        if not lacking and (not missed or (missed < ENOUGH and since < PATIENCE and not at_once)):
            return 0
        changes = self._store.changes(mark.position, MOST_CHANGES + 1)
        if len(changes) > MOST_CHANGES:
            return self._renew(progress)
        changes = [each for each in changes if each.seq <= position]
        return self._follow(stock, changes, lacking, position)

    def _find_lacking(self, stock: Stock) -> list[int]:
        """What shelves learn from that the stock lacks, or that was only appended to it; looked for
        now and then."""
        now = self._clock().timestamp()
        if 0 <= now - self._asked < PATIENCE:
            return []
        self._asked = now
        there, rough = stock.pool.rows, self._rough
        taught = self._store.find_taught(MOST_TAUGHT)
        lacking = [each for each in taught if each not in there or each in rough]
        return lacking[:MOST_ADDED]

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

    def _follow(
        self, stock: Stock, changes: Sequence[Change], lacking: Collection[int], position: int
    ) -> int:
        """Take in what changed: of old papers, those that the stock has, or all where it has room
        for the whole library; and what it is `lacking`, and what was only appended."""
        gone = [each.work_id for each in changes if each.act is Act.DELETE]
        stock, self._fame = without(stock, gone), self._read_fame()
        with self._lock:
            needed = {*lacking, *self._rough}
        numbers = dict.fromkeys([*(each.work_id for each in changes), *needed])
        papers = self._make(list(numbers), self._find_days())
        there = stock.pool.rows.keys() - needed
        if not changes and all(each.number in there for each in papers):
            return 0
        month = self._clock().toordinal() - MONTH.days
        whole = self._index.state().works <= MOST_NEW
        papers = [
            each
            for each in papers
            if whole or each.day >= month or each.number in needed or each.number in stock.pool.rows
        ]
        self._keep(self._extend(stock, papers), position)
        return len(papers)

    def _add(self, needed: Collection[int]) -> Stock | None:
        """The stock with more papers, for this process only. Requests are served with what there
        is meanwhile; what was taken up meanwhile gets them, too."""
        while True:
            stock = self._look_up(at_once=False)
            if stock is None or not (missing := self._find_missing(stock, needed)):
                return stock
            missing = missing[:MOST_ADDED]
            is_few = len(missing) <= FEW
            more = self._extend(stock, self._make(missing, {}), roughly=is_few)
            if self._is_warm or is_few:  # while the pool before is there to be built on
                self._prepare(more.pool)
            with self._lock:
                if self._stock is stock:
                    self._stock = more
                    self._added.update(missing)
                    self._wanted.difference_update(missing)
                    if is_few:
                        self._rough.update(more.pool.numbers[len(stock.pool.numbers) :].tolist())
                    return more

    def _find_missing(self, stock: Stock, needed: Collection[int]) -> list[int]:
        """Those of some papers that were not looked for yet."""
        rows, added = stock.pool.rows, self._added
        return [each for each in needed if each not in rows and each not in added]

    def _make(self, numbers: Sequence[int], days: Mapping[int, int]) -> list[Paper]:
        if self._fame is None:
            self._fame = self._read_fame()
        works = {work.id: work for some in self._read(numbers) for work in some.values()}
        return [_make(work, days, self._fame) for work in works.values()]

    def _extend(self, stock: Stock, papers: Sequence[Paper], *, roughly: bool = False) -> Stock:
        there = stock.pool.rows
        if roughly:  # a number may be that of a paper which was merged into one that is there
            papers = [each for each in papers if each.number not in there]
        if not papers:
            return stock
        add = append if roughly else extend
        return add(stock, papers, find_vectors(self._index, papers))


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
