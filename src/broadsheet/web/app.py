"""The application: routes, the guard around them, and one answer to every error."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount

from broadsheet.config import Settings
from broadsheet.errors import BroadsheetError, StorageBusyError, StorageReadOnlyError
from broadsheet.library import Library
from broadsheet.web.accountpages import AccountPages
from broadsheet.web.actpages import ActPages
from broadsheet.web.adminpages import AdminPages
from broadsheet.web.answers import wants_json
from broadsheet.web.api import Api
from broadsheet.web.beacons import Beacons
from broadsheet.web.caller import caller_of
from broadsheet.web.communitypages import CommunityPages
from broadsheet.web.doors import Door
from broadsheet.web.editionpages import EditionPages
from broadsheet.web.gate import Gate
from broadsheet.web.guard import Guard, security_headers
from broadsheet.web.joining import Joining
from broadsheet.web.learningacts import LearningActs
from broadsheet.web.learningpages import LearningPages
from broadsheet.web.limits import Limits
from broadsheet.web.mailpages import MailPages
from broadsheet.web.pages import Pages
from broadsheet.web.plotpages import PlotPages
from broadsheet.web.problems import describe
from broadsheet.web.proxies import Proxies, read_proxies
from broadsheet.web.pulse import Pulse
from broadsheet.web.receiptpages import ReceiptPages
from broadsheet.web.render import Assets, Renderer, json_problem
from broadsheet.web.searchpages import SearchPages
from broadsheet.web.sessions import Sessions, mark_personal
from broadsheet.web.shelfpages import ShelfPages
from broadsheet.web.signpages import SignPages
from broadsheet.web.steeringpages import SteeringPages
from broadsheet.web.submitpages import SubmitPages
from broadsheet.web.tunepages import TunePages

_log = logging.getLogger(__name__)

_NO_FAULTS = (HTTPException, StorageBusyError, StorageReadOnlyError)


def create_app(library: Library, settings: Settings, limits: Limits | None = None) -> Starlette:
    """The web application of a library that is open; the caller closes the library.

    `state.doors` tells its addresses and who may come in.
    """
    limits = limits or Limits()
    renderer, https = Renderer(), settings.url.startswith("https://")

    def answer_error(request: Request, error: Exception) -> Response:
        problem = describe(error)
        if problem.status >= 500:
            # Being asked for too much, or for changes where there can be none, is no fault, and a
            # flood of it would fill the log.
            level = logging.INFO if isinstance(error, _NO_FAULTS) else logging.ERROR
            _log.log(level, "%s %r: %s", request.method, without_tokens(request.url.path), error)
        if request.url.path.startswith("/api/") or wants_json(request):
            return json_problem(problem)
        return renderer.problem(request, problem)

    def answer_crash(request: Request, error: Exception) -> Response:
        # This answer is sent from outside the guard, so it carries the headers itself.
        response = answer_error(request, error)
        response.headers.update(security_headers(https=https))
        mark_personal(response.headers, caller_of(request))
        return response

    doors = collect_doors(library, settings, renderer, limits)
    gate = Gate(settings, limits)
    app = Starlette(
        routes=[*map(gate.route, doors), Mount("/static", Assets())],
        middleware=[
            Middleware(Proxies, known=read_proxies(settings.proxies)),
            Middleware(Guard, host=settings.host, others=_other_hosts(settings), https=https),
            Middleware(Sessions, library=library, settings=settings),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=3),
        ],
        exception_handlers={
            HTTPException: answer_error,
            BroadsheetError: answer_error,
            ClientDisconnect: _answer_nobody,
            Exception: answer_crash,
        },
    )
    app.router.redirect_slashes = False
    app.state.url = settings.url
    app.state.journal = library.journal
    app.state.doors = doors
    return app


def _answer_nobody(request: Request, error: Exception) -> Response:
    """Who left before the form had come whole did nothing, and that is no fault of ours."""
    return Response(status_code=400)


def collect_doors(
    library: Library, settings: Settings, renderer: Renderer, limits: Limits
) -> list[Door]:
    """Every address of the application, with who may come in."""
    pulse = Pulse(library)
    return [
        *EditionPages(library, pulse, renderer).doors(),
        *Pages(library, pulse, renderer).doors(),
        *ShelfPages(library, renderer).doors(),
        *LearningPages(library, renderer).doors(),
        *SteeringPages(library, renderer).doors(),
        *PlotPages(library, renderer).doors(),
        *SearchPages(library, renderer).doors(),
        *CommunityPages(library, renderer).doors(),
        *SubmitPages(library, renderer).doors(),
        *ActPages(library).doors(),
        *Beacons(library, limits).doors(),
        *LearningActs(library).doors(),
        *ReceiptPages(library, renderer, fetching=settings.sync == "on").doors(),
        *Api(library, pulse).doors(),
        *Joining(library, renderer).doors(),
        *SignPages(library, renderer, settings, limits).doors(),
        *AccountPages(library, renderer).doors(),
        *MailPages(library, renderer).doors(),
        *AdminPages(library, renderer, settings).doors(),
        *TunePages(library, renderer).doors(),
    ]


def without_tokens(path: str) -> str:
    """A path as it may stand in a log: what gives access by itself is left out."""
    return re.sub(r"(link\.|^/mail/\w+/)[\w-]+", r"\1…", path)


def _other_hosts(settings: Settings) -> list[str]:
    """The names by which we are known besides the one that we listen to."""
    named = urlsplit(settings.url).hostname
    return [*settings.hosts.split(), *filter(None, [named])]
