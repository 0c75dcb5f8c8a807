"""The pages of shelves: all of a reader's, one of them, and what programs fetch from one."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import IndexNotReadyError, InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Reader, Sharing, Shelf
from broadsheet.query.tokens import clean
from broadsheet.shelves import note_of
from broadsheet.web import feeds, links
from broadsheet.web.answers import read_way, wants_json
from broadsheet.web.caller import caller_of, reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.entries import read_known
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer, citation_file, json_answer
from broadsheet.web.requests import read_origin, read_page_number, read_path_number, read_text
from broadsheet.web.shelfview import SHELF_PAGE, Found, view_found, view_shelf

FOUND = 50


class ShelfPages:
    """Handlers of the pages of shelves."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._shelves = library.shelves
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/shelves", self.shelves, Who.READER),
            Door("/save", self.choose, Who.READER),
            Door("/shelf/{number}", self.shelf),
            Door("/shelf/{number}/export.{suffix}", self.export),
            Door("/shelf/{number}/link.{token}", self.linked, Who.ANYONE),
        ]

    def shelves(self, request: Request) -> Response:
        """All shelves of a reader; with a search, what of it lies on any of them."""
        reader, text = reader_of(request), read_text(request.query_params)
        found = None
        if text:
            try:
                found = self._find(reader, None, text)
            except (InvalidInputError, IndexNotReadyError) as error:
                return self._renderer.problem(request, describe(error), text)
        return self._renderer.page(
            request,
            "shelves.html",
            shelves=self._shelves.get(reader),
            shared=[each for each in self._shelves.get_shared() if each.reader_id != reader.id],
            readers=self._library.accounts.get_readers(),
            found=found,
            asked=text,
        )

    def _find(self, reader: Reader, number: int | None, text: str) -> Found:
        page = self._shelves.search(reader, number, text, limit=FOUND)
        known = read_known(self._library, reader, [shown.work.id for shown in page.shown])
        return view_found(page, known)

    def choose(self, request: Request) -> Response:
        """A form of the reader's shelves, for one paper: what pages open beside it with script."""
        reader = reader_of(request)
        work = self._library.get_work(clean(request.query_params.get("paper", "")))
        saved = self._shelves.find(reader, [work.id]).get(work.id, ())
        held, note = {each.shelf_id for each in saved}, note_of(saved)
        shelves = self._shelves.get(reader)
        if wants_json(request):
            rows = [{"id": s.id, "name": s.name, "on": s.id in held} for s in shelves]
            told = {"paper": work.id, "title": work.title, "note": note, "shelves": rows}
            return json_answer(told)
        back = read_way(request.query_params.get("back", ""), links.paper_url(work.id))
        return self._renderer.page(
            request, "save.html", work=work, shelves=shelves, held=held, note=note, back=back
        )

    def shelf(self, request: Request) -> Response:
        """One shelf, for its reader or for others who may see it."""
        number = read_path_number(request.path_params["number"], "shelf")
        viewer, text = caller_of(request).reader, read_text(request.query_params)
        shelf = self._shelves.get_shelf(viewer, number)
        found = None
        if text and viewer:
            try:
                found = self._find(viewer, number, text)
            except (InvalidInputError, IndexNotReadyError) as error:
                return self._renderer.problem(request, describe(error), text)
        return self._show(request, shelf, found=found, asked=text)

    def _show(
        self,
        request: Request,
        shelf: Shelf,
        token: str = "",
        found: Found | None = None,
        asked: str = "",
    ) -> Response:
        caller = caller_of(request)
        viewer = caller.reader
        page = read_page_number(request.query_params, most=1000)
        papers = self._shelves.get_papers(
            shelf, limit=SHELF_PAGE + 1, offset=(page - 1) * SHELF_PAGE
        )
        known = read_known(self._library, viewer, [each.work.id for each in papers])
        owner = self._library.accounts.get_readers([shelf.reader_id]).get(shelf.reader_id)
        own, files_token = viewer is not None and viewer.id == shelf.reader_id, ""
        # Not to a key: an address stays good when the key is revoked.
        if own and not caller.by_key:
            if shelf.sharing is not Sharing.NOBODY:
                token = self._shelves.link_of(shelf, owner)
            elif caller.accounts:  # where there are none, the plain addresses need no cookie
                files_token = self._shelves.files_link_of(shelf, owner)
        view = view_shelf(
            shelf, papers, known, owner, own=own, page=page, token=token, files_token=files_token
        )
        return self._renderer.page(request, "shelf.html", view=view, found=found, asked=asked)

    def export(self, request: Request) -> Response:
        """A shelf as a citation file, at an address that stays."""
        number = read_path_number(request.path_params["number"], "shelf")
        shelf = self._shelves.get_shelf(caller_of(request).reader, number)
        return self._give(request, shelf, request.path_params["suffix"])

    def linked(self, request: Request) -> Response:
        """A shelf for whoever has its link: as a page, or in the form after the token's dot."""
        number = read_path_number(request.path_params["number"], "shelf")
        token, _, suffix = request.path_params["token"].partition(".")
        if suffix:
            return self._give(request, self._shelves.get_for_files(number, token), suffix)
        return self._show(request, self._shelves.get_shelf(None, number, token or "-"), token)

    def _give(self, request: Request, shelf: Shelf, suffix: str) -> Response:
        if suffix == "atom":
            papers = self._shelves.get_papers(shelf, limit=feeds.MOST)
            path = request.url.path.removesuffix(".atom").removesuffix("/export")
            if shelf.sharing is Sharing.NOBODY:  # a private address has no page
                path = f"/shelf/{shelf.id}"
            feed = feeds.of_works(
                [each.work for each in papers],
                {each.work.id: each.saved.saved_at for each in papers},
                path=path,
                own=request.url.path,
                title=shelf.name,
                begun=shelf.made_at,
                subtitle=shelf.about,
            )
            return Response(feeds.write(feed, read_origin(request)), media_type=feeds.MEDIA_TYPE)
        export = partial(self._shelves.export, shelf)
        return citation_file(suffix, f"shelf-{shelf.id}", export, place="inline")
