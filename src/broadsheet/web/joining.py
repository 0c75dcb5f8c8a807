"""Acts that say which records are one paper: put two papers together, take records out of one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.library import Library
from broadsheet.people import Done
from broadsheet.query.tokens import clean
from broadsheet.web import links
from broadsheet.web.answers import answer_done
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who


class Joining:
    """Handlers of the forms under "Wrong merge?". Both acts stand in the histories of the papers,
    and each undoes the other; they hold for everybody, so they are the operator's."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def doors(self) -> list[Door]:
        """The addresses of these acts."""
        return [
            Door("/act/merge", posted(self.merge), Who.OPERATOR, "POST"),
            Door("/act/split", posted(self.split), Who.OPERATOR, "POST"),
        ]

    def merge(self, request: Request, form: Form) -> Response:
        """Two papers are one; `kept` keeps its number, `gone` leads there from now on."""
        reason = f"by {reader_of(request).name}"
        gone = self._library.get_work(clean(form.get("gone")))
        work = self._library.merge(clean(form.get("kept")), gone.id, reason=reason)
        done = Done(f"Paper {gone.id} is this paper now.", target=work.id)
        return answer_done(request, done, links.paper_url(work.id))

    def split(self, request: Request, form: Form) -> Response:
        """The records that were ticked are a paper of their own."""
        reason = f"by {reader_of(request).name}"
        paper = clean(form.get("paper"))
        work = self._library.split(paper, form.numbers("record"), reason=reason)
        done = Done(f"Taken out of paper {paper}; this is a paper of its own now.", target=work.id)
        return answer_done(request, done, links.paper_url(work.id))
