"""Where an axis has marks, and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from broadsheet.plots import MONTHS

_FEWEST = 3
_STEPS = (1, 2, 5, 10)
_MONTHS = (1, 2, 3, 4, 6, 12)
_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_COUNTS = (*_YEARS, 10_000)


class Tick(NamedTuple):
    """A mark: its place on the axis, and its label."""

    at: float
    label: str


def tick_periods(periods: Sequence[str], most: int = 8) -> list[Tick]:
    """Marks of an axis of periods, at whole numbers from 0: where years begin if there are several
    of these, else where months do, else at some of the periods; at most about `most`."""
    places = [_read(period) for period in periods]
    part = periods[0][4:] if periods else ""
    years = _begins([(year, str(year)) for year, *_ in places], first=part in ("", "-01"))
    months = _begins(
        [(12 * year + month, _say(year, month)) for year, month, _ in places],
        first=part[1:].isdigit(),
    )
    for begun, steps in ((years, _YEARS), (months, _MONTHS)):
        marks = _thin(begun, steps, most)
        if len(begun) >= _FEWEST and len(marks) > 1:
            return marks
    return _thin([(n, n, name) for n, (_, _, name) in enumerate(places)], _COUNTS, most)


def _say(year: int, month: int) -> str:
    return f"{MONTHS[month][:3]} {year}"


def _read(period: str) -> tuple[int, int, str]:
    """Year, month from 0, and the name of a period by itself; a week has those of its Thursday."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        thursday = date.fromisocalendar(int(year), int(part[1:]), 4)
        return int(year), thursday.month - 1, f"{year} {part}"
    month = int(part) - 1 if part else 0
    return int(year), month, _say(int(year), month) if part else year


def _begins(named: Sequence[tuple[int, str]], *, first: bool) -> list[tuple[int, int, str]]:
    """(place, number, name) where another year or month begins than the one before; `first` says
    that one begins with the first place as well."""
    return [
        (place, number, name)
        for place, (number, name) in enumerate(named)
        if (number != named[place - 1][0] if place else first)
    ]


def _thin(marks: Sequence[tuple[int, int, str]], steps: Sequence[int], most: int) -> list[Tick]:
    """Those with round numbers, in the smallest step that leaves few enough."""
    for step in steps:
        kept = [Tick(place, name) for place, number, name in marks if number % step == 0]
        if len(kept) <= most:
            break
    return kept if marks else []


def tick_values(top: float, *, shares: bool) -> list[Tick]:
    """Round marks from 0 to at least `top`; counts are whole numbers, shares percentages."""
    top = max(100 * top, 0.01) if shares else max(top, 1.0)
    raw = top / 5
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * each for each in _STEPS if size * each >= raw * 0.999)
    step = step if shares else max(step, 1.0)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    values = [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]
    if shares:
        return [Tick(value / 100, f"{value:.{digits}f} %") for value in values]
    return [Tick(value, f"{value:,.0f}") for value in values]
