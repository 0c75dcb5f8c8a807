"""What goes on by itself: the watch fetches from the sources whenever something is due, and prints
the editions whose time has come; the courier delivers letters; and threads that no mistake ends for
good."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from broadsheet.errors import BroadsheetError, StorageBusyError
from broadsheet.mailing import HELD
from broadsheet.ports import Progress, silent
from broadsheet.sources import StreamReport, SyncReport

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""As long as the watch sleeps at most: another process may have added a source meanwhile."""

PAUSE_SECONDS = 5.0
"""Between two syncs, so that a source which another process is asking is not asked for at once."""

GOODBYE_SECONDS = 3.0
"""As long as the end of a watch waits for what it is doing; what was kept is kept anyway."""

PATIENCE = timedelta(minutes=15)
"""As long as an edition waits for a sync that is under way: the first of a source takes hours."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds before a thread that an unexpected error ended begins again: twice as many each time,
until it has gone well for as long as the longest pause."""

RELAY_PAUSE, LONGEST_RELAY_PAUSE = 60.0, 900.0
"""Seconds before a relay that takes nothing is asked again: twice as many each time."""

HAND_OVER_SECONDS = 8.0
"""As long as the end of a courier waits for the letter at hand, whose relay may take its time."""

_THREAD = "watch"
_NO_SYNC = "The sources cannot be read: %s"
_NO_PRINT = "No edition can be printed: %s"
_NO_MAIL = "No mail can be sent: %s"


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


class Delivered(Protocol):
    """What the courier needs to know of a pass."""

    @property
    def held(self) -> bool: ...

    @property
    def down(self) -> str: ...


class Delivering(Protocol):
    """What the courier needs of a post."""

    def deliver_due(self, stopping: Callable[[], bool] = ...) -> Delivered: ...


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


class _Mishap:
    """Logs the unexpected error that ends a block, with its traceback, and lets it go no further:
    a mistake is to be seen, and the rest of what goes on by itself is to go on."""

    def __init__(self, name: str, pause: float) -> None:
        self._name = name
        self._pause = pause

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        said = "An unexpected error stopped the %s; it begins again in %g seconds."
        _log.error(said, self._name, self._pause, exc_info=error)
        return True


class Steady(threading.Thread):
    """A thread whose work begins again when an unexpected error has ended it, after a pause.

    The pause grows with each such end, up to `LONGEST_PAUSE`. The thread ends when its work
    returns, or in a pause once `ending` is set.
    """

    def __init__(
        self,
        work: Callable[[], None],
        name: str,
        ending: threading.Event,
        *,
        pause: float = FIRST_PAUSE,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._ending = ending
        self._first = pause

    def run(self) -> None:
        pause = self._first
        while True:
            began = time.monotonic()
            with _Mishap(self.name, pause):
                self._work()
                return
            if self._ending.wait(pause):
                return
            lasted = time.monotonic() - began - pause
            pause = self._first if lasted > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)


class Watch:
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
        self._newsroom = newsroom
        self._press = press
        self._tell = tell
        self._listening = listening
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait
        self._thread = Steady(self.run, _THREAD, self._ending)
        self._synced = False
        self._waiting_since = newsroom.now()
        self._logged: dict[str, str] = {}

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


class Courier:
    """Delivers the letters that are due, in a thread of its own: no slow relay holds up the rest.

    Only the process on duty has one. No error that a person can act on ends it, and none is said
    twice in a row.
    """

    def __init__(self, post: Delivering, *, wait: Callable[[float], object] | None = None) -> None:
        self._post = post
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait
        self._thread = Steady(self.run, "courier", self._ending)
        self._pause = RELAY_PAUSE
        self._said = ""

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
        self._thread.join(HAND_OVER_SECONDS)

    def stop(self) -> None:
        """End after the letter at hand, or before its final dot; from any thread."""
        self._ending.set()

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._ending.is_set():
            self._wait(self.look())

    def look(self) -> float:
        """Deliver what is due; returns for how many seconds to wait before the next look."""
        try:
            delivered = self._post.deliver_due(self._ending.is_set)
        except (BroadsheetError, OSError) as error:
            if not isinstance(error, StorageBusyError):
                self._say(_NO_MAIL % error)
            return LOOK_SECONDS
        if delivered.down:
            self._say(_NO_MAIL % delivered.down)
            pause, self._pause = self._pause, min(2 * self._pause, LONGEST_RELAY_PAUSE)
            return pause
        self._say(HELD if delivered.held else "")
        self._pause = RELAY_PAUSE
        return LOOK_SECONDS

    def _say(self, what: str) -> None:
        if what and what != self._said:
            _log.error("%s", what)
        self._said = what
