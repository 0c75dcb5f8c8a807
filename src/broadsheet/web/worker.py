"""A process that serves beside others, started by `workers`: `python -m broadsheet.web.worker`.

It is given the listening socket's number as its argument and the settings on standard input, and
tells on standard output when it is ready, or why it cannot be. Standard input stays open for as
long as the process that started it lives.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

from broadsheet.config import Settings
from broadsheet.errors import BroadsheetError
from broadsheet.jobs import is_watching
from broadsheet.web.app import create_app
from broadsheet.web.duties import Duties, jobs_of
from broadsheet.web.limits import Limits
from broadsheet.web.serving import run_app
from broadsheet.web.warmer import Warmer
from broadsheet.web.workers import READY
from broadsheet.wiring import open_library


def main() -> None:
    """Serve until told to end, or until whoever started us is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us, and is handed on
    settings: Settings = pickle.load(sys.stdin.buffer)
    # The streams are kept from everything else that reads or prints.
    told = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    threading.Thread(target=_follow_parent, name="parent", daemon=True).start()
    try:
        _serve(settings, socket.socket(fileno=int(sys.argv[1])), told.write)
    except BroadsheetError as error:
        told.write(pickle.dumps(error))
        sys.exit(1)
    if is_watching():
        os._exit(0)  # an answer of a source that is under way may take minutes


def _serve(settings: Settings, listener: socket.socket, tell: Callable[[bytes], object]) -> None:
    with ExitStack() as opened:
        library = opened.enter_context(open_library(settings, create=False))
        jobs = jobs_of(library, sync=settings.sync == "on")
        opened.enter_context(Duties(library.on_duty, jobs))
        opened.enter_context(Warmer(library))
        app = create_app(library, settings, Limits(processes=settings.workers))
        _settle()
        run_app(app, listener, lambda: tell(READY), shared=True)


def _settle() -> None:
    """What is here now stays: looking through it for garbage again and again, as often as pages
    make it, takes a twentieth of a page's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _follow_parent() -> None:
    """Without whoever started us nobody would end us."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
