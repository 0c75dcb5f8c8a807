"""Runs the application until Ctrl-C; meanwhile keeps the index up with the store, and the store
up with its sources."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from broadsheet.config import Settings
from broadsheet.errors import ConfigError
from broadsheet.jobs import Watch
from broadsheet.library import Library
from broadsheet.web.app import create_app
from broadsheet.web.keeper import Keeper

# Room for a request line whose query is refused with a page of ours, not cut off by the parser.
_LONGEST_REQUEST_HEAD = 64 * 1024
_GOODBYE_SECONDS = 3
_LAST_PORT = 65_535


def serve(settings: Settings, library: Library | None = None) -> None:
    """Serve a library (the one in `settings`, unless one is given) until Ctrl-C.

    Raises ConfigError when the address cannot be listened on, or a setting is none. A library
    that is given stays open.
    """
    import uvicorn

    from broadsheet.wiring import open_library

    if settings.sync not in ("on", "off"):
        raise ConfigError(f"The setting 'sync' is on or off, not {settings.sync!r}.")
    with ExitStack() as open_things:
        listener = open_things.enter_context(listen(settings.host, settings.port))
        if library is None:
            library = open_things.enter_context(open_library(settings))
        open_things.enter_context(Keeper(library))
        if settings.sync == "on":
            # Looks again and again: a source may be added while this runs.
            open_things.enter_context(Watch(library.newsroom))
        config = uvicorn.Config(
            create_app(library, settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="off",
            h11_max_incomplete_event_size=_LONGEST_REQUEST_HEAD,
            timeout_graceful_shutdown=_GOODBYE_SECONDS,
        )
        print(f"Broadsheet is at {address(listener)} (Ctrl-C ends it)", flush=True)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn has shut down in order and hands the signal on; for a person it is no error.
            print()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError, with what to do, when there can be none."""
    if not 0 <= port <= _LAST_PORT:
        raise ConfigError(f"A port is a number up to {_LAST_PORT}, and {port} is not.")
    try:
        family, *_, target = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(target[:2], family=family, backlog=2048)
    except OSError as error:
        raise ConfigError(_why_not(host, port, error)) from error


def address(listener: socket.socket) -> str:
    """The address to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program; choose another port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs special rights; choose one above 1023."
    return f"It is not possible to listen on {host}, port {port}: {error}."
