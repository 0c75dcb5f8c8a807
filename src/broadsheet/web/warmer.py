"""Has what shelves need at hand before a request asks for it, in each process that serves."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from broadsheet.errors import BroadsheetError
from broadsheet.jobs import Steady
from broadsheet.library import Library

PAUSE = 5.0


class Warmer:
    """A thread that takes up what the process on duty has made of papers (see `Keeper.follow`).

    A request that did it would take a second more, for 25,000 papers. No error ends it.
    """

    def __init__(self, library: Library, *, pause: float = PAUSE) -> None:
        self._library = library
        self._pause = pause
        self._ending = threading.Event()
        self._thread = Steady(self._run, "warmer", self._ending, pause=pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._pause)

    def look(self) -> None:
        """Take up what there is. What cannot be read now is taken up by who needs it, or later."""
        try:
            self._library.recommender.warm()
        except (BroadsheetError, OSError):
            return
