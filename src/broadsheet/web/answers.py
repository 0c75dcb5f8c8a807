"""How an act is answered: back to the page it came from, or in JSON where a program asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.journal import Journal
from broadsheet.people import Done
from broadsheet.web.bodies import Form
from broadsheet.web.caller import reader_of
from broadsheet.web.render import json_answer

DONE = "done"
"""The parameter that names the acts, `BETWEEN` them, whose notices a page shows."""
BETWEEN = "-"
MOST_NOTICES = 8
TOLD = "told"
"""The parameter with the notice of an act that cannot be undone, sealed (see `Journal.seal`)."""

_LONGEST_WAY = 2000
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")


def read_way(text: str, default: str = "/") -> str:
    """A path of ours that a request names as the place to go on to, or the default.

    Browsers take "//host", "/\\host" and "/<tab>/host" for other hosts; none of these passes.
    """
    own = text.startswith("/") and not text.startswith("//") and not _UNSAFE.search(text)
    return text if own and len(text) <= _LONGEST_WAY else default


def read_back(form: Form, default: str = "/") -> str:
    """Where a form's act ends: its field `back`, if that is a path of ours."""
    return read_way(form.get("back"), default)


def wants_json(request: Request) -> bool:
    """Whether the answer is for a program, such as our script."""
    return accepts_json(request.headers)


def accepts_json(headers: Headers) -> bool:
    return "application/json" in headers.get("accept", "")


def answer_done(
    request: Request, done: Done, back: str, more: Mapping[str, object] | None = None
) -> Response:
    """The answer to an act: 303 to `back`, which shows what was done; or JSON, with `more`."""
    if wants_json(request):
        told = {"sentence": done.sentence, "done": done.signal, "target": done.target}
        return json_answer({"ok": True, **told, **(more or {})})
    if done.signal:
        return go_on(back, **{DONE: str(done.signal)})
    journal: Journal = request.app.state.journal
    return go_on(back, **{TOLD: journal.seal(reader_of(request), done.sentence)})


def answer_all(request: Request, done: Sequence[Done], back: str) -> Response:
    """The answer to a form of several acts: each that can be undone has its own notice."""
    if len(done) == 1:
        return answer_done(request, done[0], back)
    if wants_json(request):
        said = " ".join(each.sentence for each in done)
        return answer_done(request, Done(said, target=done[0].target), back)
    told = " ".join(each.sentence for each in done if not each.signal)
    journal: Journal = request.app.state.journal
    params = {DONE: BETWEEN.join(str(each.signal) for each in done if each.signal)}
    if told:
        params[TOLD] = journal.seal(reader_of(request), told)
    return go_on(back, **{name: value for name, value in params.items() if value})


def go_on(way: str, **params: str) -> Response:
    """303 to a path of ours, with these parameters in place of those of the same name."""
    path, _, fragment = way.partition("#")
    path, _, query = path.partition("?")
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name not in {DONE, TOLD, *params}
    ]
    query = urlencode([*kept, *params.items()])
    target = f"{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
