"""The watch: fetches from the sources whenever something is due, and prints the editions whose time
has come."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Protocol

from broadsheet.errors import BroadsheetError, StorageBusyError
from broadsheet.jobs.steady import LOOK_SECONDS, SteadyJob
from broadsheet.ports import Progress, silent
from broadsheet.sources import StreamReport, SyncReport

_log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""Between two syncs, so that a source which another process is asking is not asked for at once."""

GOODBYE_SECONDS = 3.0
"""As long as the end of a watch waits for what it is doing; what was kept is kept anyway."""

PATIENCE = timedelta(minutes=15)
"""As long as an edition waits for a sync that is under way: the first of a source takes hours."""

_THREAD = "watch"
_NO_SYNC = "The sources cannot be read: %s"
_NO_PRINT = "No edition can be printed: %s"


class Syncing(Protocol):
    """What the watch needs of a newsroom."""

    def now(self) -> datetime: ...

    def next_due(self) -> datetime | None: ...

    def sync(
        self,
        *,
        progress: Progress = ...,
        stopping: Callable[[], bool] = ...,
        tell: Callable[[StreamReport], None] = ...,
    ) -> SyncReport: ...


class Printing(Protocol):
    """What the watch needs of a press."""

    def print_due(self) -> Sequence[object]: ...

    def print_own_due(self) -> Sequence[object]: ...


class Resting:
    """A newsroom that is never asked for anything: for a watch that only prints."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def next_due(self) -> datetime | None:
        return None

    def sync(self, **_: object) -> SyncReport:
        return SyncReport()


def is_watching() -> bool:
    """Whether a watch still runs in a thread of its own: one that was told to stop may wait for the
    answer of a server."""
    return any(thread.name == _THREAD for thread in threading.enumerate())


def _say_nothing(report: StreamReport) -> None:
    """The listener where nobody reads along: the journal keeps every report."""


def _in_silence() -> AbstractContextManager[Progress]:
    return nullcontext(silent)


class Watch(SteadyJob):
    """Syncs whenever something is due, and prints when nothing is, until it is told to stop.

    An edition waits for a sync that is under way, so that what has come is in it, but not for long,
    and not for one that fails. `run` does it in this thread; as a context manager it has one of its
    own, `Steady`. `tell` hears of each stream that has ended, `listening` makes the listener of
    each sync's progress. No error that a person can act on ends it: it is logged, once, and the
    watch goes on.
    """

    def __init__(
        self,
        newsroom: Syncing,
        *,
        tell: Callable[[StreamReport], None] = _say_nothing,
        listening: Callable[[], AbstractContextManager[Progress]] = _in_silence,
        wait: Callable[[float], object] | None = None,
        press: Printing | None = None,
    ) -> None:
        super().__init__(_THREAD, goodbye=GOODBYE_SECONDS)
        self._newsroom = newsroom
        self._press = press
        self._tell = tell
        self._listening = listening
        self._wait = wait or self._ending.wait
        self._synced = False
        self._waiting_since = newsroom.now()
        self._logged: dict[str, str] = {}

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._ending.is_set():
            self._wait(self.look())

    def look(self) -> float:
        """Sync if something is due; returns for how many seconds to wait before the next look.

        Prints first, unless a sync of what is due may still bring papers: where nothing is due, or
        where there has just been one, whatever came of it.
        """
        left = self._find_left()
        over, self._synced = self._synced, False
        if over or left > 0:
            self._print()
        if left > 0:
            return min(left, LOOK_SECONDS)
        self._synced = True
        return self._sync()

    def _find_left(self) -> float:
        """Seconds until something is due, as far as can be said."""
        try:
            due = self._newsroom.next_due()
        except (BroadsheetError, OSError) as error:
            self._log_once(_NO_SYNC, error)
            return LOOK_SECONDS
        return LOOK_SECONDS if due is None else (due - self._newsroom.now()).total_seconds()

    def _sync(self) -> float:
        self._waiting_since = self._newsroom.now()
        try:
            with self._listening() as listener:
                self._newsroom.sync(progress=listener, stopping=self._is_over, tell=self._tell)
        except (BroadsheetError, OSError) as error:
            self._log_once(_NO_SYNC, error)
            return LOOK_SECONDS
        self._logged.pop(_NO_SYNC, None)
        return PAUSE_SECONDS

    def _is_over(self) -> bool:
        """Whether a sync, which asks between two pages, is to end; prints what has waited long."""
        now = self._newsroom.now()
        if not timedelta() <= now - self._waiting_since < PATIENCE:
            self._waiting_since = now
            self._print()
        return self._ending.is_set()

    def _print(self) -> None:
        if not self._press:
            return
        try:
            self._press.print_due()
            self._press.print_own_due()
        except (BroadsheetError, OSError) as error:
            self._log_once(_NO_PRINT, error)
        else:
            self._logged.pop(_NO_PRINT, None)

    def _log_once(self, what: str, error: BroadsheetError | OSError) -> None:
        """Other processes write, too; and a library that cannot be written to stays so."""
        if not isinstance(error, StorageBusyError) and str(error) != self._logged.get(what):
            self._logged[what] = str(error)
            _log.error(what, error)
