"""What is new for readers' own editions, brought together once for all that are put together at a
moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Protocol

from broadsheet.learning import ShelfPicks, Sifted
from broadsheet.model import Sort, Spoke, Work
from broadsheet.people import Announced, Reader
from broadsheet.ports import Index, Store
from broadsheet.press.calendar import DAY, before
from broadsheet.press.candidates import (
    EXAMPLE,
    NEWSWORTHY,
    Candidate,
    News,
    day_of,
    gather_evidence,
    is_ranked,
    make_candidate,
    pick_announced,
    rank_without_works,
)
from broadsheet.press.dated import dated_on, find_dated
from broadsheet.press.late import FORTNIGHT
from broadsheet.press.span import Span
from broadsheet.query import Query
from broadsheet.query.parser import parse
from broadsheet.query.render import field_filter
from broadsheet.text import fold

MOST_FOUND = 200
"""As many papers of one search or by one author are looked at."""

MOST_OF_LIBRARY = 20_000
"""From so many papers, the newest, is chosen what a quiet day offers."""


class Desk(Protocol):
    """Chooses among given papers for one reader after another."""

    def read(self, readers: Sequence[Reader]) -> None:
        """Read at once what it takes to pick for these readers."""

    def pick(
        self,
        reader: Reader,
        *,
        days: int,
        taken: Collection[int] = (),
        waiting: Collection[int] = (),
        edition: str = "",
    ) -> Sequence[ShelfPicks]: ...


class Sieve(Protocol):
    """Decides which papers of saved searches are sent."""

    def sift(self, query: str, numbers: Sequence[int]) -> Sifted: ...


class Chooser(Protocol):
    """What the press needs of shelves that learn."""

    def open_desk(self, work_ids: Collection[int], now: datetime) -> Desk: ...

    def open_sieve(self, now: datetime) -> Sieve: ...


class Fresh:
    """The news of the last fortnight as of a moment: each with when it came, in the order of the
    front page. Papers that no source announced are looked for from the day `dated_from` on."""

    def __init__(
        self, store: Store, index: Index, shelves: Chooser, now: datetime, dated_from: date
    ) -> None:
        self.now = now
        self._store = store
        self._index = index
        self._shelves = shelves
        self._works: dict[int, Work] = {}
        self._selections: dict[Span, Selection] = {}
        self.news, self.came = self._gather(dated_from)
        start = datetime.combine(before(now.date(), FORTNIGHT), time(), UTC)
        votes, measured = store.get_votes_since(start), store.get_measured_since(start)
        self._evidence = gather_evidence(votes, measured, now)
        self.ordered = rank_without_works(self.news, self.news, self._evidence, now)
        self.is_example = any(each[2:4] == EXAMPLE for each in self.news.values())

    def _gather(self, dated_from: date) -> tuple[dict[int, News], dict[int, datetime]]:
        today = self.now.date()
        oldest = before(today, FORTNIGHT)
        told = self._store.get_announced(before(oldest, FORTNIGHT), _tomorrow(today))
        here = [each for each in told if each.arrived_at <= self.now]
        announced = pick_announced(here)
        news = {number: each for number, each in announced.items() if each.day >= oldest}
        came = _find_arrivals(here)
        dated = self._find_dated(dated_from, announced, {each.day for each in here})
        if dated:
            came.update(self._store.get_arrivals(list(dated)))
        return news | dated, came

    def _find_dated(
        self, first: date, told: Collection[int], spoken_for: Collection[date]
    ) -> dict[int, News]:
        last = _tomorrow(self.now.date())
        dated = find_dated(self._index, self._store.get_standing, first, last, spoken_for)
        self._read([number for number in dated if number not in told])
        found = {}
        for number in dated.keys() - told:
            day = dated_on(self._works[number]) if number in self._works else None
            if day and first <= day <= last and day not in spoken_for:
                found[number] = News(number, day)
        return found

    def select(self, span: Span) -> Selection:
        """What of it is news for the editions that cover this."""
        if span not in self._selections:
            numbers = [number for number in self.ordered if self._holds(span, number)]
            self._selections[span] = Selection(self, span, numbers)
        return self._selections[span]

    def _holds(self, span: Span, number: int) -> bool:
        news = self.news.get(number)
        return news is not None and span.holds(news, self.came.get(number, self.now))

    def get_works(self, numbers: Iterable[int]) -> Mapping[int, Work]:
        """Works by number, each read once."""
        wanted = list(numbers)
        self._read(wanted)
        return {number: self._works[number] for number in wanted if number in self._works}

    def _read(self, numbers: Iterable[int]) -> None:
        missing = [number for number in dict.fromkeys(numbers) if number not in self._works]
        if missing:
            self._works |= self._store.get_works(missing)

    def get_candidates(self, numbers: Iterable[int], span: Span) -> dict[int, Candidate]:
        """Those that may stand in a ranked section, as an edition shows them. News about papers,
        papers that were taken back, and numbers that were merged away are left out."""
        works = self.get_works(numbers)
        return {
            number: self._make(work, span)
            for number, work in works.items()
            if work.id == number and is_ranked(work)
        }

    def _make(self, work: Work, span: Span) -> Candidate:
        news = self.news.get(work.id) or News(work.id, day_of(work))
        if self._holds(span, work.id):
            news = span.date_late(news)
        return make_candidate(work, news, self._evidence.get(work.id), self.now)

    def find_offered(self, reader: Reader, numbers: Collection[int]) -> frozenset[int]:
        """Those of some papers that a reader was offered before."""
        return self._store.find_offered(reader.id, numbers) if numbers else frozenset()

    def find_recent(self, numbers: Collection[int]) -> list[int]:
        """Those of some papers that are of the last fortnight, in their order."""
        oldest = before(self.now.date(), FORTNIGHT)
        works = self.get_works(number for number in numbers if number not in self.news)
        days = {number: day_of(work) for number, work in works.items() if work.id == number}
        days |= {number: self.news[number].day for number in numbers if number in self.news}
        return [number for number in numbers if number in days and days[number] >= oldest]

    def open_desk(self, numbers: Collection[int]) -> Desk:
        """A desk for choosing among these papers."""
        return self._shelves.open_desk(numbers, self.now)

    @cached_property
    def sieve(self) -> Sieve:
        """What decides which papers of saved searches are sent."""
        return self._shelves.open_sieve(self.now)

    @cached_property
    def library_desk(self) -> Desk:
        """A desk for choosing among all papers, new or not."""
        return self.open_desk(self._index.matches(Query(), limit=MOST_OF_LIBRARY)[0])

    def find(self, query: Query, within: Collection[int]) -> list[int]:
        """Those of some papers that the words of a query match, the most relevant first."""
        found = self._index.search(
            query, limit=MOST_FOUND, offset=0, sort=Sort.RELEVANCE, facets=False, within=within
        )
        return [hit.work_id for hit in found.hits if hit.spoke is not Spoke.MEANING]


class Selection:
    """The news for the editions of one span, in the order of the front page, and what has been
    found among them."""

    def __init__(self, fresh: Fresh, span: Span, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self._fresh = fresh
        self._span = span
        self._found: dict[str, list[int]] = {}
        self._by: dict[str, list[int]] = {}

    @cached_property
    def desk(self) -> Desk:
        """A desk for choosing among them."""
        return self._fresh.open_desk(self.numbers)

    def search(self, text: str) -> list[int]:
        """What a saved search finds. Raises InvalidQueryError."""
        if text not in self._found:
            query = parse(text)
            found = self._fresh.find(query, self.numbers) if self.numbers else []
            if not query.terms:
                places = {number: place for place, number in enumerate(self.numbers)}
                found.sort(key=places.__getitem__)
            self._found[text] = found
        return self._found[text]

    def find_by(self, author: str) -> list[int]:
        """What an author has written."""
        if author not in self._by:
            query = parse(field_filter("author", author))
            found = self._fresh.find(query, self.numbers) if self.numbers else []
            works, name = self._fresh.get_works(found), fold(author)
            self._by[author] = [n for n in works if name in map(fold, works[n].authors)]
        return self._by[author]


def _find_arrivals(announced: Iterable[Announced]) -> dict[int, datetime]:
    """When each paper came, by the first that was told of it."""
    came: dict[int, datetime] = {}
    for each in announced:
        if each.kind in NEWSWORTHY:
            known = came.get(each.work_id, each.arrived_at)
            came[each.work_id] = min(known, each.arrived_at)
    return came


def _tomorrow(day: date) -> date:
    """East of Greenwich it may be tomorrow already."""
    return day if day == date.max else day + DAY
