"""A map as a drawing: papers as marks, regions with their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from broadsheet.drawing import labels, palette
from broadsheet.drawing.canvas import Canvas
from broadsheet.drawing.svg import Way
from broadsheet.plots import Dot, PaperMap

WIDTH, HEIGHT = 760.0, 520.0
_EDGE = 24.0
_LINE = 17.0
_LONGEST = 260.0


def draw(papers: PaperMap, kind: str, link: Callable[[int], str] | None) -> bytes:
    """The map as "svg" or "png"."""
    canvas = Canvas(WIDTH, HEIGHT)
    for region in range(max((dot.region for dot in papers.dots), default=-1) + 1):
        places = [_place(dot.x, dot.y) for dot in papers.dots if dot.region == region]
        turn = region % len(palette.CURVES)
        how: dict[str, Any] = {"marker": palette.MARKERS[turn], "linestyle": "", "markersize": 6.5}
        xs, ys = [x for x, _ in places], [y for _, y in places]
        canvas.line(xs, ys, palette.CURVES[turn], markeredgecolor=palette.PAPER, **how)
    _draw_names(canvas, papers, halo=kind == "png")
    if kind == "png":
        return canvas.to_png()
    return canvas.to_svg(papers.caption, [_way(dot, link) for dot in papers.dots] if link else ())


def _place(x: float, y: float) -> tuple[float, float]:
    """A place of the unit square, in the drawing."""
    return _EDGE + x * (WIDTH - 2 * _EDGE), _EDGE + y * (HEIGHT - 2 * _EDGE)


def _draw_names(canvas: Canvas, papers: PaperMap, *, halo: bool) -> None:
    from matplotlib.patheffects import withStroke

    places = [_place(region.x, region.y) for region in papers.regions]
    heights = labels.spread([y for _, y in places], _LINE, _EDGE, HEIGHT - _EDGE)
    for region, (x, _), y in zip(papers.regions, places, heights, strict=True):
        name = labels.fit(region.label, _LONGEST)
        half = labels.measure(name) / 2
        x = min(max(x, half), WIDTH - half)
        text = canvas.write(x, y, name, palette.LABEL, ha="center", weight="bold")
        if halo:
            text.set_path_effects([withStroke(linewidth=3, foreground=palette.PAPER)])


def _way(dot: Dot, link: Callable[[int], str]) -> Way:
    x, y = _place(dot.x, dot.y)
    turn = dot.region % len(palette.CURVES) + 1
    title = labels.fit(dot.title, 150 * labels.SIZE)
    return Way(x, y, 6.0, link(dot.work_id), title, f"curve-{turn}")
