"""Handing in a paper: the forms, and the act. What goes wrong is told where it was typed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.community import Entry
from broadsheet.errors import ConflictError, InvalidInputError, SourceBusyError, SourceError
from broadsheet.library import Library
from broadsheet.people import Done, Reader
from broadsheet.shelves import Upload
from broadsheet.web import links
from broadsheet.web.answers import answer_done, wants_json
from broadsheet.web.bodies import LARGEST_BIBLIOGRAPHY, Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer

LONGEST = {
    "reference": 2_000,
    "title": 500,
    "authors": 5_000,
    "year": 4,
    "link": 2_000,
    "abstract": 10_000,
}
"""The fields that are typed, and as much of each as a form holds."""
_BY_HAND = ("title", "authors", "year", "link", "abstract")


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be handed in: by which of the forms, and why."""

    form: str
    mistake: str


class SubmitPages:
    """Handlers of handing in."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._community = library.community
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/submit", self.forms, Who.READER),
            Door(
                "/act/submit",
                posted(self.submit),
                Who.READER,
                "POST",
                "submit",
                LARGEST_BIBLIOGRAPHY,
            ),
        ]

    def forms(self, request: Request) -> Response:
        """The forms, empty."""
        reader_of(request)
        return self._show(request, Form())

    def submit(self, request: Request, form: Form) -> Response:
        """Hand a paper in, and go on to it; or show the forms again, as they were filled in."""
        try:
            done = self._hand_in(reader_of(request), form)
        except (InvalidInputError, ConflictError, SourceError) as error:
            if wants_json(request):
                raise
            failed = Failed(_form_of(form), say_failure(error))
            return self._show(request, form, failed, describe(error).status)
        return answer_done(request, done, links.paper_url(done.target))

    def _hand_in(self, reader: Reader, form: Form) -> Done:
        match _form_of(form):
            case "file":
                return self._community.submit(reader, Upload(*(form.file("file") or ("", b""))))
            case "hand":
                return self._community.submit(reader, Entry(*map(form.get, _BY_HAND)))
        return self._community.submit(reader, form.get("reference"))

    def _show(
        self, request: Request, form: Form, failed: Failed | None = None, status: int = 200
    ) -> Response:
        typed = {name: form.get(name)[:most] for name, most in LONGEST.items()}
        # The address of the act cannot be gone back to.
        return self._renderer.page(
            request, "submit.html", status=status, here="/submit", typed=typed, failed=failed
        )


def _form_of(form: Form) -> str:
    if form.file("file"):
        return "file"
    return "hand" if form.get("title").strip() else "name"


def say_failure(error: Exception) -> str:
    """Why a paper was not handed in. A client that waits says when it asks again, which it does for
    sources; of what was handed in nothing is kept to be asked for."""
    why = str(error)
    if not isinstance(error, SourceError):
        return why
    why = why.partition("; next attempt at ")[0].rstrip(".")
    moment = error.retry_at if isinstance(error, SourceBusyError) else None
    when = f"after {moment:%H:%M} UTC" if moment else "later"
    return f"{why}. Nothing was handed in, and nothing goes on by itself: send it again {when}."
