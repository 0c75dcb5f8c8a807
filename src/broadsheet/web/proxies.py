"""Requests that come by a proxy: who asked it, and how, is believed from proxies we know."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from broadsheet.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """ASGI middleware: the client and the scheme that a known proxy tells of take the place of the
    proxy's own. What anybody else says in these headers counts for nothing."""

    def __init__(self, app: ASGIApp, known: Iterable[Network] = ()) -> None:
        self._app = app
        self._known = tuple(known)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._known and self._is_known(_peer(scope)):
            headers = Headers(scope=scope)
            if told := self._find_client(headers.getlist("x-forwarded-for")):
                scope["client"] = (told, 0)
            if headers.get("x-forwarded-proto") in ("http", "https"):
                scope["scheme"] = headers["x-forwarded-proto"]
        await self._app(scope, receive, send)

    def _find_client(self, told: Iterable[str]) -> str:
        """The last address that none of our proxies has: each adds whom it heard at the end."""
        for text in reversed(",".join(told).split(",")):
            text = text.strip()
            if not _is_address(text):
                return ""
            if not self._is_known(text):
                return text
        return ""

    def _is_known(self, host: str) -> bool:
        if not _is_address(host):
            return False
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._known)


def read_proxies(text: str) -> tuple[Network, ...]:
    """The setting `proxies`: addresses or networks, spaces between. Raises ConfigError."""
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in text.split())
    except ValueError as error:
        raise ConfigError(
            f"The setting 'proxies' names addresses such as 127.0.0.1 or 10.0.0.0/8: {error}."
        ) from error


def _peer(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
