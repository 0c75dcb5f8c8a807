"""The one guard of all routes: what a door asks for is checked here, before its handler runs."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route, request_response
from starlette.types import Receive, Scope, Send

from broadsheet.config import Settings
from broadsheet.web.answers import wants_json
from broadsheet.web.bodies import BODY, capped
from broadsheet.web.caller import Caller, caller_of
from broadsheet.web.crosssite import SAFE_METHODS, is_elsewhere, is_own
from broadsheet.web.doors import Door, Who
from broadsheet.web.limits import Limits
from broadsheet.web.problems import (
    NO_CHANGES,
    NOT_SIGNED_IN,
    OPERATORS_ONLY,
    READ_ONLY_KEY,
    READING_ONLY,
    STRANGE_PAGE,
)
from broadsheet.web.sessions import read_key


class Gate:
    """Makes routes of doors."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self._url = settings.url
        self._private = settings.sign_in != "off" and settings.public != "on"
        self._limits = limits

    def route(self, door: Door) -> Route:
        """The route of a door, guarded."""
        return Route(door.path, Guarded(door, self), methods=[door.method])

    def admit(self, door: Door, request: Request) -> RedirectResponse | None:
        """None for who may come in, or where to send them first.

        Raises HTTPException for who may not: 401, 403 (also from another site), 429.
        """
        caller = caller_of(request)
        if door.method not in SAFE_METHODS:
            self._check_change(door, request, caller)
        self._limits.spend(door.budget, request, caller)
        if self.is_open(door, caller):
            return None
        if caller.reader:
            raise HTTPException(403, OPERATORS_ONLY)
        if caller.alone:  # somebody is here, and could not be written down
            raise HTTPException(503, NO_CHANGES)
        if not caller.accounts:
            raise HTTPException(403, READING_ONLY)
        if (
            caller.by_key
            or door.path.startswith("/api/")
            or wants_json(request)
            or _asks_file(door, request)
        ):
            raise HTTPException(401, NOT_SIGNED_IN, {"WWW-Authenticate": "Bearer"})
        return _to_sign_in(request)

    def _check_change(self, door: Door, request: Request, caller: Caller) -> None:
        """Raise HTTPException 403 for what changes something by a key, or from another site."""
        if read_key(request.headers) is not None:
            raise HTTPException(403, READ_ONLY_KEY)
        if door.foreign:
            return
        if not is_own(request, self._url) or (caller.alone and is_elsewhere(request)):
            raise HTTPException(403, STRANGE_PAGE)

    def is_open(self, door: Door, caller: Caller) -> bool:
        """Whether a door is open to a caller, by what the door declares; to keys of operators
        only what is open to readers."""
        if door.who is Who.ANYONE:
            return True
        if door.who is Who.READING:
            return caller.reader is not None or not self._private
        if door.who is Who.READER:
            return caller.reader is not None
        return caller.reader is not None and caller.reader.is_operator and not caller.by_key


class Guarded:
    """The ASGI application behind a route."""

    def __init__(self, door: Door, gate: Gate) -> None:
        self._door = door
        self._gate = gate
        self.answer = request_response(door.handler)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        elsewhere = self._gate.admit(self._door, request)
        if elsewhere is not None:
            await elsewhere(scope, receive, send)
            return
        if _is_too_long(request.headers.get("content-length", ""), self._door.body):
            raise HTTPException(413)
        scope[BODY] = self._door.body
        await self.answer(scope, capped(receive, self._door.body), send)


def _is_too_long(length: str, most: int) -> bool:
    """Whether a body says itself that it is larger than it may be; `capped` sees to the others."""
    return length.isdecimal() and (len(length) > 15 or int(length) > most)


def _asks_file(door: Door, request: Request) -> bool:
    """Whether a program asks for a file, and would take the sign-in page for it."""
    is_file = "." in door.path.rpartition("/")[2]
    return is_file and "text/html" not in request.headers.get("accept", "")


def _to_sign_in(request: Request) -> RedirectResponse:
    """To the sign-in page, and from there back: for what can be asked again by its address."""
    way = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = urlencode({"next": way}) if request.method in SAFE_METHODS and way != "/" else ""
    target = "/sign-in" + (f"?{query}" if query else "")
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
