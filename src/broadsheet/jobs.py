"""What goes on by itself: the watch fetches from the sources whenever something is due, and prints
the editions whose time has come."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from broadsheet.errors import BroadsheetError, StorageBusyError
from broadsheet.ports import Progress, silent
from broadsheet.sources import StreamReport, SyncReport

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""As long as the watch sleeps at most: another process may have added a source meanwhile."""

PAUSE_SECONDS = 5.0
"""Between two syncs, so that a source which another process is asking is not asked for at once."""

GOODBYE_SECONDS = 3.0
"""As long as the end of a watch waits for what it is doing; what was kept is kept anyway."""


_THREAD = "watch"


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


class Watch:
    """Syncs whenever something is due, and prints when nothing is, until it is told to stop.

    An edition waits for a sync that is under way, so that what has come is in it. `run` does it in
    this thread; as a context manager it has one of its own. `tell` hears of each stream that has
    ended, `listening` makes the listener of each sync's progress. No error that a person can act on
    ends it: it is logged, once, and the watch goes on.
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
        self._newsroom = newsroom
        self._press = press
        self._tell = tell
        self._listening = listening
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait
        self._thread = threading.Thread(target=self.run, name=_THREAD, daemon=True)
        self._logged = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join(GOODBYE_SECONDS)

    def stop(self) -> None:
        """End after the request at hand; from any thread."""
        self._ending.set()

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._ending.is_set():
            self._wait(self.look())

    def look(self) -> float:
        """Sync if something is due; returns for how many seconds to wait before the next look."""
        try:
            due = self._newsroom.next_due()
            left = LOOK_SECONDS if due is None else (due - self._newsroom.now()).total_seconds()
            if left > 0:
                self._print()
                return min(left, LOOK_SECONDS)
            with self._listening() as listener:
                self._newsroom.sync(
                    progress=listener, stopping=self._ending.is_set, tell=self._tell
                )
        except (BroadsheetError, OSError) as error:
            self._log_once(error)
            return LOOK_SECONDS
        self._logged = ""
        return PAUSE_SECONDS

    def _print(self) -> None:
        if self._press:
            try:
                self._press.print_due()
            except BroadsheetError as error:
                self._log_once(error, "No edition can be printed: %s")

    def _log_once(
        self, error: BroadsheetError | OSError, what: str = "The sources cannot be read: %s"
    ) -> None:
        """Other processes write, too; and a library that cannot be written to stays so."""
        if not isinstance(error, StorageBusyError) and str(error) != self._logged:
            self._logged = str(error)
            _log.error(what, error)
