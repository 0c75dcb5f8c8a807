"""What goes wrong, by chance or by a script."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    NONE = ""
    EMPTY = "empty page"
    UNAVAILABLE = "503 with seconds"
    UNAVAILABLE_UNTIL = "503 with a date"
    TOO_MANY = "429"
    NOT_ACCEPTABLE = "406"
    RATE_EXCEEDED = "200 Rate exceeded."
    TRUNCATED = "cut off"
    HANGING = "no answer in time"
    DROPPED = "connection dropped"
    REPEATED_TOKEN = "repeated token"
    EXPIRED_TOKEN = "expired token"
    LOGIN_PAGE = "login page"
    REFUSED = "403"


EVERYWHERE = (
    Fault.UNAVAILABLE,
    Fault.UNAVAILABLE_UNTIL,
    Fault.TOO_MANY,
    Fault.NOT_ACCEPTABLE,
    Fault.RATE_EXCEEDED,
    Fault.TRUNCATED,
    Fault.HANGING,
    Fault.DROPPED,
    Fault.LOGIN_PAGE,
)
"""What may befall any request; a refusal (403) comes only where a script says so."""

LISTS = (Fault.EMPTY, Fault.REPEATED_TOKEN, Fault.EXPIRED_TOKEN)
"""What may befall the later pages of a list besides."""


class Faults:
    """Decides for each request what goes wrong with it: a share of `rate` by chance, drawn from
    `seed`, after all that was scripted. `met` counts them."""

    def __init__(
        self, seed: int = 0, rate: float = 0.0, *, kinds: Iterable[Fault] = (*EVERYWHERE, *LISTS)
    ) -> None:
        self.rate = rate
        self.met: Counter[Fault] = Counter()
        self._kinds = frozenset(kinds)
        self._chance = Random(seed)
        self._script: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()

    def script(self, *faults: Fault, path: str = "/") -> None:
        """The next requests whose path and query hold `path` meet these, in order."""
        with self._lock:
            self._script += [(path, fault) for fault in faults]

    def choose(self, address: str, later_page: bool) -> Fault:
        """What befalls a request; `later_page` says that it goes on with a list."""
        with self._lock:
            fault = self._take_scripted(address) or self._draw(later_page)
            self.met.update([fault] if fault else [])
            return fault

    def _take_scripted(self, address: str) -> Fault:
        for place, (path, fault) in enumerate(self._script):
            if path in address:
                del self._script[place]
                return fault
        return Fault.NONE

    def _draw(self, later_page: bool) -> Fault:
        drawn, kind = self._chance.random(), self._chance.random()  # both, to stay reproducible
        possible: Sequence[Fault] = (*EVERYWHERE, *LISTS) if later_page else EVERYWHERE
        kinds = [each for each in possible if each in self._kinds]
        return kinds[int(kind * len(kinds))] if kinds and drawn < self.rate else Fault.NONE
