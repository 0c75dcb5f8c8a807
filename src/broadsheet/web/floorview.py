"""How sure a shelf must be: what each floor means, as rows of a table and as a drawing. Pure.

Places in the drawing are in percent of its box, from the left and from the top, so that it is as
wide as the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from broadsheet.learning import Steering, TradeOff, TradeOffPoint
from broadsheet.web import wording

FLOORS = tuple(step / 10 for step in range(10))
LEFT, RIGHT = 10.0, 97.0
TOP, BOTTOM = 5.0, 72.0
NONE = "nothing"


class Row(NamedTuple):
    """A floor to choose; without a trade-off the cells are empty."""

    value: str
    label: str
    chosen: bool
    papers: str = ""
    kept: str = ""
    range: str = ""
    missed: str = ""
    quiet: str = ""


class Line(NamedTuple):
    """A straight piece of a curve."""

    x1: float
    y1: float
    x2: float
    y2: float


class Column(NamedTuple):
    """A floor on the axis: its place and name, and papers a day."""

    x: float
    name: str
    papers: str


@dataclass(frozen=True, slots=True)
class FloorDrawing:
    """`kept` is the curve of what is kept of what is shown, with the lines between which it may
    lie (`low`, `high`); `found` the share that is not missed; `at` where the floor is now."""

    kept: tuple[Line, ...]
    low: tuple[Line, ...]
    high: tuple[Line, ...]
    found: tuple[Line, ...]
    dots: tuple[tuple[float, float], ...]
    columns: tuple[Column, ...]
    at: float
    summary: str


@dataclass(frozen=True, slots=True)
class FloorView:
    """What the page shows of floors; `learned` says from how much, `needed` what is missing, and
    `quiet` what keeps all of it away."""

    rows: tuple[Row, ...]
    drawing: FloorDrawing | None
    learned: str
    needed: int
    quiet: str


def view_floor(trade_off: TradeOff, steering: Steering) -> FloorView:
    """What each floor means for a shelf; of one that is set and is none of ours, no more is said
    than that it is set."""
    points = {point.floor: point for point in trade_off.points}
    floors = sorted({*FLOORS, *points, steering.floor})
    learned = (
        f"Worked out from what became of {wording.say_count(trade_off.shown, 'paper')} that you "
        f"were shown, and the papers of the last {wording.say_count(trade_off.days, 'day')}."
    )
    return FloorView(
        rows=tuple(_row(floor, points.get(floor), floor == steering.floor) for floor in floors),
        drawing=_draw(trade_off.points, steering.floor) if len(points) > 1 else None,
        learned=learned if points else "",
        needed=trade_off.needed,
        quiet=trade_off.quiet,
    )


def _row(floor: float, point: TradeOffPoint | None, chosen: bool) -> Row:
    label = f"{_percent(floor)} or more" if floor else "No floor"
    row = Row(f"{100 * floor:.0f}", label, chosen)
    if point is None:
        return row
    return row._replace(
        papers=_say_papers(point.papers),
        kept=_percent(point.precision) if point.papers else NONE,
        range=f"{100 * point.low:.0f} to {_percent(point.high)}" if point.papers else "",
        missed=_percent(point.missed),
        quiet=_percent(point.quiet),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _say_papers(papers: float) -> str:
    if not papers:
        return NONE
    return f"{papers:.1f}" if papers >= 0.1 else "under 0.1"


def _draw(points: Sequence[TradeOffPoint], floor: float) -> FloorDrawing:
    shown = [point for point in points if point.papers]
    return FloorDrawing(
        kept=_curve(shown, lambda point: point.precision),
        low=_curve(shown, lambda point: point.low),
        high=_curve(shown, lambda point: point.high),
        found=_curve(points, lambda point: 1 - point.missed),
        dots=tuple((_x(point.floor), _y(point.precision)) for point in shown),
        columns=tuple(
            Column(_x(point.floor), f"{100 * point.floor:.0f}", _say_short(point.papers))
            for point in points
        ),
        at=_x(floor),
        summary=_summarise(points),
    )


def _say_short(papers: float) -> str:
    return f"{papers:.1f}" if papers < 10 else f"{papers:.0f}"


def _curve(
    points: Sequence[TradeOffPoint], share: Callable[[TradeOffPoint], float]
) -> tuple[Line, ...]:
    places = [(_x(point.floor), _y(share(point))) for point in points]
    return tuple(Line(*one, *other) for one, other in pairwise(places))


def _x(floor: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * min(floor / FLOORS[-1], 1.0), 2)


def _y(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 2)


def _summarise(points: Sequence[TradeOffPoint]) -> str:
    first, last = points[0], [point for point in points if point.papers][-1:]
    told = (
        f"Without a floor {_percent(first.precision)} of {_say_papers(first.papers)} papers a day"
    )
    if last and last[0] is not first:
        told += (
            f"; with a floor of {_percent(last[0].floor)}, {_percent(last[0].precision)} of "
            f"{_say_papers(last[0].papers)}, and {_percent(last[0].missed)} missed"
        )
    return f"{told}. The table below has the numbers."
