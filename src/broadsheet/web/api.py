"""The same for programs: JSON in one shape, `{"ok": true, …}` or `{"ok": false, "error": …}`.

What an answer holds is in `shapes`, as for `--json`; `docs/api.md` tells it.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet import shapes
from broadsheet.library import Library
from broadsheet.query.tokens import clean
from broadsheet.sources import SourceStatus
from broadsheet.web.doors import Door, Who
from broadsheet.web.pulse import Pulse
from broadsheet.web.reading import read_paper, search
from broadsheet.web.render import json_answer
from broadsheet.web.requests import read_days, read_related_sort, read_slice_request

_HEALTH = ("state", "good_at", "trouble", "blocked", "paused", "next_at")
_UNWELL = ("trouble", "refused")


class Api:
    """Handlers of the JSON addresses."""

    def __init__(self, library: Library, pulse: Pulse) -> None:
        self._library = library
        self._pulse = pulse

    def doors(self) -> list[Door]:
        """The addresses for programs."""
        return [
            Door("/api/search", self.search),
            Door("/api/receipts", self.receipts),
            Door("/api/paper/{reference:path}", self.paper),
            Door("/healthz", self.health, Who.ANYONE),
        ]

    def search(self, request: Request) -> Response:
        """`/api/search?q=…&sort=…&limit=…&offset=…`; tells the numbers that it went by."""
        wanted = read_slice_request(request.query_params)
        page = search(self._library, wanted)
        found = shapes.page(
            page, text=wanted.text, sort=wanted.sort, limit=wanted.limit, offset=wanted.offset
        )
        return json_answer({"ok": True, **found})

    def paper(self, request: Request) -> Response:
        """`/api/paper/{number}?related=…`; any other name of the paper leads to its number."""
        reference = clean(request.path_params["reference"])
        work = self._library.get_work(reference)
        if reference != str(work.id):
            return RedirectResponse(f"/api/paper/{work.id}", status_code=302)
        paper = read_paper(self._library, work, read_related_sort(request.query_params))
        told = shapes.work_with_records(work, paper.records, paper.history)
        seen = shapes.witnessed(paper.first_seen, paper.series)
        return json_answer({"ok": True, **told, **seen, **shapes.related(paper.related)})

    def receipts(self, request: Request) -> Response:
        """`/api/receipts?source=…&from=…&to=…`; tells the days that it went by."""
        newsroom, params = self._library.newsroom, request.query_params
        first, last = read_days(params, newsroom.today())
        source = clean(params.get("source", ""))
        written = newsroom.get_receipts(first, last, source=source)
        rejected = newsroom.get_rejections(first, last, source=source)
        told = shapes.receipts(written, rejected, first, last)
        return json_answer({"ok": True, "source": source, **told})

    def health(self, request: Request) -> Response:
        """`/healthz`: whether the library answers, how far its index has come, and how each of
        its sources stands."""
        stats = self._pulse.read()
        sources = {each.source.name: _health(each) for each in self._pulse.sources()}
        states = {each["state"] for each in sources.values()}
        return json_answer(
            {
                "ok": True,
                "papers": stats.works,
                "index_behind": stats.index_behind,
                "sources_ok": states.isdisjoint(_UNWELL),
                "sources": sources,
            }
        )


def _health(status: SourceStatus) -> dict[str, Any]:
    """What a monitor asks of a source; `good_at` is when all of it last came to a good end."""
    told = shapes.source_status(status)
    return {name: told[name] for name in _HEALTH}
