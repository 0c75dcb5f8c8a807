"""Terms that rise and fall: a period against the one before it.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin' Words", 2008),
over papers instead of occurrences: a term is in y of n papers of a period, and the prior adds a
tenth of the smaller period's papers to either, of which as many have the term as of both periods
together. Rare terms are held back by the prior, common ones by their variance, so neither "the most
papers more" nor "from one to three" comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import log, sqrt

from broadsheet.model import Work
from broadsheet.plots import Interval, Term, Terms
from broadsheet.ports import Index, Store
from broadsheet.query.parser import parse
from broadsheet.trends import periods
from broadsheet.trends.plot import read_query
from broadsheet.trends.words import Counted, count_terms, leave_out_parts

SAMPLE = 1500
"""So many papers of each period are read, the newest ones."""
FEWEST = 5
ENOUGH = 20
"""A period that nobody asked for has as many papers, so that a term can rise in it."""
MONTHS_BACK, YEARS_BACK = 12, 10
SHOWN = 25
TELLING = 2.5
_PRIOR = 0.1


def make_terms(index: Index, store: Store, query: str, period: str) -> Terms:
    """The terms of a query's papers in a period ("2026-W16", "2026-04", "2026"), against the
    period before. Raises InvalidInputError."""
    periods.interval_of(period)
    text, before = read_query(query), periods.step(period, -1)
    now_works, now_all = _read(index, store, f"{text} {periods.filter_of(period)}".lstrip())
    then_works, then_all = _read(index, store, f"{text} {periods.filter_of(before)}".lstrip())
    now, then = count_terms(now_works), count_terms(then_works)
    scores = dict(score(now, then, fewest=FEWEST))
    return Terms(
        query=query,
        period=_ends(period),
        before=_ends(before),
        papers=(now.papers, then.papers),
        rising=_choose(now, then, scores, 1),
        falling=_choose(now, then, scores, -1),
        more=now_all > now.papers or then_all > then.papers,
    )


def choose_period(days: Mapping[str, int], edge: date) -> str:
    """The last month that is over on the day `edge` and has, as the month before it, at least
    ENOUGH papers; none such within a year, the last year; none such, the last month. `days` counts
    papers by partial date, up to `edge` and beyond."""
    for interval, back in ((Interval.MONTH, MONTHS_BACK), (Interval.YEAR, YEARS_BACK)):
        papers: Counter[str] = Counter()
        for partial, count in days.items():
            if name := periods.place(partial, interval):
                papers[name] += count
        last = last_period(edge, interval)
        for name in (periods.step(last, -number) for number in range(back)):
            if min(papers[name], papers[periods.step(name, -1)]) >= ENOUGH:
                return name
    return last_period(edge, Interval.MONTH)


def last_period(edge: date, interval: Interval) -> str:
    """The last period that is over on a day up to which there are papers."""
    name = periods.period_of(edge, interval)
    return name if periods.span(name)[1] == edge else periods.step(name, -1)


def score(one: Counted, other: Counted, *, fewest: int) -> Iterator[tuple[str, float]]:
    """(term, z) of all terms that are in at least `fewest` papers of either; z is above 0 where a
    term is more of `one`."""
    prior = _PRIOR * min(one.papers, other.papers)
    both = one.papers + other.papers
    if not prior:
        return
    for term in one.counts.keys() | other.counts.keys():
        seen = one.counts[term], other.counts[term]
        if max(seen) >= fewest:
            expected = prior * min(sum(seen) / both, 1.0)
            odds, variance = 0.0, 0.0
            for sign, count, side in ((1, seen[0], one), (-1, seen[1], other)):
                having = count + expected
                lacking = max(side.papers + prior - having, 0.5)
                odds += sign * log(having / lacking)
                variance += 1 / having + 1 / lacking
            yield term, odds / sqrt(variance)


def _choose(
    now: Counted, then: Counted, scores: Mapping[str, float], sign: int
) -> tuple[Term, ...]:
    """The terms that changed most in a direction, the strongest first."""
    moved = [term for term, z in scores.items() if sign * z >= TELLING]
    side = now if sign > 0 else then
    moved.sort(key=lambda term: (-sign * scores[term], term))
    kept = leave_out_parts(moved[: 4 * SHOWN], side.counts)[:SHOWN]
    return tuple(
        Term(side.show(term), now.counts[term], then.counts[term], round(scores[term], 2))
        for term in kept
    )


def _read(index: Index, store: Store, text: str) -> tuple[Sequence[Work], int]:
    numbers, count = index.matches(parse(text), limit=SAMPLE)
    works = store.get_works(numbers)
    return [works[number] for number in numbers if number in works], count


def _ends(period: str) -> tuple[str, str]:
    first, last = periods.span(period)
    return first.isoformat(), last.isoformat()
