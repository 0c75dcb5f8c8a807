"""Brings together what an edition is made of; every question goes to the store or index once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from broadsheet.edition import Scope
from broadsheet.model import Work
from broadsheet.ports import Index, Store
from broadsheet.press.calendar import DAY, Period, before, goes_to_press
from broadsheet.press.candidates import (
    Candidate,
    News,
    day_of,
    gather_evidence,
    is_voted,
    make_candidate,
    pick_announced,
    rank_without_works,
)
from broadsheet.press.dated import dated_on, find_dated
from broadsheet.press.late import FORTNIGHT, pick_late, was_shown
from broadsheet.press.trending import Evidence

RECENT = timedelta(days=100)
MOST_READ = 3000
"""As many papers of a period are read to choose from: those with votes, then as they are listed."""

OF_A_DAY = 20
"""The first of each of its days are read in any case."""

MOST_EARLIER = 50
SHORTLIST = 10
"""For each paper that is to trend, as many are looked at closely."""

MOST_PRINTS = 40
"""As many of the last printed days are looked at: more than lie in a fortnight."""


class Gathered(NamedTuple):
    """The news of a period, what people vote for of the fortnight before, and the numbers of all
    that a day counts as its news, read or not."""

    news: Sequence[Candidate]
    earlier: Sequence[Candidate]
    counted: tuple[int, ...] = ()


class _Told(NamedTuple):
    """Papers by when they are news: in the period, or in the fortnight before it."""

    news: dict[int, News]
    old: dict[int, News]


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
        spoken_for = {each.day for each in announced}
        dated = self._find_dated(period, told, spoken_for)
        news, old = self._sort(period, now, told | dated)
        evidence = self._find_evidence_for(period, now, news, old)
        at = min(now, goes_to_press(period, self._press_time))
        wanted = _choose(news, evidence, at)
        earlier = rank_without_works(old.keys() & evidence.keys(), old, evidence, at)[:MOST_EARLIER]
        works = self._store.get_works([*wanted, *earlier])
        for number in dated.keys() & news.keys():
            day = dated_on(works[number]) if number in works else None
            if day and day not in spoken_for and period.first <= day <= period.last:
                news[number] = News(number, day)
            else:
                del news[number]
        return Gathered(
            _make(wanted, news, works, evidence, at),
            [each for each in _make(earlier, old, works, evidence, at) if is_voted(each)],
            tuple(sorted(news)) if period.scope is Scope.DAY else (),
        )

    def _find_dated(
        self, period: Period, told: Collection[int], spoken_for: Collection[date]
    ) -> dict[int, News]:
        """The papers dated on days for which nobody spoke, as far as the index knows."""
        get_standing = self._store.get_standing
        dated = find_dated(self._index, get_standing, period.first, period.last, spoken_for)
        return {number: News(number, day) for number, day in dated.items() if number not in told}

    def _sort(self, period: Period, now: datetime, known: Mapping[int, News]) -> _Told:
        """What is news in a period, and what was before. A day's news are not those that another
        edition showed as its own (by an estimate that was put right since); late papers are, where
        no later day was printed, which took them up.

        What a clock that was wrong printed of the days to come is in nobody's way.
        """
        old = {number: each for number, each in known.items() if each.day < period.first}
        news = {number: each for number, each in known.items() if each.day >= period.first}
        names = self._find_prints(period, now)
        earlier = [date.fromisoformat(name) for name in names if name < period.name]
        if not earlier:
            return _Told(news, old)
        today = now.date().isoformat()
        was = {
            number: {name: shown for name, shown in history.items() if name <= today}
            for number, history in self._store.find_news(known).items()
        }
        late = pick_late(old, was, earlier, period.name) if names[0] <= period.name else {}
        # Editions that were printed before it was kept what they counted tell what they showed.
        before_it = self._store.find_printed(late, Scope.DAY)
        late = {n: each for n, each in late.items() if before_it.get(n, period.name) >= period.name}
        again = {number for number in news if was_shown(was.get(number, {}), period.name)}
        return _Told(
            {number: each for number, each in news.items() if number not in again} | late,
            old | {number: news[number] for number in again},
        )

    def _find_prints(self, period: Period, now: datetime) -> Sequence[str]:
        """The last printed days, newest first, for a day that may still go to press. Older ones are
        back issues, and a week or a month is of its days as they are known now: none for them."""
        reach = before(now.date(), FORTNIGHT + DAY)
        if period.scope not in (Scope.DAY, Scope.READER) or period.first < reach:
            return []
        today = now.date().isoformat()
        return self._store.get_edition_names(Scope.DAY, until=today, limit=MOST_PRINTS)

    # --- Evidence -----------------------------------------------------------------------------

    def find_evidence(self, since: datetime, now: datetime) -> Mapping[int, Evidence]:
        """What people did with papers since a moment, here and (not too long ago) elsewhere. Two
        queries."""
        recent = max(since, now - min(RECENT, now - datetime.min.replace(tzinfo=UTC)))
        measured = self._store.get_measured_since(recent)
        return gather_evidence(self._store.get_votes_since(since), measured, now)

    def read_evidence(self, numbers: Collection[int], now: datetime) -> Mapping[int, Evidence]:
        """All that people ever did with these papers. Two queries a thousand papers."""
        votes, measured = self._store.get_votes_for(numbers), self._store.get_measured(numbers)
        return gather_evidence(votes, measured, now)

    def _find_evidence_for(
        self, period: Period, now: datetime, news: Collection[int], old: Collection[int]
    ) -> Mapping[int, Evidence]:
        """All evidence of the news, and of earlier papers that something was done with lately."""
        start = datetime.combine(before(period.first, FORTNIGHT), time(), UTC)
        lately = self.find_evidence(start, now)
        return self.read_evidence([*news, *(each for each in old if each in lately)], now)

    def make_trending(
        self, evidence: Mapping[int, Evidence], now: datetime, limit: int
    ) -> list[Candidate]:
        """The papers with the most behind them, as candidates of the day they have; a few more
        than the limit, for those that may not be ranked.

        Given is what was done lately. What was done before counts, too, and a number that a list
        showed before has not grown from nothing: it is read for those that come into question.
        """
        most = 2 * limit + 20
        likely = rank_without_works(evidence, {}, evidence, now)[: SHORTLIST * most]
        whole = self.read_evidence(likely, now)
        found = rank_without_works(whole, {}, whole, now)[:most]
        works = self._store.get_works(found)
        return [
            make_candidate(work, News(work.id, day_of(work)), whole.get(number), now)
            for number, work in works.items()
        ]


def _choose(news: Mapping[int, News], evidence: Mapping[int, Evidence], at: datetime) -> list[int]:
    """The papers to read: those that people did something with, then as they are listed, and the
    first of each day."""
    of_day: Counter[date] = Counter()
    chosen = []
    for place, number in enumerate(rank_without_works(news, news, evidence, at)):
        day = news[number].day
        if place < MOST_READ or of_day[day] < OF_A_DAY:
            chosen.append(number)
        of_day[day] += 1
    return chosen


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
