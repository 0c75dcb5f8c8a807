"""A program that composes and sends a day's mail, to be killed, and what its tests share."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import wraps
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from broadsheet.config import Settings
from broadsheet.mailing import State
from broadsheet.post.delivery import Delivery
from broadsheet.post.errand import Errand, Outcome
from broadsheet.wiring import open_library
from outgoing import SENDER, Outgoing

_PROCESSES = multiprocessing.get_context("forkserver")
PRELOADED = ["aiosmtpd.smtp", "broadsheet.wiring", "email.policy", "lxml.html", "pytest", "smtplib"]
"""What takes long to import; the modules of tests are not found from where these are loaded."""


class Moment(StrEnum):
    """Where a run kills itself, at its first letter or at a later one."""

    BEFORE_COMMIT = "before the commit"
    BEFORE_DOT = "between the commit and the dot"
    BEFORE_RECORD = "after the answer, before it is kept"


def make_settings(library: Path, port: int) -> Settings:
    return Settings(
        library=library,
        embedder="none",
        smtp=f"smtp+plain://127.0.0.1:{port}",
        mail_from=f"Papers <{SENDER}>",
        url="https://papers.broadsheet.test",
    )


def start(library: Path, port: int, now: datetime, papers: int, killed: str = "") -> BaseProcess:
    """A process that prints the editions of a day for every reader, of papers 1 to `papers`, and
    sends them. `killed` is "" or a `Moment` and how many letters go before it."""
    _PROCESSES.set_forkserver_preload(PRELOADED)
    process = _PROCESSES.Process(target=_run, args=(library, port, now, papers, killed))
    process.start()
    return process


def _run(folder: Path, port: int, now: datetime, papers: int, killed: str) -> None:
    os.nice(1)
    if killed:
        moment, _, letters = killed.rpartition(" ")
        _arm(Moment(moment), int(letters))
    with open_library(make_settings(folder, port), create=False, clock=lambda: now) as library:
        outgoing = Outgoing(library._store)  # type: ignore[arg-type]
        outgoing.now = now
        subscribed = outgoing.store.get_subscriptions()
        for reader in outgoing.store.get_readers(list(subscribed)).values():
            outgoing.print_own(reader, range(1, papers + 1))
        library.post.deliver_due()


def _arm(moment: Moment, letters: int) -> None:
    """Make this process die at a moment, once so many letters have passed it."""
    left = [letters]

    def die() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if moment is Moment.BEFORE_RECORD:
        record = Delivery._record

        def armed(self: Delivery, outcomes: Any = ()) -> None:
            found: list[Outcome] = list(outcomes)
            if any(each.letter.state is State.SENT for each in found):
                die()
            record(self, found)

        Delivery._record = armed  # type: ignore[method-assign]
    else:
        after = moment is Moment.BEFORE_DOT
        Errand._seal = _around(Errand._seal, die, after=after)  # type: ignore[method-assign, assignment]


def _around(
    work: Callable[[Errand], None], die: Callable[[], None], *, after: bool
) -> Callable[[Errand], None]:
    @wraps(work)
    def armed(errand: Errand) -> None:
        if not after:
            die()
        work(errand)
        if after:
            die()

    return armed
