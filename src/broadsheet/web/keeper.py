"""Keeps a served library's index up with its store and its models, beside the requests."""

from __future__ import annotations

import logging

from broadsheet.errors import BroadsheetError, StorageBusyError, StorageReadOnlyError
from broadsheet.jobs import SteadyJob
from broadsheet.library import Library

_log = logging.getLogger(__name__)
PAUSE = 5.0


class _Ending(Exception):
    """The server ends; what was embedded so far is kept."""


class Keeper(SteadyJob):
    """A thread that brings in what the index missed, for instance because an import was killed.

    It holds back while the store goes on changing: then another process is importing, and will
    index what it brings in itself. After that it embeds for a slower model, newest first, while
    searches go on with what there is. Last, the pool of papers that shelves choose from follows. No
    error ends it (see `Steady`).
    """

    def __init__(self, library: Library, *, pause: float = PAUSE) -> None:
        super().__init__("keeper", pause=pause)
        self._library = library
        self._pause = pause
        self._missed = 0
        self._logged = ""

    def run(self) -> None:
        """Look, fill and follow every few seconds, until `stop`."""
        while not self._ending.wait(self._pause):
            try:
                self.look()
                self.fill()
                self.follow()
            except (StorageBusyError, StorageReadOnlyError):
                continue
            except _Ending:
                return
            except (BroadsheetError, OSError) as error:
                self._log_once(str(error))
            else:
                self._logged = ""

    def look(self) -> int:
        """Catch up if the index has missed the same changes as at the last look; how many works."""
        missed, before = self._library.stats().index_behind, self._missed
        self._missed = missed
        settled = missed == before
        return self._library.catch_up() if settled and self._library.index_behind() else 0

    def fill(self) -> int:
        """Embed what a slower space has no vector of; how many works. Ends with the server."""
        stats = self._library.stats()
        if all(count >= stats.index_works for count in stats.spaces.values()):
            return 0
        return self._library.embed_pending(progress=self._stop_at_the_end)

    def follow(self) -> int:
        """Let the pool of papers that shelves choose from follow the index; how many papers. While
        the index is behind, it waits."""
        if self._library.stats().index_behind:
            return 0
        return self._library.recommender.refresh(self._stop_at_the_end)

    def _stop_at_the_end(self, stage: str, done: int, total: int | None) -> None:
        if self._ending.is_set():
            raise _Ending

    def _log_once(self, error: str) -> None:
        if error != self._logged:
            self._logged = error
            _log.error("The index cannot follow: %s", error)
