"""Papers that no source announced, by the days of which they are dated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from broadsheet.model import Sort, Work
from broadsheet.ports import Index
from broadsheet.query import DateRange, Query

MOST_DATED = 4000
"""As many papers are read for the days of a period on which nothing was announced, shared equally
among its days; those that people did something with come on top."""

MOST_VOTED = 5000

_STANDINGS = {"votes": Sort.VOTES, "citations": Sort.CITATIONS}


def find_dated(
    index: Index,
    get_standing: Callable[[str], Mapping[int, float]],
    first: date,
    last: date,
    known: Collection[date],
) -> dict[int, date]:
    """Numbers of the papers dated on these days, as far as `known` does not speak for the day, each
    with a day, which is to be checked by `dated_on`: that of what has many votes is a guess."""
    counts = index.count_days(_within(first, last), first.isoformat(), last.isoformat())
    days = [date.fromisoformat(day) for day in sorted(counts) if len(day) == len("2026-04-17")]
    days = [day for day in days if day not in known]
    each = MOST_DATED // max(len(days), 1)
    found: dict[int, date] = {}
    for day in days:
        found |= dict.fromkeys(index.matches(_within(day, day), limit=each)[0], day)
    if any(counts[day.isoformat()] > each for day in days):
        voted = _find_voted(index, get_standing, _within(first, last))
        found = dict.fromkeys(voted, first) | found
    return found


def _find_voted(
    index: Index, get_standing: Callable[[str], Mapping[int, float]], query: Query
) -> list[int]:
    """Those of the matches that have votes, upvotes or citations, the most first."""
    found: list[int] = []
    for name, sort in _STANDINGS.items():
        if standing := get_standing(name):
            most = min(len(standing), MOST_VOTED)
            best = index.search(
                query, limit=most, offset=0, sort=sort, facets=False, standing=standing
            )
            found += [hit.work_id for hit in best.hits if hit.work_id in standing]
    return found


def _within(first: date, last: date) -> Query:
    return Query(filters=(DateRange(_number(first), _number(last), within=True),))


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def dated_on(work: Work) -> date | None:
    """The day of a paper that no source announced, where it is known to the day. One that was
    announced is news on that day, and not on the day that it was handed in."""
    value = work.date.value if work.date else ""
    announced = work.announced_on not in ("", value)
    return date.fromisoformat(value) if len(value) == 10 and not announced else None
