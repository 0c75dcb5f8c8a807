"""Counts over time as one line of blocks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from broadsheet.model import MonthCount

BLOCKS = " ▁▂▃▄▅▆▇█"
MOST_BARS = 60


def by_time(months: Sequence[MonthCount]) -> str:
    """A line such as "2019 ▂▁▄█▃ 2024 (a year each)".

    One bar is a month where that fits and every date is that exact, else a year or ten: works
    that know only their year must not look like works of no time.
    """
    if not months:
        return ""
    exact = all(len(month) >= 7 for month, _ in months)
    for unit, size in (("month", 1), ("year", 12), ("decade", 120)):
        if unit == "month" and not exact:
            continue
        bins = Counter[int]()
        for month, count in months:
            bins[_number(month) // size] += count
        first, last = min(bins), max(bins)
        if last - first < MOST_BARS or unit == "decade":
            break
    last = min(last, first + MOST_BARS - 1)
    line = spark([bins[number] for number in range(first, last + 1)])
    ends = [_name(number * size, unit) for number in (first, last)]
    return f"{ends[0]} {line} {ends[1]} (a {unit} each)"


def spark(counts: Sequence[int]) -> str:
    """One block a count, the largest full; anything above 0 can be seen."""
    top = max(counts, default=0) or 1
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[-(-count * steps // top)] for count in counts)


def _number(month: str) -> int:
    """Months since the year 0; a bare year stands for its January."""
    return int(month[:4]) * 12 + (int(month[5:7]) - 1 if len(month) >= 7 else 0)


def _name(number: int, unit: str) -> str:
    year, month = divmod(number, 12)
    return f"{year}-{month + 1:02}" if unit == "month" else str(year)
