"""Brings together what an edition is made of; every question goes to the store or index once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from broadsheet.edition import Scope
from broadsheet.model import Work
from broadsheet.people import Announced
from broadsheet.ports import Index, Store
from broadsheet.press.calendar import Period, before, goes_to_press, previous
from broadsheet.press.candidates import (
    Candidate,
    News,
    dated_on,
    day_of,
    find_dated,
    gather_evidence,
    is_voted,
    make_candidate,
    pick_announced,
    pick_late,
    rank_without_works,
)
from broadsheet.press.trending import Evidence

FORTNIGHT = timedelta(days=14)
RECENT = timedelta(days=100)
MOST_READ = 3000
"""As many papers of a period are read to choose from: those with votes, then as they are listed."""

MOST_EARLIER = 50


class Gathered(NamedTuple):
    """The news of a period, and what people vote for of the fortnight before."""

    news: Sequence[Candidate]
    earlier: Sequence[Candidate]


class Gatherer:
    """Gathers the news of periods; `press_time` is the time of day (UTC) of the press."""

    def __init__(self, store: Store, index: Index, press_time: time) -> None:
        self._store = store
        self._index = index
        self._press_time = press_time

    def gather(self, period: Period, now: datetime) -> Gathered:
        """The news of a period as they are known at a moment, late papers included."""
        start = before(period.first, FORTNIGHT)
        announced = [
            each for each in self._store.get_announced(start, period.last) if each.arrived_at <= now
        ]
        told = pick_announced(announced)
        old = {number: each for number, each in told.items() if each.day < period.first}
        news = {number: each for number, each in told.items() if each.day >= period.first}
        if period.scope in (Scope.DAY, Scope.READER):
            news |= self._find_late(announced, old, period, now)
        spoken_for = {each.day for each in announced}
        dated = find_dated(self._index, period.first, period.last, spoken_for)
        evidence = self.find_evidence(datetime.combine(start, time(), UTC), now)
        at = min(now, goes_to_press(period, self._press_time))
        wanted = _choose([*news, *dated], news, evidence, at)
        earlier = _choose(old.keys() & evidence.keys(), old, evidence, at)[:MOST_EARLIER]
        works = self._store.get_works([*wanted, *earlier])
        for number in dated:
            day = dated_on(works[number]) if number in works else None
            if day and day not in spoken_for and period.first <= day <= period.last:
                news.setdefault(number, News(number, day))
        return Gathered(
            _make(wanted, news, works, evidence, at),
            [each for each in _make(earlier, old, works, evidence, at) if is_voted(each)],
        )

    def find_evidence(self, since: datetime, now: datetime) -> Mapping[int, Evidence]:
        """What people did with papers since a moment, here and (not too long ago) elsewhere. Two
        queries."""
        recent = max(since, now - min(RECENT, now - datetime.min.replace(tzinfo=UTC)))
        measured = self._store.get_measured_since(recent)
        return gather_evidence(self._store.get_votes_since(since), measured, now)

    def make_trending(
        self, evidence: Mapping[int, Evidence], now: datetime, limit: int
    ) -> list[Candidate]:
        """The papers with the most behind them, as candidates of the day they have; a few more
        than the limit, for those that may not be ranked."""
        found = rank_without_works(evidence, {}, evidence, now)[: 2 * limit + 20]
        works = self._store.get_works(found)
        return [
            make_candidate(work, News(work.id, day_of(work)), evidence.get(number), now)
            for number, work in works.items()
        ]

    def _find_late(
        self,
        announced: Sequence[Announced],
        old: Mapping[int, News],
        period: Period,
        now: datetime,
    ) -> dict[int, News]:
        """What came after the last edition had gone to press, of days that it or those before it
        spoke for; for the edition that follows it only."""
        names = self._store.get_edition_names(Scope.DAY, limit=1)
        day_before = previous(period)
        if not names or not day_before or names[0] != day_before.name:
            return {}
        last = self._store.get_edition(Scope.DAY, names[0])
        if last is None:
            return {}
        late = pick_late(announced, old, since=last.made_at, until=now)
        printed = self._store.find_printed(late, Scope.DAY)
        return {number: news for number, news in late.items() if number not in printed}


def _choose(
    numbers: Iterable[int],
    news: Mapping[int, News],
    evidence: Mapping[int, Evidence],
    at: datetime,
) -> list[int]:
    """The papers to read: those that people did something with, then as they are listed."""
    return rank_without_works(set(numbers), news, evidence, at)[:MOST_READ]


def _make(
    numbers: Iterable[int],
    news: Mapping[int, News],
    works: Mapping[int, Work],
    evidence: Mapping[int, Evidence],
    at: datetime,
) -> list[Candidate]:
    """Candidates of those that are here; an index that is behind may name what was merged since."""
    return [
        make_candidate(works[number], news[number], evidence.get(number), at)
        for number in numbers
        if number in news and number in works and works[number].id == number
    ]
