"""Acts that say which records are one paper: put two papers together, take records out of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.library import Library
from broadsheet.model import StoredRecord, Work
from broadsheet.query.tokens import clean
from broadsheet.web import links, wording
from broadsheet.web.answers import answer_done
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.render import Renderer

SHOWN_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of two papers, as it is before or will be after; `lines` are its records."""

    heading: str
    url: str
    title: str
    byline: str
    lines: tuple[str, ...]


class Joining:
    """Handlers of the forms under "Wrong merge?": each act is shown first, and done after that.

    Both stand in the histories of the papers; they hold for everybody, so they are the operator's.
    """

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these acts."""
        return [
            Door("/merge", self.ask_merge, Who.OPERATOR),
            Door("/split", self.ask_split, Who.OPERATOR),
            Door("/act/merge", posted(self.merge), Who.OPERATOR, "POST"),
            Door("/act/split", posted(self.split), Who.OPERATOR, "POST"),
        ]

    def ask_merge(self, request: Request) -> Response:
        """The two papers side by side, before they become one."""
        kept, gone = (clean(request.query_params.get(name, "")) for name in ("kept", "gone"))
        if not kept.strip() or not gone.strip():
            raise InvalidInputError("Name the two papers that are one.")
        stays, goes = self._library.get_work(kept), self._library.get_work(gone)
        if stays.id == goes.id:
            raise ConflictError(f"These are one paper already: paper {stays.id}.")
        return self._renderer.page(
            request,
            "joining.html",
            act="merge",
            work=stays,
            sides=[
                self._side(f"Stays: paper {stays.id}", stays),
                self._side(f"Goes into it: paper {goes.id}", goes),
            ],
            fields=[("kept", stays.id), ("gone", goes.id)],
            turned=f"/merge?kept={goes.id}&gone={stays.id}",
        )

    def _side(self, heading: str, work: Work) -> Side:
        lines = _lines(self._library.get_records(work.id))
        return Side(heading, links.paper_url(work.id), work.title, _byline(work), lines)

    def ask_split(self, request: Request) -> Response:
        """What stays and what is taken out, before that is done."""
        work = self._library.get_work(clean(request.query_params.get("paper", "")))
        chosen = set(request.query_params.getlist("record"))
        records = self._library.get_records(work.id)
        taken = [each for each in records if str(each.id) in chosen]
        left = [each for each in records if str(each.id) not in chosen]
        if not taken or not left:
            raise ConflictError(
                f"Of the {len(records)} records of paper {work.id}, tick those that are of another "
                "paper; at least one must stay."
            )
        return self._renderer.page(
            request,
            "joining.html",
            act="split",
            work=work,
            sides=[
                Side(f"Stays: paper {work.id}", "", left[0].record.title, "", _lines(left)),
                Side("A paper of its own", "", taken[0].record.title, "", _lines(taken)),
            ],
            fields=[("paper", work.id), *(("record", each.id) for each in taken)],
            turned="",
        )

    def merge(self, request: Request, form: Form) -> Response:
        """Two papers are one; `kept` keeps its number, `gone` leads there from now on."""
        kept, gone = clean(form.get("kept")), clean(form.get("gone"))
        done = self._library.merging.merge(reader_of(request), kept, gone)
        return answer_done(request, done, links.paper_url(done.target))

    def split(self, request: Request, form: Form) -> Response:
        """The records that were ticked are a paper of their own."""
        paper, records = clean(form.get("paper")), form.numbers("record")
        done = self._library.merging.split(reader_of(request), paper, records)
        return answer_done(request, done, links.paper_url(done.target))


def _byline(work: Work) -> str:
    names = ", ".join(work.authors[:3]) + (" and others" if len(work.authors) > 3 else "")
    return " · ".join(filter(None, [names, wording.say_date(work.date.value) if work.date else ""]))


def _lines(records: Iterable[StoredRecord]) -> tuple[str, ...]:
    """The source and key of each record, as often as fits."""
    lines = [f"{wording.say_source(each.record.source)} {each.record.key}" for each in records]
    beyond = len(lines) - SHOWN_RECORDS
    return (*lines[:SHOWN_RECORDS], *([f"and {beyond} more"] if beyond > 0 else []))
