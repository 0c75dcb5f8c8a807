"""The pages of receipts: all sources as calendars, and one source on one day."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import NotFoundError
from broadsheet.library import Library
from broadsheet.query.tokens import clean
from broadsheet.web.dayview import view_day
from broadsheet.web.doors import Door
from broadsheet.web.heat import first_day
from broadsheet.web.receiptview import view_receipts
from broadsheet.web.render import Renderer
from broadsheet.web.requests import read_day


class ReceiptPages:
    """Handlers of the pages of receipts."""

    def __init__(self, library: Library, renderer: Renderer, *, fetching: bool) -> None:
        self._newsroom = library.newsroom
        self._renderer = renderer
        self._fetching = fetching

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/receipts", self.calendar),
            Door("/receipts/{source:path}/{day}", self.day),
        ]

    def calendar(self, request: Request) -> Response:
        """Every source with its last half year."""
        now = self._newsroom.now()
        today = now.date()
        first = first_day(today)
        view = view_receipts(
            self._newsroom.get_status(),
            self._newsroom.get_receipts(first, today),
            self._newsroom.get_rejections(first, today),
            now,
            fetching=self._fetching,
        )
        return self._renderer.page(request, "receipts.html", view=view, text="")

    def day(self, request: Request) -> Response:
        """One source on one day; of a source that was removed, or a service that was asked about
        papers, too, if there is something to tell."""
        day = read_day(request.path_params["day"])
        source = clean(request.path_params["source"])
        found = [each for each in self._newsroom.get_receipts(day, day) if each.source == source]
        rejected = self._newsroom.get_rejections(day, day, source=source) if source else ()
        followed = source in {s.source.name for s in self._newsroom.get_status()}
        if not (found or rejected or followed):
            raise NotFoundError("source", source)
        view = view_day(
            source,
            day,
            found,
            self._newsroom.summarise(found),
            rejected,
            self._newsroom.get_reports(source=source, first=day, last=day),
        )
        return self._renderer.page(request, "receipt.html", view=view, text="")
