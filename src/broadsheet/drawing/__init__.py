"""Plots and maps as SVG and PNG, by matplotlib. Fulfils `ports.Draughtsman`.

palette.py   colours, dashes and markers, told apart by colour-blind eyes and in grey print
curves.py    a plot as a figure       maps.py   a map as a figure
labels.py    texts that fit           ticks.py  where an axis has marks
canvas.py    a figure as bytes        svg.py    matplotlib's SVG made fit for a page
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from broadsheet.plots import PaperMap, Plot

_KINDS = ("svg", "png")


class MatplotlibDraughtsman:
    """Draws with matplotlib's own figures, never with pyplot: one drawing at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def draw_plot(
        self,
        plot: Plot,
        kind: str,
        link: Callable[[str], str] | None = None,
        *,
        narrow: bool = False,
    ) -> bytes:
        """A plot as "svg" or "png", see `ports.Draughtsman`."""
        from broadsheet.drawing import curves

        _check(kind)
        with self._lock:
            return curves.draw(plot, kind, link, narrow=narrow)

    def draw_map(
        self, papers: PaperMap, kind: str, link: Callable[[int], str] | None = None
    ) -> bytes:
        """A map as "svg" or "png", see `ports.Draughtsman`."""
        from broadsheet.drawing import maps

        _check(kind)
        with self._lock:
            return maps.draw(papers, kind, link)


def _check(kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(_KINDS)}")
