"""The chart of matches over time: bins and their geometry, in percent of the plot's box. Pure.

A bin is one month where that gives few enough bars to aim at, else a quarter, a year, a decade
or a century; each bar carries the date filter that narrows a search to just what it counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.model import MonthCount
from broadsheet.web.wording import MONTHS

MOST_BARS = 48
# One old paper must not put all the others into one bar of its decade.
MOST_YEARS = 80
UNITS = {1: "month", 3: "quarter", 12: "year", 120: "decade", 1200: "century"}
PLOT_HEIGHT = 82.0
_MOST_TICKS = 6
_GAP = 0.18
_FAINTEST = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin: its name, its count, its address, and its box in percent."""

    label: str
    count: int
    url: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the bars, at the middle of its bin."""

    label: str
    x: float


@dataclass(frozen=True, slots=True)
class YearOnly:
    """Matches that know no more than their year, where the bars are finer than that."""

    year: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Chart:
    unit: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    year_only: tuple[YearOnly, ...]

    @property
    def peak(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.count)


def draw_chart(months: Sequence[MonthCount], link: Callable[[str], str]) -> Chart | None:
    """The chart of some counts, or None where there is nothing to compare.

    `link` makes an address from date filters such as "within:2024-03" or "year:2024".
    """
    dated, years = _read(months)
    size = _bin_size(dated, years)
    if size >= 12:
        for year, count in years.items():
            dated[year * 12] += count
    bins: Counter[int] = Counter()
    for month, count in dated.items():
        bins[month // size] += count
    if len(bins) < 2:
        return None
    left_out = sorted(years.items()) if size < 12 else ()
    year_only = (YearOnly(f"{y:04}", count, link(_only_year(y))) for y, count in left_out)
    return Chart(UNITS[size], _bars(bins, size, link), _ticks(bins, size), tuple(year_only))


def _read(months: Sequence[MonthCount]) -> tuple[Counter[int], Counter[int]]:
    """Counts by month, numbered year * 12 + month - 1, and by bare year."""
    dated: Counter[int] = Counter()
    years: Counter[int] = Counter()
    for label, count in months:
        year, month = _read_label(label)
        if month:
            dated[year * 12 + month - 1] += count
        elif year:
            years[year] += count
    return dated, years


@lru_cache(maxsize=4096)
def _read_label(label: str) -> tuple[int, int]:
    """Year and month of "2024-03", month 0 for a bare year; zeros for anything else."""
    found = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", label)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _bin_size(dated: Counter[int], years: Counter[int]) -> int:
    """Months per bar: the finest that shows most matches in few enough bars."""
    coarse = sum(years.values()) > sum(dated.values())
    at = [*dated, *(year * 12 for year in years)] or [0]
    for size in UNITS:
        most = MOST_YEARS if size == 12 else MOST_BARS
        if not (coarse and size < 12) and max(at) // size - min(at) // size < most:
            return size
    return max(UNITS)


def _bars(bins: Counter[int], size: int, link: Callable[[str], str]) -> tuple[Bar, ...]:
    first, last, peak = min(bins), max(bins), max(bins.values())
    step = 100 / (last - first + 1)
    bars = []
    for number in range(first, last + 1):
        count = bins[number]
        height = max(_FAINTEST, PLOT_HEIGHT * count / peak) if count else 0.0
        label, date_filter = _name(number, size)
        bars.append(
            Bar(
                label=label,
                count=count,
                url=link(date_filter),
                x=round((number - first + _GAP / 2) * step, 3),
                y=round(PLOT_HEIGHT - height, 3),
                width=round((1 - _GAP) * step, 3),
                height=round(height, 3),
            )
        )
    return tuple(bars)


def _ticks(bins: Counter[int], size: int) -> tuple[Tick, ...]:
    """A few labels, at the bins where a year (or decade) begins if there are several of these."""
    first, last = min(bins), max(bins)
    at = [n for n in range(first, last + 1) if size >= 12 or n * size % 12 == 0]
    if len(at) < 2:
        at = list(range(first, last + 1))
    at = at[:: -(-len(at) // _MOST_TICKS)]
    step = 100 / (last - first + 1)
    labels = _label_ticks([number * size for number in at])
    return tuple(
        Tick(label, round((number - first + 0.5) * step, 3))
        for number, label in zip(at, labels, strict=True)
    )


def _label_ticks(months: Sequence[int]) -> Iterator[str]:
    """Years where all are Januaries; else months, with the year where it is a new one."""
    bare, before = all(month % 12 == 0 for month in months), None
    for number in months:
        year, month = divmod(number, 12)
        name = MONTHS[month][:3]
        yield str(year) if bare else name if year == before else f"{name} {year}"
        before = year


def _only_year(year: int) -> str:
    """The filters that mean the papers of a year of which no more is known."""
    halves = f"-within:{year:04}-01..{year:04}-06 -within:{year:04}-07..{year:04}-12"
    return f"year:{year:04} {halves}"


def _name(number: int, size: int) -> tuple[str, str]:
    """What a bin is called, and the filter that means what is counted in it.

    In a month is what lies within it, and not a paper that might: one of which only the year is
    known would be in each. Of whole years "year:" says the same, and it is what a facet says.
    """
    year, month = divmod(number * size, 12)
    if size == 1:
        return f"{MONTHS[month]} {year}", f"within:{year:04}-{month + 1:02}"
    if size == 3:
        span = f"within:{year:04}-{month + 1:02}..{year:04}-{month + 3:02}"
        return f"{MONTHS[month][:3]} to {MONTHS[month + 2][:3]} {year}", span
    if size == 12:
        return str(year), f"year:{year:04}"
    last = year + size // 12 - 1
    return f"{year} to {last}", f"year:{max(year, 1):04}..{last:04}"
