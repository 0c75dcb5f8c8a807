"""Saved searches: the list, the way to one, and their feeds."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import NotFoundError
from broadsheet.library import Library
from broadsheet.model import Sort
from broadsheet.people import Reader, SavedSearch
from broadsheet.recommend import CHOICES
from broadsheet.web import feeds, links
from broadsheet.web.answers import answer_done
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import caller_of, reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.render import Renderer
from broadsheet.web.requests import read_origin, read_path_number, read_text

HERE = "/searches"


class SearchPages:
    """Handlers of saved searches."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._searches = library.searches
        self._promises = library.recommender.promises
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door(HERE, self.searches, Who.READER),
            Door(f"{HERE}/promise", posted(self.promise), Who.OPERATOR, "POST"),
            Door("/search/{number}", self.search, Who.READER),
            Door("/search/{number}/link.{token}", self.linked, Who.ANYONE),
            Door("/feed/search.atom", self.feed),
        ]

    def searches(self, request: Request) -> Response:
        """All searches that a reader keeps, and whom the reader follows."""
        reader, by_key = reader_of(request), caller_of(request).by_key
        rows = [
            # Not to a key: an address stays good when the key is revoked.
            (each, "" if by_key else self._feed_of(each, reader))
            for each in self._searches.get(reader)
        ]
        follows = [
            (each.author, links.author_page_url(each.author))
            for each in self._library.community.get_follows(reader)
        ]
        return self._renderer.page(
            request,
            "searches.html",
            searches=rows,
            follows=follows,
            promise=self._promises.describe(),
            choices=CHOICES,
        )

    def promise(self, request: Request, form: Form) -> Response:
        """Promise few misses of what searches bring, or nothing."""
        return answer_done(request, self._promises.choose(form.number("percent")), HERE)

    def _feed_of(self, search: SavedSearch, reader: Reader) -> str:
        return f"/search/{search.id}/link.{self._searches.link_of(search, reader)}.atom"

    def search(self, request: Request) -> Response:
        """On to what a saved search finds."""
        number = read_path_number(request.path_params["number"], "search")
        kept = self._searches.get_one(caller_of(request).reader, number)
        query = urlencode({"q": kept.query, "sort": Sort.NEWEST.value, "saved": kept.id})
        return RedirectResponse(f"/search?{query}", status_code=302)

    def linked(self, request: Request) -> Response:
        """The feed of a saved search, for whoever has its address."""
        number = read_path_number(request.path_params["number"], "search")
        token, _, suffix = request.path_params["token"].partition(".")
        if suffix != "atom":
            raise NotFoundError("search", number)
        kept = self._searches.get_one(None, number, token or "-")
        return self._give(request, kept.query, kept.name, kept.made_at)

    def feed(self, request: Request) -> Response:
        """What any search finds, newest first, as a feed."""
        text = read_text(request.query_params)
        return self._give(request, text, text or "All papers")

    def _give(
        self, request: Request, text: str, title: str, begun: datetime = feeds.NEVER
    ) -> Response:
        page = self._library.search(
            text, limit=feeds.MOST, sort=Sort.NEWEST, facets=False, highlights=False
        )
        query = f"?{request.url.query}" if request.url.query else ""
        works = [shown.work for shown in page.shown]
        feed = feeds.of_works(
            works,
            self._library.get_arrivals([work.id for work in works]),
            path=links.search_url(text, Sort.NEWEST),
            own=request.url.path + query,
            title=f"Broadsheet: {title}",
            begun=begun,
        )
        return Response(feeds.write(feed, read_origin(request)), media_type=feeds.MEDIA_TYPE)
