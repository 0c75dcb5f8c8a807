"""Runs the application until Ctrl-C: in this process, or in several that share a socket."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

from broadsheet.config import Settings
from broadsheet.errors import ConfigError
from broadsheet.library import Library
from broadsheet.web.app import create_app
from broadsheet.web.duties import Duties, jobs_of
from broadsheet.web.proxies import read_proxies
from broadsheet.web.serving import run_app
from broadsheet.web.sessions import is_private
from broadsheet.web.warmer import Warmer
from broadsheet.web.workers import Workers
from broadsheet.wiring import make_private, open_library

_LAST_PORT = 65_535
_MOST_WORKERS = 64
_CAN_SHARE = os.name == "posix"
"""Elsewhere a socket cannot be handed to another process by its number; one process serves."""
_KNOWS_RIGHTS = os.name == "posix"


def serve(settings: Settings, library: Library | None = None) -> None:
    """Serve a library until Ctrl-C: the one in `settings`, by as many processes as they say, or
    one that is given and stays open, by this process alone.

    Raises ConfigError when the address cannot be listened on, or a setting is none, and
    NotFoundError where there is no library.
    """
    check_settings(settings)
    if settings.sign_in != "off" and _KNOWS_RIGHTS:
        make_private(settings)
    with listen(settings.host, settings.port) as listener:
        announce = f"Broadsheet is at {address(listener)} (Ctrl-C ends it)"
        if library is None and settings.workers > 1 and _CAN_SHARE:
            Workers(settings, listener, settings.workers).run(announce)
        else:
            _serve_alone(settings, listener, library, announce)
        print()


def _serve_alone(
    settings: Settings, listener: socket.socket, library: Library | None, announce: str
) -> None:
    with ExitStack() as opened:
        if library is None:
            library = opened.enter_context(open_library(settings, create=False))
        jobs = jobs_of(library, sync=settings.sync == "on")
        opened.enter_context(Duties(library.on_duty, jobs))
        opened.enter_context(Warmer(library))
        run_app(create_app(library, settings), listener, lambda: print(announce, flush=True))


def check_settings(settings: Settings) -> None:
    """Raises ConfigError for what is no value of a setting, and for accounts without https:
    passwords and sessions would cross the network for everybody to read."""
    choices = {"sync": ("on", "off"), "public": ("on", "off"), "sign_in": ("off", "invite", "open")}
    for name, values in choices.items():
        if (value := getattr(settings, name)) not in values:
            known = f"{', '.join(values[:-1])} or {values[-1]}"
            raise ConfigError(f"The setting {name!r} is {known}, not {value!r}.")
    if not 1 <= settings.workers <= _MOST_WORKERS:
        raise ConfigError(f"The setting 'workers' is a number from 1 to {_MOST_WORKERS}.")
    read_proxies(settings.proxies)
    _check_url(settings.url)
    safe = settings.url.startswith("https://")
    if settings.sign_in != "off" and not safe and not is_private(settings):
        raise ConfigError(
            "Accounts need https, so that passwords are not read on the way: put a proxy with "
            "https in front, and set 'url' to its address, such as https://papers.example.org; or "
            "set 'host' to 127.0.0.1, or 'sign_in' to off."
        )


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    whole = parts.scheme in ("http", "https") and parts.hostname and not parts.query
    if url and not (whole and parts.path in ("", "/")):
        raise ConfigError(
            f"The setting 'url' is an address such as https://papers.example.org, not {url!r}."
        )


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
