"""The value objects of plots: curves over time, terms that rise and fall, and maps of papers.

Everything here is frozen and free of I/O; `trends` works them out, `drawing` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

MOST_CURVES = 6
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Interval(StrEnum):
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Point(NamedTuple):
    """A period of a curve.

    `period` is "2026-W16", "2026-04" or "2026"; `query` finds its papers; `papers` counts them,
    `among` counts those that a share is a share of (0 where counts are shown); `value` is what is
    drawn: papers, or their share from 0 to 1, smoothed if that was asked for.
    """

    period: str
    query: str
    papers: int
    among: int
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A query over time; `label` is short, `total` counts its papers over all periods shown."""

    label: str
    query: str
    points: tuple[Point, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class PlotRequest:
    """What is to be plotted: up to six queries, and how. `share_of` is the query of the whole, of
    which shares are shown ("" with `shares`: all papers). `first` and `last` are ISO prefixes."""

    queries: tuple[str, ...]
    interval: Interval = Interval.MONTH
    shares: bool = False
    share_of: str = ""
    smooth: bool = False
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot worked out. `caption` says in words what is drawn, `notes` what a reader must know
    (papers that know only their year, a last period that is not over).

    All curves have the same periods. From `open_from` on ("": nowhere) more papers may come. A
    share of nothing (`among` 0) is no point of its curve, and is not drawn.
    """

    request: PlotRequest
    curves: tuple[Curve, ...]
    caption: str
    notes: tuple[str, ...] = ()
    open_from: str = ""

    @property
    def periods(self) -> tuple[str, ...]:
        """The names of the periods, in order."""
        return tuple(point.period for point in self.curves[0].points) if self.curves else ()

    def is_shown(self, point: Point) -> bool:
        """Whether a point is drawn at all."""
        return bool(point.among) or not self.request.shares

    def is_open(self, point: Point) -> bool:
        """Whether more papers may come to the period of a point."""
        return bool(self.open_from) and point.period >= self.open_from


class Term(NamedTuple):
    """A term in a period against the one before: in how many papers it was, and the z-score of the
    log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008)."""

    text: str
    now: int
    before: int
    z: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Rising and falling terms, the strongest first. Periods are pairs of ISO days, included;
    `papers` are how many were read of each period, `more` says that there were more to read."""

    query: str
    period: tuple[str, str]
    before: tuple[str, str]
    papers: tuple[int, int]
    rising: tuple[Term, ...] = ()
    falling: tuple[Term, ...] = ()
    more: bool = False


class Dot(NamedTuple):
    """A paper on a map, in the unit square; `region` counts from 0."""

    work_id: int
    title: str
    x: float
    y: float
    region: int


class Region(NamedTuple):
    """A neighbourhood of a map, named by the terms that set it apart."""

    label: str
    x: float
    y: float
    papers: int


@dataclass(frozen=True, slots=True)
class PaperMap:
    """Papers laid out so that those near in meaning lie near each other. `kept` (0 to 1) is the
    share of each paper's nearest neighbours that are neighbours on the map as well."""

    dots: tuple[Dot, ...]
    regions: tuple[Region, ...]
    caption: str
    kept: float = 0.0
    left_out: int = 0


def say_period(period: str) -> str:
    """A period in words: "week 16 of 2026", "April 2026", "2026"."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        return f"week {int(part[1:])} of {year}"
    return f"{MONTHS[int(part) - 1]} {year}" if part else year


def say_point(plot: Plot, point: Point) -> str:
    """What a point says: "April 2026: 37 of 1,203 papers (3.1 %), so far"."""
    papers = f"{point.papers:,} {'paper' if point.papers == 1 else 'papers'}"
    if plot.request.shares:
        share = f"{100 * point.papers / max(point.among, 1):.2g} %"
        papers = f"{point.papers:,} of {point.among:,} papers ({share})"
    return f"{say_period(point.period)}: {papers}{', so far' if plot.is_open(point) else ''}"
