"""The pages of editions: the front page, days, weeks, months, what is trending, one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.edition import Edition, Scope
from broadsheet.library import Library
from broadsheet.model import Sort
from broadsheet.press import FORMULA, MOST_TRENDING
from broadsheet.query.render import field_filter
from broadsheet.query.tokens import clean
from broadsheet.web import feeds, jsonfeeds
from broadsheet.web.caller import caller_of, reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.editionview import Standing, edition_url, view_edition, view_section
from broadsheet.web.entries import read_answered, read_known
from broadsheet.web.learningturns import LEARNING, in_turn
from broadsheet.web.pulse import Pulse
from broadsheet.web.reading import read_page_known
from broadsheet.web.receiptview import Latest, find_latest
from broadsheet.web.render import Renderer
from broadsheet.web.requests import read_origin, read_page_number
from broadsheet.web.wholeday import view_whole_day

SCOPES = {"day": Scope.DAY, "week": Scope.WEEK, "month": Scope.MONTH}
TRENDING = 50
"""As many as are trending in other forms; the pages have more, in parts."""
A_PAGE = 20
MOST_NAME = 80
ISSUES = 14
"""As many editions as are in the feed of a scope."""


class EditionPages:
    """Handlers of all that the press prints."""

    def __init__(self, library: Library, pulse: Pulse, renderer: Renderer) -> None:
        self._library = library
        self._press = library.press
        self._pulse = pulse
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        scoped = [
            door
            for name, scope in SCOPES.items()
            for door in (
                Door(f"/{name}", self._to_current(scope)),
                Door(f"/{name}.atom", self._feed_of(scope)),
                Door(f"/{name}/{{name}}", self._page_of(scope)),
            )
        ]
        return [
            Door("/", self.front),
            *scoped,
            Door("/day/{name}/all", self.whole_day),
            Door("/trending", self.trending),
            Door("/trending.{suffix}", self.trending_as),
            Door("/yours", in_turn(self.yours), Who.READER, budget=LEARNING),
            Door("/yours.{suffix}", in_turn(self.yours_as), Who.READER, budget=LEARNING),
            Door("/yours/link.{token}", in_turn(self.yours_linked), Who.ANYONE, budget=LEARNING),
            Door("/yours/{name}", in_turn(self.yours_on), Who.READER, budget=LEARNING),
        ]

    # --- Days, weeks, months ------------------------------------------------------------------

    def front(self, request: Request) -> Response:
        """Today's edition."""
        pulse = self._pulse
        latest = find_latest(pulse.sources(), pulse.receipts(), self._library.newsroom.summarise)
        return self._show(
            request,
            self._press.today(),
            front=True,
            latest=latest,
            followed=len(pulse.sources()),
            behind=max(0, pulse.read().index_behind),
        )

    def _page_of(self, scope: Scope) -> Callable[[Request], Response]:
        def page(request: Request) -> Response:
            name, suffix = _split(request)
            if name in ("today", "now"):
                name = self._current(scope)
            edition = self._press.get(scope, name)
            if suffix:
                return self._give(request, edition, suffix)
            return self._show(request, edition)

        return page

    def whole_day(self, request: Request) -> Response:
        """All papers that a day counted as its news, or those of a category, newest first."""
        edition = self._press.get(Scope.DAY, clean(request.path_params["name"]))
        numbers = self._press.get_news(edition)
        category = clean(request.query_params.get("category", ""))[:MOST_NAME]
        page = read_page_number(request.query_params, most=len(numbers) // A_PAGE + 1)
        found = self._library.search(
            field_filter("category", category) if category else "",
            limit=A_PAGE,
            offset=(page - 1) * A_PAGE,
            sort=Sort.NEWEST,
            facets=False,
            highlights=False,
            within=numbers,
        )
        known = read_page_known(self._library, found, caller_of(request).reader)
        view = view_whole_day(edition, found, known, category=category, page=page, size=A_PAGE)
        return self._renderer.page(request, "whole-day.html", view=view)

    def _to_current(self, scope: Scope) -> Callable[[Request], Response]:
        def turn(request: Request) -> Response:
            return RedirectResponse(edition_url(scope, self._current(scope)), status_code=302)

        return turn

    def _feed_of(self, scope: Scope) -> Callable[[Request], Response]:
        def feed(request: Request) -> Response:
            names = self._press.get_names(scope, limit=ISSUES) or [self._current(scope)]
            editions = [self._press.get(scope, name) for name in names]
            title = f"Broadsheet, each {scope.value}"
            now = self._library.newsroom.now()
            return _atom(feeds.of_editions(editions, request.url.path, title, now), request)

        return feed

    def _current(self, scope: Scope) -> str:
        return self._press.name_of(scope, self._library.newsroom.now().date())

    # --- Trending -----------------------------------------------------------------------------

    def trending(self, request: Request) -> Response:
        """What people do most with now, with the formula that says so."""
        page = read_page_number(request.query_params, most=MOST_TRENDING)
        whole = self._press.trending()
        here = slice((page - 1) * A_PAGE, page * A_PAGE)
        section = replace(whole, entries=whole.entries[here])
        known = read_known(
            self._library, caller_of(request).reader, [each.work_id for each in section.entries]
        )
        return self._renderer.page(
            request,
            "trending.html",
            section=view_section(section, known),
            formula=FORMULA,
            before=f"/trending?page={page - 1}" if page > 1 else "",
            after=f"/trending?page={page + 1}" if len(whole.entries) > here.stop else "",
            first=page == 1,
        )

    def trending_as(self, request: Request) -> Response:
        """What is trending in another form: as a proof of an edition that has this section."""
        section, now = self._press.trending(limit=TRENDING), self._library.newsroom.now()
        day = now.date()
        proof = Edition(Scope.DAY, day.isoformat(), day, day, now, sections=(section,))
        if request.path_params["suffix"] == "atom":
            feed = replace(feeds.of_edition(proof, request.url.path), title="Trending")
            return _atom(replace(feed, path="/trending", subtitle=""), request)
        return self._give(request, proof, request.path_params["suffix"])

    # --- One's own ----------------------------------------------------------------------------

    def yours(self, request: Request) -> Response:
        """The reader's own edition of today."""
        reader = reader_of(request)
        edition = self._press.get(Scope.READER, self._press.own_name(reader), reader)
        # Who has a key is not to have an address that stays when the key is revoked.
        by_key = caller_of(request).by_key
        feed = "" if by_key else f"/yours/link.{self._press.link_of(reader)}"
        return self._show(request, edition, yours=True, feed=feed)

    def yours_linked(self, request: Request) -> Response:
        """The feed of a reader's own edition, for whoever has its address."""
        token, _, suffix = request.path_params["token"].partition(".")
        if suffix not in ("atom", "json"):
            raise HTTPException(404)
        reader = self._press.find_linked(token)
        feed = feeds.of_own(self._press.get_own(reader, ISSUES), request.url.path)
        if suffix == "json":
            return _answer(jsonfeeds.write(feed, read_origin(request)), jsonfeeds.MEDIA_TYPE)
        return _atom(feed, request)

    def yours_as(self, request: Request) -> Response:
        """The same in another form."""
        reader = reader_of(request)
        edition = self._press.get(Scope.READER, self._press.own_name(reader), reader)
        return self._give(request, edition, request.path_params["suffix"])

    def yours_on(self, request: Request) -> Response:
        """The reader's own edition of a day."""
        name, suffix = _split(request)
        edition = self._press.get(Scope.READER, name, reader_of(request))
        if suffix:
            return self._give(request, edition, suffix)
        return self._show(request, edition, yours=True)

    # --- In every form ------------------------------------------------------------------------

    def _show(
        self,
        request: Request,
        edition: Edition,
        *,
        front: bool = False,
        yours: bool = False,
        feed: str = "",
        latest: Sequence[Latest] = (),
        followed: int = 0,
        behind: int = 0,
    ) -> Response:
        before, after = self._press.neighbours(edition)
        caller, numbers = caller_of(request), [each.work_id for each in edition.entries]
        reader = caller.reader
        if yours and reader:
            known = read_answered(self._library, reader, numbers)
        else:
            known = read_known(self._library, reader, numbers)
        standing = Standing(
            before,
            after,
            self._press.is_back_issue(edition),
            None if edition.number else self._press.goes_to_press(edition),
            "" if edition.entries else self._press.find_nearest(edition),
        )
        return self._renderer.page(
            request,
            "edition.html",
            view=view_edition(edition, known, standing),
            yours=yours,
            starting=yours and not known.shelves,
            offered=front and not known.shelves and bool(reader or caller.accounts),
            feed=feed,
            latest=latest,
            followed=followed,
            behind=behind,
            empty=not edition.entries and not self._pulse.read().works,
        )

    def _give(self, request: Request, edition: Edition, suffix: str) -> Response:
        if suffix == "json":
            return _answer(edition.to_json(), "application/json")
        if suffix == "md":
            return _answer(self._press.to_markdown(edition).encode(), "text/markdown")
        if suffix == "atom":
            return _atom(feeds.of_edition(edition, request.url.path), request)
        raise HTTPException(404)


def _split(request: Request) -> tuple[str, str]:
    """The name of an edition, and the form that is asked for after its dot."""
    name, _, suffix = clean(request.path_params["name"]).partition(".")
    return name, suffix


def _atom(feed: feeds.Feed, request: Request) -> Response:
    return _answer(feeds.write(feed, read_origin(request)), feeds.MEDIA_TYPE)


def _answer(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})
