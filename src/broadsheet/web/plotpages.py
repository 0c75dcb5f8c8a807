"""The pages of plots, of rising and falling terms, and of maps; and plots as files."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import InvalidInputError, InvalidQueryError
from broadsheet.library import Library
from broadsheet.plots import Interval
from broadsheet.query.parser import parse
from broadsheet.query.tokens import clean
from broadsheet.trends import MOST_MAPPED, periods, tables
from broadsheet.web import links
from broadsheet.web.caller import caller_of
from broadsheet.web.doors import Door
from broadsheet.web.drawings import Drawings
from broadsheet.web.plotview import (
    Asked,
    list_regions,
    read_plot,
    view_plot,
    view_terms,
)
from broadsheet.web.render import Renderer, json_answer
from broadsheet.web.requests import read_number

_TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
_BUDGET = "plot"
_MOST_SHELVES = 10**12


class PlotPages:
    """Handlers of what the library shows of itself in pictures."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._renderer = renderer
        self._drawings = Drawings(library.trends)

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/plots", self.plots, budget=_BUDGET),
            Door("/plots.{suffix}", self.plot_file, budget=_BUDGET),
            Door("/terms", self.terms, budget=_BUDGET),
            Door("/map", self.map, budget=_BUDGET),
        ]

    # --- Plots --------------------------------------------------------------------------------

    def plots(self, request: Request) -> Response:
        """Up to six queries over time; a mistake is told beside its box."""
        asked = read_plot(request.query_params)
        view = drawings = None
        said, status = "", 400 if asked.mistaken else 200
        if asked.drawable:
            try:
                plot = self._drawings.plot(asked.request)
                view = view_plot(plot)
                drawings = self._drawings.plot_drawing(plot), self._drawings.narrow_drawing(plot)
            except InvalidInputError as error:
                said, status = str(error), 400
        return self._renderer.page(
            request,
            "plots.html",
            status=status,
            asked=asked,
            said=said,
            view=view,
            drawings=drawings,
            intervals=list(Interval),
            empty=self._is_empty() if view and not view.rows else False,
        )

    def plot_file(self, request: Request) -> Response:
        """A plot as a picture or as numbers."""
        suffix = request.path_params["suffix"]
        asked = read_plot(request.query_params)
        if suffix not in {*_TYPES, "json"}:
            raise HTTPException(404)
        _insist(asked)
        plot = self._drawings.plot(asked.request)
        if suffix == "json":
            return json_answer(tables.plot_data(plot))
        content = (
            tables.to_csv(plot).encode("utf-8", "replace")
            if suffix == "csv"
            else self._drawings.plot_file(plot, suffix)
        )
        place = "attachment" if suffix == "csv" else "inline"
        headers = {
            "Content-Disposition": f'{place}; filename="broadsheet-plot.{suffix}"',
            "Cache-Control": "no-cache",
        }
        return Response(content, headers=headers, media_type=_TYPES[suffix])

    # --- Terms --------------------------------------------------------------------------------

    def terms(self, request: Request) -> Response:
        """Terms that rise and fall."""
        text = clean(request.query_params.get("q", "")).strip()
        period = clean(request.query_params.get("period", "")).strip()
        view, mistake, query_mistake = None, "", ""
        try:
            if period:
                periods.interval_of(period)
            found = self._drawings.terms(text, period)
            view = view_terms(found)
        except InvalidQueryError as error:
            query_mistake = str(error)
        except InvalidInputError as error:
            mistake = str(error)
        return self._renderer.page(
            request,
            "terms.html",
            status=200 if view else 400,
            query=text,
            period=period,
            view=view,
            mistake_of_period=mistake,
            query_mistake=query_mistake,
        )

    # --- Maps ---------------------------------------------------------------------------------

    def map(self, request: Request) -> Response:
        """A map of a shelf, or of what a search finds."""
        if request.query_params.get("shelf"):
            return self._map_shelf(request)
        text = clean(request.query_params.get("q", "")).strip()
        try:
            parse(text)
        except InvalidQueryError as error:
            return self._show_map(request, text, mistake=str(error))
        return self._show_map(request, text)

    def _map_shelf(self, request: Request) -> Response:
        wanted = request.query_params["shelf"]
        number = read_number(wanted, default=0, low=0, high=_MOST_SHELVES)
        shelf = self._library.shelves.get_shelf(caller_of(request).reader, number)
        works = tuple(
            each.work.id for each in self._library.shelves.get_papers(shelf, limit=MOST_MAPPED)
        )
        papers, drawing = self._drawings.map(shelf.name, works, shelf.papers)
        way = f"/shelf/{shelf.id}"
        return self._renderer.page(
            request,
            "map.html",
            query="",
            mistake_of_query="",
            way=(way, shelf.name),
            papers=papers,
            drawing=drawing,
            regions=list_regions(papers),
        )

    def _show_map(self, request: Request, text: str, mistake: str = "") -> Response:
        papers, drawing = (None, None) if mistake else self._drawings.map(text)
        return self._renderer.page(
            request,
            "map.html",
            status=400 if mistake else 200,
            query=text,
            mistake_of_query=mistake,
            way=(links.search_url(text), text or "all papers"),
            papers=papers,
            drawing=drawing,
            regions=list_regions(papers) if papers else [],
        )

    def _is_empty(self) -> bool:
        return not self._library.stats().works


def _insist(asked: Asked) -> None:
    """A file has no place beside it to say what is wrong."""
    for box in (*asked.boxes, asked.share_of, asked.first, asked.last):
        if box.mistake:
            raise InvalidInputError(box.mistake)
