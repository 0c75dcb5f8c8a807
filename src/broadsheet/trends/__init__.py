"""Plots as queries: curves over time, terms that rise and fall, maps of papers.

What is in which module:

    plot.py    curves           notes.py   what is said of them   periods.py  weeks, months, years
    counts.py  counts by day    tables.py  plots as CSV and data
    terms.py   rising, falling  words.py   texts to terms
    map.py     maps             layout.py  vectors to places      regions.py  neighbourhoods
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from broadsheet.errors import ConfigError
from broadsheet.plots import PaperMap, Plot, PlotRequest, Terms
from broadsheet.ports import Draughtsman, Index, Store
from broadsheet.trends import terms as rising
from broadsheet.trends.counts import Counts
from broadsheet.trends.map import MOST as MOST_MAPPED
from broadsheet.trends.map import map_papers, map_search
from broadsheet.trends.plot import make_plot, read_query

__all__ = ["MOST_MAPPED", "Trends"]


class Trends:
    """What the library shows of itself in pictures; an attribute of `Library`."""

    def __init__(
        self,
        store: Store,
        index: Index,
        clock: Callable[[], datetime],
        draughtsman: Draughtsman | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._draughtsman = draughtsman
        self._counts = Counts(index)

    def plot(self, request: PlotRequest) -> Plot:
        """Up to six queries over time; all papers where none is named.

        Raises InvalidInputError, and InvalidQueryError for a mistake in a query.
        """
        return make_plot(self._counts, request, self._today())

    def terms(self, query: str = "", period: str = "") -> Terms:
        """Terms that rise and fall in the papers of a query, in a period ("2026-W16", "2026-04",
        "2026") against the one before; by default in the last that is over and has enough papers.

        Raises InvalidInputError, and InvalidQueryError for a mistake in the query.
        """
        if not period:
            edge = self._counts.find_edge(self._today())
            period = rising.choose_period(self._counts.days(read_query(query)), edge)
        return rising.make_terms(self._index, self._store, query, period)

    def map(
        self, query: str = "", *, work_ids: Sequence[int] | None = None, of: int = 0
    ) -> PaperMap:
        """A map of the first 300 papers of a search or, where they are given, of these works (then
        `query` is only the name of the whole, and they are the first `of` so many). Raises
        InvalidQueryError."""
        if work_ids is None:
            return map_search(self._index, self._store, query)
        return map_papers(self._index, self._store, work_ids, query, of)

    def draw(
        self,
        plot: Plot,
        kind: str,
        link: Callable[[str], str] | None = None,
        *,
        narrow: bool = False,
    ) -> bytes:
        """A plot as "svg" or "png"; see `ports.Draughtsman`."""
        return self._get_draughtsman().draw_plot(plot, kind, link, narrow=narrow)

    def draw_map(
        self, papers: PaperMap, kind: str, link: Callable[[int], str] | None = None
    ) -> bytes:
        """A map as "svg" or "png"; see `ports.Draughtsman`."""
        return self._get_draughtsman().draw_map(papers, kind, link)

    def stamp(self) -> tuple[int, date]:
        """What a drawing that is kept depends on: as long as it is the same, so is the drawing."""
        return self._index.state().position, self._today()

    def _today(self) -> date:
        return self._clock().date()

    def _get_draughtsman(self) -> Draughtsman:
        if self._draughtsman is None:
            raise ConfigError("This library was opened without anything to draw with.")
        return self._draughtsman
