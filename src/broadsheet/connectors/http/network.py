"""The way to the network: it connects to the very addresses that it has checked."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from broadsheet.connectors.http.address import PrivateHosts, is_public
from broadsheet.errors import ForbiddenAddressError

Resolver = Callable[[str], Sequence[str]]
CONNECT_SECONDS = 15.0
IDLE_SECONDS = 60.0
HEAD_BYTES = 256 * 1024
MOST_ADDRESSES = 8


def resolve(host: str) -> Sequence[str]:
    """All addresses of a name, as the system knows them; raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a connection to a numeric address; raises httpcore2.NetworkError."""
    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=seconds)


class Limits:
    """What one exchange may take: time in all, and bytes until its header is complete."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.received = 0
        self.in_head = True

    def left(self, most: float) -> float:
        """Seconds that the next step may take. Raises ReadTimeout when none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole took too long")
        return min(left, most)

    def count(self, data: bytes) -> bytes:
        """Note what was received. Raises RemoteProtocolError when the header grows too long."""
        self.received += len(data)
        if self.in_head and self.received > HEAD_BYTES:
            raise httpcore2.RemoteProtocolError("its header is too long")
        return data


def how_to_allow(host: str, port: int) -> str:
    """What an operator can do who wants a private host to be asked."""
    name = f"[{host}]" if ":" in host else host
    return f'the setting private_hosts = "{name}:{port}" would allow it'


class CheckedNetwork(httpcore2.NetworkBackend):
    """Resolves names, denies those that have any address of a private network, and connects.

    The name is resolved once for each connection, so that a name which changes its addresses
    between check and connection gains nothing.
    """

    def __init__(self, limits: Limits, private: PrivateHosts, resolver: Resolver) -> None:
        self._limits, self._private, self._resolve = limits, private, resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to a host; raises ForbiddenAddressError, ConnectError, ConnectTimeout."""
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._checked(host, port)[:MOST_ADDRESSES]:
            try:
                stream = dial(address, port, self._limits.left(CONNECT_SECONDS))
                return _LimitedStream(stream, self._limits)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as exc:
                failure = exc
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host)
        except OSError as exc:
            raise httpcore2.ConnectError("its name cannot be found") from exc
        if (host, port) not in self._private:
            for address in addresses:
                if not is_public(address):
                    raise ForbiddenAddressError(
                        f"{host} leads to {address}, which is not on the public internet; "
                        f"{how_to_allow(host, port)}."
                    )
        return addresses


class _LimitedStream(httpcore2.NetworkStream):
    """A connection on which every step is bounded by what is left of the whole."""

    def __init__(self, stream: httpcore2.NetworkStream, limits: Limits) -> None:
        self._stream, self._limits = stream, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = self._limits.left(IDLE_SECONDS)
        return self._limits.count(self._stream.read(max_bytes, timeout=seconds))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._limits.left(IDLE_SECONDS))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            seconds = self._limits.left(CONNECT_SECONDS)
        except httpcore2.ReadTimeout:
            self.close()  # nobody else would: the connection is not in use yet
            raise
        return _LimitedStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._limits
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
