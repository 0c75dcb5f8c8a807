"""What every response carries and every request must pass, whatever the route."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
"""Where readers come by https, they come by nothing else for a year."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """ASGI middleware: refuses foreign Host names, adds the security headers to every answer.

    The Host check is against DNS rebinding: a page of somebody else's site, whose name suddenly
    resolves to this machine, would otherwise read the library with the browser's help. An
    instance that listens on every address (0.0.0.0 or ::) is reached by addresses that cannot
    be known beforehand; a bare address is no name that could be rebound, so it passes there.
    """

    def __init__(
        self, app: ASGIApp, host: str, others: Iterable[str] = (), *, https: bool = False
    ) -> None:
        self._app = app
        self._headers = security_headers(https=https)
        self._names = LOOPBACK_NAMES | {name.lower().strip("[]") for name in (host, *others)}
        self._everywhere = _is_unspecified(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        app = self._app if self._is_ours(scope) else _REFUSAL
        await app(scope, receive, send_guarded)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        name = host_name(hosts[0].decode("latin-1"))
        return name in self._names or (self._everywhere and _is_address(name))


_REFUSAL = PlainTextResponse(
    "This Broadsheet does not answer to the host name of this request.\n", status_code=400
)


def security_headers(*, https: bool) -> dict[str, str]:
    """What every answer carries."""
    return {**SECURITY_HEADERS, **(HTTPS_HEADERS if https else {})}


def host_name(header: str) -> str:
    """The name in a Host header, lower case, without port and brackets; "" if it is malformed."""
    name, bracket, rest = header.strip().lower().partition("]")
    if bracket:
        return name[1:] if name[:1] == "[" and _is_port(rest) else ""
    name, colon, port = name.partition(":")
    return name if _is_port(colon + port) else ""


def is_loopback(host: str) -> bool:
    """Whether a name or address is that of this machine, seen from itself."""
    name = host.lower().strip("[]")
    return name in LOOPBACK_NAMES or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _is_port(text: str) -> bool:
    return not text or (text[0] == ":" and (text[1:].isdecimal() or text == ":"))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_unspecified(host: str) -> bool:
    name = host.strip("[]")
    return _is_address(name) and ipaddress.ip_address(name).is_unspecified
