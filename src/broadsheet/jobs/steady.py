"""Threads that no mistake ends for good, and jobs that have one of their own."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from broadsheet.mishaps import Mishap

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""As long as a job sleeps at most between two looks at the library: another process may have
changed it meanwhile."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds before a thread that an unexpected error ended begins again: twice as many each time,
until it has gone well for as long as the longest pause."""

_BEGINS_AGAIN = "An unexpected error stopped the %s; it begins again in %g seconds."


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
            with Mishap(_log, _BEGINS_AGAIN, self.name, pause, through=()):
                self._work()
                return
            if self._ending.wait(pause):
                return
            lasted = time.monotonic() - began - pause
            pause = self._first if lasted > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)


class SteadyJob(ABC):
    """A job that goes on in a thread of its own, `Steady`, while a `with` block lasts.

    `pause` is that of the thread. The end of the block tells the job to stop, and waits `goodbye`
    seconds for it, or until it has.
    """

    def __init__(
        self, name: str, *, pause: float = FIRST_PAUSE, goodbye: float | None = None
    ) -> None:
        self._goodbye = goodbye
        self._ending = threading.Event()
        self._thread = Steady(self.run, name, self._ending, pause=pause)

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
        self._thread.join(self._goodbye)

    def stop(self) -> None:
        """End after what is at hand; from any thread."""
        self._ending.set()

    @abstractmethod
    def run(self) -> None:
        """Go on until `stop`."""
