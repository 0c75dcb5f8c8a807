"""Plots and maps made by hand, and drawings read back."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from broadsheet.drawing import MatplotlibDraughtsman
from broadsheet.plots import Curve, Dot, Interval, PaperMap, Plot, PlotRequest, Point, Region

SVG = "{http://www.w3.org/2000/svg}"
DRAUGHTSMAN = MatplotlibDraughtsman()


def make_curve(label: str, counts: Sequence[int], among: Sequence[int] = ()) -> Curve:
    """A curve by month, from January 2024 on."""
    wholes = among or [0] * len(counts)
    points = []
    for number, (papers, whole) in enumerate(zip(counts, wholes, strict=True)):
        period = f"{2024 + number // 12}-{number % 12 + 1:02}"
        value = papers / whole if whole else float(papers)
        points.append(Point(period, f"{label} within:{period}", papers, whole, value))
    return Curve(label, label, tuple(points), sum(counts))


def make_plot(*curves: Curve, shares: bool = False, open_from: str = "") -> Plot:
    request = PlotRequest(
        tuple(curve.query for curve in curves), Interval.MONTH, shares, "category:cs.LG"
    )
    return Plot(request, curves, "Papers by month", open_from=open_from)


def make_map(*titles: str) -> PaperMap:
    dots = tuple(
        Dot(number, title, number % 5 / 5, number % 7 / 7, number % 3)
        for number, title in enumerate(titles, 1)
    )
    regions = tuple(Region(title, 0.5, 0.5, 1) for title in titles[:3])
    return PaperMap(dots, regions, "A map")


def draw(plot: Plot, *, linked: bool = True) -> etree._Element:
    """The SVG of a plot."""
    link = (lambda query: f"/search?q={len(query)}") if linked else None
    return etree.fromstring(DRAUGHTSMAN.draw_plot(plot, "svg", link))


def texts(root: etree._Element, name: str = "text") -> list[str]:
    """The texts of all elements of a name."""
    return ["".join(map(str, element.itertext())) for element in root.iter(SVG + name)]
