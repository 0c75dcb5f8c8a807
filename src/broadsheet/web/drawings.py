"""What was drawn for a page and is kept, until the library changes or a day is over."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from markupsafe import Markup

from broadsheet.plots import PaperMap, Plot, PlotRequest, Terms
from broadsheet.trends import Trends
from broadsheet.web import links

KEPT = 64
T = TypeVar("T")


class Drawings:
    """Plots, terms and maps, the last KEPT of each; for several threads."""

    def __init__(self, trends: Trends) -> None:
        self._trends = trends
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def plot(self, request: PlotRequest) -> Plot:
        """A plot worked out."""
        return self._keep(("plot", request), lambda: self._trends.plot(request))

    def plot_drawing(self, plot: Plot) -> Markup:
        """A plot as part of a page, where each point leads to its papers."""

        def draw() -> Markup:
            return _inline(self._trends.draw(plot, "svg", links.search_url))

        return self._keep(("drawing", plot.request), draw)

    def narrow_drawing(self, plot: Plot) -> Markup:
        """The same for a narrow page: without points to hit, which fingers are too large for."""

        def draw() -> Markup:
            return _inline(self._trends.draw(plot, "svg", narrow=True))

        return self._keep(("narrow", plot.request), draw)

    def plot_file(self, plot: Plot, kind: str) -> bytes:
        """A plot as "svg" or "png", to stand alone."""
        return self._keep((kind, plot.request), lambda: self._trends.draw(plot, kind))

    def terms(self, query: str, period: str) -> Terms:
        """Rising and falling terms."""
        return self._keep(("terms", query, period), lambda: self._trends.terms(query, period))

    def map(
        self, query: str, work_ids: tuple[int, ...] | None = None, of: int = 0
    ) -> tuple[PaperMap, Markup]:
        """A map and its drawing, each mark of which leads to its paper; see `Trends.map`."""

        def draw() -> tuple[PaperMap, Markup]:
            papers = self._trends.map(query, work_ids=work_ids, of=of)
            return papers, _inline(self._trends.draw_map(papers, "svg", links.paper_url))

        return self._keep(("map", query, work_ids, of), draw)

    def _keep(self, name: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        key = (*name, self._trends.stamp())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]  # as `make` of this name gave
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _inline(svg: bytes) -> Markup:
    """A drawing as part of a page: `drawing` lets nothing out that could act."""
    return Markup(svg.decode())
