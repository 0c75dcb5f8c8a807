"""Has what shelves need at hand before a request asks for it, in each process that serves."""

from __future__ import annotations

from broadsheet.errors import BroadsheetError
from broadsheet.jobs import SteadyJob
from broadsheet.library import Library

PAUSE = 5.0


class Warmer(SteadyJob):
    """A thread that takes up what the process on duty has made of papers (see `Keeper.follow`).

    A request that did it would take a second more, for 25,000 papers. No error ends it.
    """

    def __init__(self, library: Library, *, pause: float = PAUSE) -> None:
        super().__init__("warmer", pause=pause)
        self._library = library
        self._pause = pause

    def run(self) -> None:
        """Look every few seconds, until `stop`."""
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._pause)

    def look(self) -> None:
        """Take up what there is. What cannot be read now is taken up by who needs it, or later."""
        try:
            self._library.recommender.warm()
        except (BroadsheetError, OSError):
            return
