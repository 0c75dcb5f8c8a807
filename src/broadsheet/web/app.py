"""The application: routes, the guard around them, and one answer to every error."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from broadsheet.config import Settings
from broadsheet.errors import BroadsheetError
from broadsheet.library import Library
from broadsheet.web.api import Api
from broadsheet.web.doors import Door
from broadsheet.web.guard import SECURITY_HEADERS, Guard
from broadsheet.web.pages import Pages
from broadsheet.web.problems import describe
from broadsheet.web.pulse import Pulse
from broadsheet.web.receiptpages import ReceiptPages
from broadsheet.web.render import Assets, Renderer, json_problem

_log = logging.getLogger(__name__)


def create_app(library: Library, settings: Settings) -> Starlette:
    """The web application of a library that is open; the caller closes the library."""
    renderer = Renderer()
    pulse = Pulse(library)
    pages, api = Pages(library, pulse, renderer), Api(library, pulse)
    receipts = ReceiptPages(library, renderer, fetching=settings.sync == "on")

    def answer_error(request: Request, error: Exception) -> Response:
        problem = describe(error)
        if problem.status >= 500:
            _log.error("%s %r: %s", request.method, request.url.path, error)
        if request.url.path.startswith("/api/"):
            return json_problem(problem)
        return renderer.problem(request, problem)

    def answer_crash(request: Request, error: Exception) -> Response:
        # This answer is sent from outside the guard, so it carries the headers itself.
        response = answer_error(request, error)
        response.headers.update(SECURITY_HEADERS)
        return response

    doors = [
        *pages.doors(),
        *receipts.doors(),
        *api.doors(),
    ]
    app = Starlette(
        routes=[*map(_route, doors), Mount("/static", Assets())],
        middleware=[
            Middleware(Guard, host=settings.host, others=settings.hosts.split()),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
        exception_handlers={
            HTTPException: answer_error,
            BroadsheetError: answer_error,
            Exception: answer_crash,
        },
    )
    app.router.redirect_slashes = False
    return app


def _route(door: Door) -> Route:
    return Route(door.path, door.handler, methods=[door.method])
