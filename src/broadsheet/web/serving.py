"""One process that serves: the application behind a socket, and its duties beside it."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

# Room for a request line whose query is refused with a page of ours, not cut off by the parser.
_LONGEST_REQUEST_HEAD = 64 * 1024
_GOODBYE_SECONDS = 3
_BACKLOG = 2048


def run_app(
    app: ASGIApp, listener: socket.socket, ready: Callable[[], object], *, shared: bool = False
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way get a few seconds to end.

    `ready` is called once connections are taken. `shared` says that other processes take
    connections from the same socket.
    """
    config = uvicorn.Config(
        app,
        log_level="error",  # a line for every request that is none would be a stranger's to write
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        h11_max_incomplete_event_size=_LONGEST_REQUEST_HEAD,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        # How many waiting connections are taken at a time: one by one, processes share them.
        backlog=1 if shared else _BACKLOG,
    )
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # and for every form that is none
    with _ending_in_order():
        _Server(config, ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it takes connections."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(_BACKLOG)  # asyncio has made the kernel's queue as short as its own
        self._ready()


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """When the server has shut down it raises its signal again; here that ends the block."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _interrupt) if main else None
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
