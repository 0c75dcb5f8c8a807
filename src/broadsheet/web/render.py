"""Views to bytes: HTML by Jinja with autoescape, JSON by orjson. The one output of each format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from broadsheet.web import links, markdown, marks, mathematics, styles, toggles, wording
from broadsheet.web.caller import caller_of
from broadsheet.web.problems import Problem

_HERE = Path(__file__).parent


class Renderer:
    """Renders the templates of this package."""

    def __init__(self) -> None:
        self._environment = _make_environment()

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """A page from a template, for who asks (`caller` in the template).

        What cannot be encoded becomes a question mark, not an error.
        """
        context = {"text": "", "caller": caller_of(request), "here": _here(request), **context}
        html = self._environment.get_template(template).render(context)
        return Response(
            html.encode("utf-8", "replace"),
            status_code=status,
            headers={"Cache-Control": "no-cache", **(headers or {})},
            media_type="text/html",
        )

    def problem(self, request: Request, problem: Problem, text: str = "") -> Response:
        """An error as a page of its own, with the search box still there."""
        return self.page(
            request,
            "error.html",
            status=problem.status,
            headers=problem.headers,
            problem=problem,
            text=text,
        )


@cache
def _make_environment() -> Environment:
    """One for all applications of a process, so that each template is compiled once."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = _static_addresses()
    environment.globals["toggle"] = toggles.attributes
    environment.globals["saving"] = toggles.saving
    environment.globals["toggle_word"] = toggles.word
    environment.filters["count"] = wording.say_count
    environment.filters["code"] = marks.code
    environment.filters["prose"] = mathematics.prose
    environment.filters["markdown"] = markdown.to_markup
    environment.filters["day"] = wording.say_date
    environment.filters["moment"] = wording.say_moment
    return environment


def _here(request: Request) -> str:
    """Path and query of the page, which a form gives back so that its act ends where it began."""
    query = urlencode(
        [(k, v) for k, v in request.query_params.multi_items() if k not in ("done", "told")]
    )
    return quote(request.url.path) + (f"?{query}" if query else "")


def json_answer(
    data: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer for a program."""
    return Response(
        orjson.dumps(data),
        status_code=status,
        headers={"Cache-Control": "no-cache", **(headers or {})},
        media_type="application/json",
    )


def json_problem(problem: Problem) -> Response:
    """The one shape of an error for programs; `position` only for a mistake in a query."""
    body: dict[str, Any] = {"ok": False, "error": problem.message, "status": problem.status}
    if problem.position is not None:
        body["position"] = problem.position
    return json_answer(body, status=problem.status, headers=problem.headers)


def citation_file(
    suffix: str, name: str, export: Callable[[str], str], *, place: str = "attachment"
) -> Response:
    """What `export` writes in the style that the end of an address names, as a file of a name.
    Raises HTTPException for an end that names none."""
    if suffix not in links.EXPORTS:
        raise HTTPException(404)
    return Response(
        export(links.EXPORTS[suffix]).encode("utf-8", "replace"),
        headers={"Content-Disposition": f'{place}; filename="{name}.{suffix}"'},
        media_type=links.EXPORT_TYPES[suffix],
    )


class Assets(StaticFiles):
    """The static files; a file's address changes with its content, so it may be kept for ever."""

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == styles.NAME and scope["method"] in ("GET", "HEAD"):
            response = Response(styles.read_sheet(), media_type="text/css")
        else:
            response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _static_addresses() -> dict[str, str]:
    """The address of each static file, with a piece of its hash."""
    files = {path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir())}
    return {
        name: f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
        for name, content in {**files, styles.NAME: styles.read_sheet()}.items()
    }
