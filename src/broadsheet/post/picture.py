"""The one plot of a letter: how many papers each shelf found in the weeks before, once a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from broadsheet.edition import Edition, Section
from broadsheet.plots import MOST_CURVES, Curve, Interval, Plot, PlotRequest, Point
from broadsheet.ports import Draughtsman
from broadsheet.post.page import shelf_of
from broadsheet.post.words import tidy

WEEKS = 8
FEWEST_WEEKS = 3
FEWEST_PAPERS = 10
"""Of fewer weeks with editions, or of fewer papers, a plot says nothing."""
WIDTH = 360
"""In pixels of a page: as wide as a narrow drawing."""
_LONGEST_NAME = 40
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes along with a letter; `alt` says in words what it shows."""

    content: bytes
    cid: str
    caption: str
    alt: str
    width: int = WIDTH


def begins_week(name: str, before: str) -> bool:
    """Whether an edition is its reader's first of an ISO week; `before` names the one before."""
    return _week_of(name) != _week_of(before)


def draw(
    earlier: Sequence[Edition], name: str, cid: str, draughtsman: Draughtsman
) -> Picture | None:
    """The weeks before an edition's own, of the editions before it; None where they say nothing."""
    plot = plot_weeks(earlier, name)
    if plot is None:
        return None
    said = "; ".join(
        f"{curve.label}: {', '.join(str(point.papers) for point in curve.points)}"
        for curve in plot.curves
    )
    alt = f"{plot.caption} {said}."
    return Picture(draughtsman.draw_plot(plot, "png", narrow=True), cid, plot.caption, alt)


def plot_weeks(earlier: Sequence[Edition], name: str) -> Plot | None:
    """What `draw` draws."""
    weeks = _weeks_before(name)
    by_shelf: dict[int, Counter[str]] = {}
    names: dict[int, str] = {}
    seen: set[str] = set()
    for edition in sorted(earlier, key=lambda each: each.name):
        if (week := _week_of(edition.name)) not in weeks:
            continue
        seen.add(week)
        for section in edition.sections:
            if shelf := shelf_of(section):
                by_shelf.setdefault(shelf, Counter())[week] += len(section.entries)
                names[shelf] = _name_of(section)
    found = sum(counts.total() for counts in by_shelf.values())
    if len(seen) < FEWEST_WEEKS or found < FEWEST_PAPERS:
        return None
    most = sorted(by_shelf, key=lambda shelf: (-by_shelf[shelf].total(), shelf))[:MOST_CURVES]
    curves = tuple(_curve(names[shelf], by_shelf[shelf], weeks) for shelf in most)
    request = PlotRequest(("",) * len(curves), Interval.WEEK)
    return Plot(request, curves, f"What your shelves found in the {WEEKS} weeks before.")


def _curve(name: str, counts: Counter[str], weeks: Sequence[str]) -> Curve:
    points = tuple(Point(week, "", counts[week], 0, float(counts[week])) for week in weeks)
    return Curve(name, "", points, counts.total())


def _weeks_before(name: str) -> list[str]:
    """The names of the weeks before that of a day, oldest first."""
    day = date.fromisoformat(name)
    count = min(WEEKS, (day - date.min) // _WEEK)
    return [_week_of((day - n * _WEEK).isoformat()) for n in range(count, 0, -1)]


def _week_of(name: str) -> str:
    year, week, _ = date.fromisoformat(name).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _name_of(section: Section) -> str:
    return tidy(section.title, _LONGEST_NAME)
