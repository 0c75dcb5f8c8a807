"""A plot as a drawing: curves with their names at their ends or, on a narrow one, above them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from broadsheet.drawing import labels, palette, ticks
from broadsheet.drawing.canvas import Canvas
from broadsheet.drawing.svg import Way
from broadsheet.plots import Curve, Plot, say_point

_EDGE, _TOP, _BOTTOM, _GAP = 2.0, 40.0, 30.0, 8.0
_NAMES = 190.0
"""The most room that the names of curves get at their ends."""
_LINE, _ROW, _SAMPLE = 16.0, 20.0, 30.0
_MOST_TICKS = 8
_MARKS = 14
"""About how many marks a curve has; all of its points where there are not many more."""


class Sheet(NamedTuple):
    """How large a drawing is; a `narrow` one has its names above, each on a row."""

    width: float
    height: float
    narrow: bool = False


WIDE = Sheet(760.0, 340.0)


def _narrow(plot: Plot) -> Sheet:
    """As wide as a telephone, so that its letters are not made smaller there."""
    return Sheet(360.0, 300.0 + _ROW * len(plot.curves), narrow=True)


class Box(NamedTuple):
    """Where points lie: `top` is the value at the upper edge `ceiling`, `periods` how many there
    are."""

    left: float
    right: float
    ceiling: float
    top: float
    periods: int

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(self.periods, 1)

    def x(self, number: float) -> float:
        return self.left + (number + 0.5) * self.step

    def y(self, value: float) -> float:
        return _BOTTOM + (self.ceiling - _BOTTOM) * value / self.top


def draw(plot: Plot, kind: str, link: Callable[[str], str] | None, *, narrow: bool) -> bytes:
    """The plot as "svg" or "png"."""
    sheet = _narrow(plot) if narrow else WIDE
    canvas = Canvas(sheet.width, sheet.height)
    title = labels.fit(_title(plot), sheet.width)
    canvas.write(_EDGE, sheet.height - 14, title, palette.AXIS)
    box = _draw_axes(canvas, plot, sheet)
    for number, curve in enumerate(plot.curves):
        _draw_curve(canvas, box, plot, curve, number)
    if narrow:
        _draw_key(canvas, plot, sheet)
    else:
        _draw_names(canvas, box, plot)
    if kind == "png":
        return canvas.to_png()
    return canvas.to_svg(plot.caption, list(_ways(box, plot, link)) if link else ())


def _title(plot: Plot) -> str:
    request = plot.request
    if not plot.periods:
        return "No paper matches"
    if not request.shares:
        return f"Papers by {request.interval}"
    of = f"papers of {request.share_of}" if request.share_of.strip() else "all papers"
    return f"Share of {of} by {request.interval}"


def _draw_axes(canvas: Canvas, plot: Plot, sheet: Sheet) -> Box:
    shown = [p.value for curve in plot.curves for p in curve.points if plot.is_shown(p)]
    marks = ticks.tick_values(max(shown, default=0.0), shares=plot.request.shares)
    left = max(labels.measure(mark.label) for mark in marks) + _EDGE + _GAP
    names = [labels.measure(labels.fit(curve.label, _NAMES)) for curve in plot.curves]
    room = 0.0 if sheet.narrow else max(names, default=0.0) + _GAP
    right = sheet.width - room - _GAP
    ceiling = sheet.height - _TOP - (_ROW * len(plot.curves) if sheet.narrow else 0.0)
    box = Box(left, right, ceiling, marks[-1].at, len(plot.periods))
    for mark in marks:
        y = box.y(mark.at)
        colour = palette.GRID if mark.at else palette.AXIS
        canvas.line([left, right], [y, y], colour, linewidth=1)
        canvas.write(left - _GAP, y, mark.label, palette.AXIS, ha="right")
    most = int((right - left) / labels.measure("Sep 2026 "))
    for tick in ticks.tick_periods(plot.periods, min(max(most, 1), _MOST_TICKS)):
        x = box.x(tick.at)
        canvas.line([x, x], [_BOTTOM - 5, _BOTTOM], palette.AXIS, linewidth=1)
        side = labels.measure(tick.label) / 2
        middle = min(max(x, side), sheet.width - side)
        canvas.write(middle, _BOTTOM - 16, tick.label, palette.AXIS, ha="center")
    return box


def _draw_curve(canvas: Canvas, box: Box, plot: Plot, curve: Curve, number: int) -> None:
    colour, marker = palette.CURVES[number], palette.MARKERS[number]
    xs = [box.x(place) for place in range(box.periods)]
    ys = [box.y(p.value) if plot.is_shown(p) else math.nan for p in curve.points]
    closed = sum(not plot.is_open(point) for point in curve.points)
    canvas.line(xs[:closed], ys[:closed], colour, **_solid(number))
    every = 1 if box.periods <= 2 * _MARKS else -(-box.periods // _MARKS)
    marked = _marks(xs[:closed], ys[:closed], every, number * every // len(plot.curves))
    how: dict[str, Any] = {"marker": marker, "linestyle": "", "markersize": 6}
    canvas.line(*marked, colour, **how)
    if closed < box.periods:
        start = max(closed - 1, 0)
        dotted: dict[str, Any] = {"linewidth": 1.5, "linestyle": (0, palette.OPEN_DASH)}
        canvas.line(xs[start:], ys[start:], colour, **dotted)
        hollow = {**how, "markerfacecolor": palette.PAPER, "markeredgewidth": 1.5}
        canvas.line(xs[closed:], ys[closed:], colour, **hollow)


def _solid(number: int) -> dict[str, Any]:
    dash = palette.DASHES[number]
    return {"linewidth": 2, "linestyle": (0, dash) if dash else "-"}


def _marks(
    xs: Sequence[float], ys: Sequence[float], every: int, first: int
) -> tuple[list[float], list[float]]:
    """Every so manieth point, and any that stands alone and would else not be seen."""
    alone = [
        all(math.isnan(y) for y in (*ys[max(0, n - 1) : n], *ys[n + 1 : n + 2]))
        for n in range(len(ys))
    ]
    kept = [n for n, y in enumerate(ys) if not math.isnan(y) and (n % every == first or alone[n])]
    return [xs[n] for n in kept], [ys[n] for n in kept]


def _draw_names(canvas: Canvas, box: Box, plot: Plot) -> None:
    """The name of each curve at its end; moved apart where they would cover each other."""
    ends = [_end(box, plot, curve) for curve in plot.curves]
    places = labels.spread([y for _, y in ends], _LINE, _BOTTOM, box.ceiling)
    x = box.right + _GAP
    for number, curve in enumerate(plot.curves):
        if not curve.points:
            continue
        colour, y = palette.CURVES[number], places[number]
        if abs(y - ends[number][1]) > 2:
            canvas.line([ends[number][0] + 5, x - 3], [ends[number][1], y], colour, linewidth=0.7)
        canvas.write(x, y, labels.fit(curve.label, _NAMES), colour)


def _draw_key(canvas: Canvas, plot: Plot, sheet: Sheet) -> None:
    """The name of each curve on a row above them, beside a sample of its line."""
    for number, curve in enumerate(plot.curves):
        colour, y = palette.CURVES[number], sheet.height - _TOP + 2 - _ROW * number
        canvas.line([_EDGE, _EDGE + _SAMPLE], [y, y], colour, **_solid(number))
        mark: dict[str, Any] = {"marker": palette.MARKERS[number], "linestyle": ""}
        canvas.line([_EDGE + _SAMPLE / 2], [y], colour, markersize=6, **mark)
        left = _EDGE + _SAMPLE + _GAP
        canvas.write(left, y, labels.fit(curve.label, sheet.width - left), colour)


def _end(box: Box, plot: Plot, curve: Curve) -> tuple[float, float]:
    shown = [(n, p.value) for n, p in enumerate(curve.points) if plot.is_shown(p)]
    number, value = shown[-1] if shown else (0, 0.0)
    return box.x(number), box.y(value)


def _ways(box: Box, plot: Plot, link: Callable[[str], str]) -> Iterator[Way]:
    reach = min(max(box.step * 0.6, 3.5), 10.0)
    several = len(plot.curves) > 1
    for place, curve in enumerate(plot.curves, 1):
        name = f"{labels.fit(curve.label, 4 * _NAMES)}, " if several else ""
        for number, point in enumerate(curve.points):
            if plot.is_shown(point):
                x, y = box.x(number), box.y(point.value)
                title = name + say_point(plot, point)
                yield Way(x, y, reach, link(point.query), title, f"curve-{place}")
