"""Weeks, months and years by name ("2026-W16", "2026-04", "2026"): their days and their order.

Weeks are those of ISO 8601. Partial dates belong to a period only if all of their days do: a paper
of "2026-04" to April, but to no week.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from broadsheet.errors import InvalidInputError
from broadsheet.plots import Interval

_PREFIX = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_EXACT = {Interval.WEEK: 10, Interval.MONTH: 7, Interval.YEAR: 4}
"""How long a partial date must be to belong to one period."""

Span = tuple[date, date]


def period_of(day: date, interval: Interval) -> str:
    """The period that a day lies in."""
    if interval is Interval.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    return day.isoformat()[: _EXACT[interval]]


@lru_cache(maxsize=1 << 16)
def place(partial: str, interval: Interval) -> str | None:
    """The period of a partial date, or None where it is not exact enough to tell."""
    if len(partial) < _EXACT[interval]:
        return None
    return period_of(span(partial)[0], interval)


def span(name: str) -> Span:
    """First and last day of a period or a partial date, both included.

    Raises InvalidInputError for what is neither.
    """
    try:
        if found := _WEEK.fullmatch(name):
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return first, first + timedelta(days=min(6, (date.max - first).days))
        if found := _PREFIX.fullmatch(name):
            year, month, day = (int(part) if part else 0 for part in found.groups())
            first = date(year, month or 1, day or 1)
            end = month or 12
            return first, date(year, end, day or monthrange(year, end)[1])
    except ValueError:
        pass
    raise InvalidInputError(
        f"The text “{name[:40]}” is no date: write 2026, 2026-04, 2026-04-17 or, for a week, "
        "2026-W16."
    )


def name_of(first: str, last: str) -> str:
    """The period that begins and ends on these days, in ISO form."""
    ends = date.fromisoformat(first), date.fromisoformat(last)
    return next(n for each in Interval if span(n := period_of(ends[0], each)) == ends)


def interval_of(name: str) -> Interval:
    """What kind of period a name is of. Raises InvalidInputError for a day, or no date."""
    span(name)
    kinds = {8: Interval.WEEK, 7: Interval.MONTH, 4: Interval.YEAR}
    if kind := kinds.get(len(name)):
        return kind
    raise InvalidInputError("A period is a year, a month or a week: 2026, 2026-04 or 2026-W16.")


def step(name: str, count: int) -> str:
    """The period so many further on (or back), no farther than there are dates."""
    interval, first = interval_of(name), span(name)[0]
    if interval is Interval.WEEK:
        number = first.toordinal() + 7 * count
        return period_of(date.fromordinal(_within(number, 1, date.max.toordinal())), interval)
    size = 1 if interval is Interval.MONTH else 12
    months = _within(first.year * 12 + first.month - 1 + size * count, 12, 9999 * 12 + 11)
    return period_of(date(months // 12, months % 12 + 1, 1), interval)


def count_between(first: str, last: str) -> int:
    """How many periods there are from one to another of the same kind, both included."""
    start, end = span(first)[0], span(last)[0]
    match interval_of(first):
        case Interval.WEEK:
            return (end - start).days // 7 + 1
        case Interval.MONTH:
            return (end.year - start.year) * 12 + end.month - start.month + 1
    return end.year - start.year + 1


def list_between(first: str, last: str) -> list[str]:
    """The periods from one to another, both included; none where the last comes first."""
    return [step(first, number) for number in range(count_between(first, last))]


def filter_of(name: str) -> str:
    """The filter that finds the papers of a period, and no others."""
    if interval_of(name) is Interval.WEEK:
        first, last = span(name)
        return f"within:{first}..{last}"
    return f"within:{name}" if len(name) == 7 else f"year:{name}"


def _within(number: int, low: int, high: int) -> int:
    return max(low, min(number, high))
