"""The same for programs: JSON in one shape, `{"ok": true, …}` or `{"ok": false, "error": …}`.

What an answer holds is in `shapes`, as for `--json`; `docs/api.md` tells it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet import shapes
from broadsheet.library import Library
from broadsheet.query.tokens import clean
from broadsheet.web.pulse import Pulse
from broadsheet.web.reading import read_paper, search
from broadsheet.web.render import json_answer
from broadsheet.web.requests import read_slice_request


class Api:
    """Handlers of the JSON addresses."""

    def __init__(self, library: Library, pulse: Pulse) -> None:
        self._library = library
        self._pulse = pulse

    def search(self, request: Request) -> Response:
        """`/api/search?q=…&sort=…&limit=…&offset=…`; tells the numbers that it went by."""
        wanted = read_slice_request(request.query_params)
        page = search(self._library, wanted)
        found = shapes.page(
            page, text=wanted.text, sort=wanted.sort, limit=wanted.limit, offset=wanted.offset
        )
        return json_answer({"ok": True, **found})

    def paper(self, request: Request) -> Response:
        """`/api/paper/{number}`; any other name of the paper leads to its number."""
        reference = clean(request.path_params["reference"])
        work = self._library.get_work(reference)
        if reference != str(work.id):
            return RedirectResponse(f"/api/paper/{work.id}", status_code=302)
        paper = read_paper(self._library, work)
        told = shapes.work_with_records(work, paper.records, paper.history)
        return json_answer({"ok": True, **told, **shapes.related(paper.related)})

    def health(self, request: Request) -> Response:
        """`/healthz`: whether the library answers, and how far its index has come."""
        stats = self._pulse.read()
        return json_answer({"ok": True, "papers": stats.works, "index_behind": stats.index_behind})
