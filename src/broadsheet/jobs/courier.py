"""The courier: delivers the letters that are due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from broadsheet.errors import BroadsheetError, StorageBusyError
from broadsheet.jobs.steady import LOOK_SECONDS, SteadyJob
from broadsheet.mailing import HELD

_log = logging.getLogger(__name__)

RELAY_PAUSE, LONGEST_RELAY_PAUSE = 60.0, 900.0
"""Seconds before a relay that takes nothing is asked again: twice as many each time."""

HAND_OVER_SECONDS = 8.0
"""As long as the end of a courier waits for the letter at hand, whose relay may take its time."""

_NO_MAIL = "No mail can be sent: %s"


class Delivered(Protocol):
    """What the courier needs to know of a pass."""

    @property
    def held(self) -> bool: ...

    @property
    def down(self) -> str: ...


class Delivering(Protocol):
    """What the courier needs of a post."""

    def deliver_due(self, stopping: Callable[[], bool] = ...) -> Delivered: ...


class Courier(SteadyJob):
    """Delivers the letters that are due, in a thread of its own: no slow relay holds up the rest.

    Only the process on duty has one. No error that a person can act on ends it, and none is said
    twice in a row.
    """

    def __init__(self, post: Delivering, *, wait: Callable[[float], object] | None = None) -> None:
        super().__init__("courier", goodbye=HAND_OVER_SECONDS)
        self._post = post
        self._wait = wait or self._ending.wait
        self._pause = RELAY_PAUSE
        self._said = ""

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
