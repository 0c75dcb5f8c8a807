"""What goes on beside the requests, in one of the processes that serve a library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress

from broadsheet.errors import StorageBusyError, StorageReadOnlyError
from broadsheet.jobs import Courier, Resting, SteadyJob, Watch
from broadsheet.library import Library
from broadsheet.web.keeper import Keeper

PAUSE = 3.0
"""Seconds between two looks whether the process on duty has ended."""

Job = Callable[[], AbstractContextManager[object]]


def jobs_of(library: Library, *, sync: bool) -> tuple[Job, ...]:
    """The jobs of a library that is served: the index follows the store, editions go to press and
    by mail, and what is due is fetched, unless `sync` is off."""
    newsroom = library.newsroom if sync else Resting(library.newsroom.now)
    return (
        lambda: Keeper(library),
        lambda: Watch(newsroom, press=library.press),
        lambda: Courier(library.post),
    )


class Duties(SteadyJob):
    """A thread that does the jobs while no other process of the library does.

    Whoever holds the library's duty does them. The system lets go of it when its holder dies, and
    another process takes over within `pause` seconds. An unexpected error gives the duty back, too;
    this process tries again after a pause that grows (see `Steady`).
    """

    def __init__(
        self,
        hold: Callable[[], AbstractContextManager[None]],
        jobs: tuple[Job, ...],
        *,
        pause: float = PAUSE,
    ) -> None:
        super().__init__("duties", pause=pause)
        self._hold = hold
        self._jobs = jobs
        self._pause = pause
        self.on_duty = threading.Event()

    def run(self) -> None:
        """Do the jobs, or wait for their turn, until `stop`."""
        while not self._ending.is_set():
            with suppress(StorageBusyError, StorageReadOnlyError):
                self._do()
            self._ending.wait(self._pause)

    def _do(self) -> None:
        with self._hold(), ExitStack() as jobs:
            for job in self._jobs:
                jobs.enter_context(job())
            self.on_duty.set()
            jobs.callback(self.on_duty.clear)
            self._ending.wait()
