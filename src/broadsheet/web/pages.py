"""The pages for people. Each handler reads a request, asks the library, and renders a view."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import IndexNotReadyError, InvalidInputError
from broadsheet.library import MAX_LIMIT, Library
from broadsheet.model import Work
from broadsheet.query.tokens import clean
from broadsheet.web import links
from broadsheet.web.caller import caller_of
from broadsheet.web.doors import Door
from broadsheet.web.paperview import view_paper
from broadsheet.web.problems import describe
from broadsheet.web.pulse import Pulse
from broadsheet.web.reading import read_circle, read_page_known, read_paper, search
from broadsheet.web.render import Renderer, citation_file
from broadsheet.web.requests import (
    read_comment,
    read_comparing,
    read_page_request,
    read_related_sort,
    read_slice_request,
    read_text,
)
from broadsheet.web.searchview import view_search


class Pages:
    """Handlers of the HTML pages and the citation files."""

    def __init__(self, library: Library, pulse: Pulse, renderer: Renderer) -> None:
        self._library = library
        self._pulse = pulse
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/search", self.search),
            Door("/export.{suffix}", self.export_search),
            Door("/paper/{number}/export.{suffix}", self.export_paper),
            Door("/paper/{reference:path}", self.paper),
        ]

    def search(self, request: Request) -> Response:
        """A page of results; without any words, of all papers."""
        try:
            wanted = read_page_request(request.query_params)
            page = search(self._library, wanted)
        except (InvalidInputError, IndexNotReadyError) as error:
            return self._renderer.problem(request, describe(error), read_text(request.query_params))
        known = read_page_known(self._library, page, caller_of(request).reader)
        return self._renderer.page(
            request,
            "search.html",
            view=view_search(wanted, page, known),
            text=wanted.text,
            stats=self._pulse.read(),
        )

    def paper(self, request: Request) -> Response:
        """A paper's page; any other name of the paper leads to its number."""
        reference = clean(request.path_params["reference"])
        work = self._library.get_work(reference)
        if reference != str(work.id):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(links.paper_url(work.id) + query, status_code=302)
        params, reader = request.query_params, caller_of(request).reader
        circle = read_circle(self._library, work, reader, read_comment(params))
        paper = read_paper(self._library, work, read_related_sort(params))
        return self._renderer.page(
            request,
            "paper.html",
            view=view_paper(paper, circle.known, read_comparing(params)),
            circle=circle,
        )

    def export_paper(self, request: Request) -> Response:
        """One paper as a citation file."""
        work = self._library.get_work(clean(request.path_params["number"]))
        return self._export([work], request.path_params["suffix"], f"broadsheet-{work.id}")

    def export_search(self, request: Request) -> Response:
        """The first results of a search as a citation file."""
        wanted = read_slice_request(request.query_params, default=MAX_LIMIT, most=MAX_LIMIT)
        works = [shown.work for shown in search(self._library, wanted, bare=True).shown]
        return self._export(works, request.path_params["suffix"], "broadsheet")

    def _export(self, works: Sequence[Work], suffix: str, name: str) -> Response:
        return citation_file(suffix, name, partial(self._library.export_works, works))
