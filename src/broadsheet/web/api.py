"""The same for programs: JSON in one shape, `{"ok": true, …}` or `{"ok": false, "error": …}`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.library import Library, Shown
from broadsheet.model import StoredRecord
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
        results = page.results
        return json_answer(
            {
                "ok": True,
                "query": wanted.text,
                "sort": wanted.sort.value,
                "limit": wanted.limit,
                "offset": wanted.offset,
                "total": results.total,
                "more": results.more,
                "matching": results.matching.value,
                "notes": results.notes,
                "hits": [_hit(shown) for shown in page.shown],
                "facets": {
                    name: [count._asdict() for count in counts]
                    for name, counts in results.facets.items()
                },
                "months": [count._asdict() for count in results.months],
            }
        )

    def paper(self, request: Request) -> Response:
        """`/api/paper/{number}`; any other name of the paper leads to its number."""
        reference = clean(request.path_params["reference"])
        work = self._library.get_work(reference)
        if reference != str(work.id):
            return RedirectResponse(f"/api/paper/{work.id}", status_code=302)
        paper = read_paper(self._library, work)
        return json_answer(
            {
                "ok": True,
                "paper": work.as_dict(),
                "records": [_record(record) for record in paper.records],
                "history": [event._asdict() for event in paper.history],
                "related": [_hit(shown) for shown in paper.related],
            }
        )

    def health(self, request: Request) -> Response:
        """`/healthz`: whether the library answers, and how far its index has come."""
        stats = self._pulse.read()
        return json_answer({"ok": True, "papers": stats.works, "index_behind": stats.index_behind})


def _hit(shown: Shown) -> dict[str, Any]:
    return {
        "score": shown.hit.score,
        "spoke": shown.hit.spoke.value,
        "lexical": shown.hit.lexical,
        "dense": shown.hit.dense,
        "title_spans": [list(span) for span in shown.title_spans],
        "text_spans": [list(span) for span in shown.text_spans],
        "paper": shown.work.as_dict(),
    }


def _record(stored: StoredRecord) -> dict[str, Any]:
    record = stored.record
    return {
        "id": stored.id,
        "source": record.source,
        "key": record.key,
        "seen_at": stored.seen_at,
        "title": record.title,
        "version": record.version,
        "listing": record.listing._asdict() if record.listing else None,
    }
