"""Finds out who asks, before anything else is done: by cookie, by key, or by being alone."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadsheet.config import Settings
from broadsheet.errors import StorageError
from broadsheet.library import Library
from broadsheet.people import Done, Reader
from broadsheet.web.answers import BETWEEN, DONE, MOST_NOTICES, TOLD
from broadsheet.web.caller import NOBODY, Caller
from broadsheet.web.guard import host_name, is_loopback

SAFE_COOKIE = "__Host-broadsheet"
PLAIN_COOKIE = "broadsheet"
"""On this machine without https, where browsers refuse the prefix."""
COOKIE_DAYS = 180
_LONGEST_SECRET = 200
_NUMBER = re.compile(r"[0-9]{1,15}")
_FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-host", "forwarded", "via"})


class Sessions:
    """ASGI middleware: puts the `Caller` into the request's state.

    A request with a key ("Authorization: Bearer …") has the key's rights only, whatever cookies
    come along.
    """

    def __init__(self, app: ASGIApp, library: Library, settings: Settings) -> None:
        self._app = app
        self._library = library
        self._accounts = settings.sign_in != "off"
        self._https = settings.url.startswith("https://")
        self._lonely = not self._accounts and is_private(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            state = scope.setdefault("state", {})
            state["secure"] = self._https or scope["scheme"] == "https"
            caller = await run_in_threadpool(self._find, scope)
            state["caller"] = caller
            send = _marking(send, caller)
        await self._app(scope, receive, send)

    def _find(self, scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        if self._accounts:
            caller = self._known(headers, secure=scope["state"]["secure"])
        elif self._lonely and _is_here(headers):
            caller = Caller(self._alone(), alone=True)
        else:
            caller = NOBODY
        if caller.reader and scope["query_string"]:
            caller = replace(caller, notices=self._notices(caller.reader, scope["query_string"]))
        return caller

    def _alone(self) -> Reader | None:
        try:
            return self._library.accounts.alone()
        except StorageError:
            return None  # an import goes on, or nothing can be written: there is reading

    def _known(self, headers: Headers, *, secure: bool) -> Caller:
        nobody = Caller(accounts=True)
        if (secret := read_key(headers)) is not None:
            key = self._library.accounts.find_key(secret)
            return replace(nobody, reader=key[1] if key else None, by_key=True)
        secret = cookie_parser(headers.get("cookie", "")).get(cookie_name(secure=secure), "")
        if not secret or len(secret) > _LONGEST_SECRET:
            return nobody
        found = self._library.accounts.find_session(secret)
        return replace(nobody, reader=found[1], digest=found[0].digest) if found else nobody

    def _notices(self, reader: Reader, query: bytes) -> tuple[Done, ...]:
        if b"done=" not in query and b"told=" not in query:
            return ()
        params = parse_qs(query.decode("latin-1"))
        text, sealed = (params.get(name, [""])[0] for name in (DONE, TOLD))
        journal, named = self._library.journal, text.split(BETWEEN)[:MOST_NOTICES]
        signals = [int(each) for each in named if _NUMBER.fullmatch(each)]
        found = [journal.get_done(reader, signal) for signal in dict.fromkeys(signals)]
        if sealed:
            found.append(journal.open_sealed(reader, sealed))
        return tuple(filter(None, found))


def _marking(send: Send, caller: Caller) -> Send:
    """Says with every answer for whom it is, so that nobody between keeps it for others."""

    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            mark_personal(MutableHeaders(scope=message), caller)
        await send(message)

    return send_marked


def mark_personal(headers: MutableHeaders, caller: Caller) -> None:
    """The headers of an answer that depends on who asks."""
    if caller.accounts:
        headers.add_vary_header("Cookie")
        headers.add_vary_header("Authorization")
        headers.setdefault("Cache-Control", "no-cache")
    if caller.reader and headers.get("cache-control") != "no-store":
        headers["Cache-Control"] = "private, no-cache"


def read_key(headers: Headers) -> str | None:
    """The secret of a key that a request shows; None where it shows none."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip()[:_LONGEST_SECRET] if scheme.lower() == "bearer" else None


def is_private(settings: Settings) -> bool:
    """Whether only people at this machine can ask: it listens to itself, and for itself."""
    return is_loopback(settings.host) and not settings.proxies and is_local_url(settings.url)


def is_local_url(url: str) -> bool:
    """Whether an address is one of this machine, or none."""
    return not url or is_loopback(urlsplit(url).hostname or "")


def read_agent(request: Request) -> str:
    """What the browser calls itself, for the list of one's sessions."""
    return request.headers.get("user-agent", "")


def cookie_name(*, secure: bool) -> str:
    """The name of the cookie of a session."""
    return SAFE_COOKIE if secure else PLAIN_COOKIE


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep the secret of a session."""
    secure = request.state.secure
    response.set_cookie(
        cookie_name(secure=secure),
        secret,
        max_age=COOKIE_DAYS * 86_400,
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    secure = request.state.secure
    name = cookie_name(secure=secure)
    response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")


def _is_here(headers: Headers) -> bool:
    """Whether a request came straight from this machine, not by a proxy that speaks for others."""
    return is_loopback(host_name(headers.get("host", ""))) and _FORWARDED.isdisjoint(headers)
