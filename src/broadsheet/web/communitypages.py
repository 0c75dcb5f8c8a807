"""The pages of the people of an instance: what is said and liked, readers, authors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.community import Said
from broadsheet.errors import NotFoundError
from broadsheet.library import Library
from broadsheet.model import Sort
from broadsheet.query.render import field_filter
from broadsheet.query.tokens import clean
from broadsheet.web import links
from broadsheet.web.caller import caller_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.entries import read_known, shorten, view_work
from broadsheet.web.render import Renderer
from broadsheet.web.requests import PAGE_SIZE, read_page_number

LATEST = 30
LIKED = 20
LONGEST_NAME = 200
MOST_PAGES = 500
BESIDE = 600
"""As much of a comment as stands in a list of them, in letters; it links to the whole."""


class CommunityPages:
    """Handlers of these pages."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._community = library.community
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/community", self.community),
            Door("/reader/{name}", self.reader),
            Door("/author/{name:path}", self.author),
            Door("/help", self.help, Who.ANYONE),
        ]

    def community(self, request: Request) -> Response:
        """What was said last, and what was upvoted most."""
        liked = self._community.liked(limit=LIKED)
        known = read_known(
            self._library, caller_of(request).reader, [each.work.id for each in liked]
        )
        return self._renderer.page(
            request,
            "community.html",
            said=_cut(self._community.latest(LATEST)),
            liked=[view_work(each.work, n, known) for n, each in enumerate(liked, 1)],
            shelves=self._library.shelves.get_shared(),
            readers=self._library.accounts.get_readers(),
        )

    def reader(self, request: Request) -> Response:
        """What a reader lets others see: shelves, comments."""
        name = clean(request.path_params["name"])[:LONGEST_NAME]
        reader = self._library.accounts.get_reader(name)
        if reader.disabled:
            raise NotFoundError("reader", name)
        shared = self._library.shelves.get_shared()
        return self._renderer.page(
            request,
            "reader.html",
            reader=reader,
            shelves=[shelf for shelf in shared if shelf.reader_id == reader.id],
            said=_cut(self._community.said_by(reader.id)),
        )

    def author(self, request: Request) -> Response:
        """All papers of an author, as the name is spelled, newest first."""
        name = " ".join(clean(request.path_params["name"]).split())[:LONGEST_NAME]
        if not name:
            raise NotFoundError("author", name)
        page, viewer = read_page_number(request.query_params, MOST_PAGES), caller_of(request).reader
        found = self._library.search(
            field_filter("author", name),
            limit=PAGE_SIZE,
            offset=(page - 1) * PAGE_SIZE,
            sort=Sort.NEWEST,
            facets=False,
            highlights=False,
        )
        known = read_known(self._library, viewer, [each.work.id for each in found.shown])
        follows = self._community.get_follows(viewer) if viewer else ()
        address = links.author_page_url(name)
        return self._renderer.page(
            request,
            "author.html",
            name=name,
            total=found.results.total,
            entries=[
                view_work(each.work, (page - 1) * PAGE_SIZE + n, known)
                for n, each in enumerate(found.shown, 1)
            ],
            followed=any(each.author == name for each in follows),
            query=field_filter("author", name),
            before=f"{address}?page={page - 1}" if page > 1 else "",
            after=f"{address}?page={page + 1}" if found.results.more else "",
        )

    def help(self, request: Request) -> Response:
        """Keys and the language of searches, as a page."""
        return self._renderer.page(request, "help.html")


def _cut(said: Iterable[Said]) -> list[Said]:
    return [
        each._replace(comment=replace(each.comment, text=shorten(each.comment.text, BESIDE)))
        for each in said
    ]
