"""What an instance promises of the papers that saved searches bring: few misses.

Off at first. Once it is on, and readers have judged enough of what their searches brought, papers
that are too likely to be passed over are held back (`alerts`, `sieve`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from broadsheet.errors import InvalidInputError
from broadsheet.learning import PromiseState, Sifted
from broadsheet.people import Done
from broadsheet.phrases import count
from broadsheet.ports import Index, Store
from broadsheet.sync import Clock

if TYPE_CHECKING:
    from broadsheet.recommend import sieve

FACT = "promise"
"""The name under which the store keeps the promise, in percent."""

CHOICES = (0, 10, 20, 30)
EVERYTHING = "No promise is made: your edition shows all that searches find."


class Sieve(Protocol):
    """Decides which papers of searches are sent."""

    def sift(self, query: str, numbers: Sequence[int]) -> Sifted:
        """Those of the papers that a search found which are sent. All are for a search without
        words, which finds no paper better than another."""


class Open:
    """Lets everything pass."""

    def sift(self, query: str, numbers: Sequence[int]) -> Sifted:
        return Sifted(numbers)


class Promises:
    """The promise of an instance. Whoever may choose it is an operator; the doors see to it."""

    def __init__(self, store: Store, index: Index, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._known: tuple[tuple[object, ...], sieve.Sieve] | None = None

    def choose(self, percent: int) -> Done:
        """Promise at most so many percent of misses; 0: nothing. Raises InvalidInputError."""
        if percent not in CHOICES:
            raise InvalidInputError("Choose a promise of 10, 20 or 30 percent, or none (0).")
        with self._store.write() as transaction:
            transaction.put_fact(FACT, str(percent or ""), now=self._clock())
        if not percent:
            return Done("Nothing is promised of searches from now on: editions show all they find.")
        return Done(f"At most {percent} % misses are promised of searches from now on.")

    def describe(self) -> PromiseState:
        """What is promised, and what came of it. One query where nothing is; else as `open`."""
        now = self._clock()
        percent = self._read()
        if not percent:
            return PromiseState(0, 0, EVERYTHING)
        known = self._get(percent, now)
        sentence = f"Promised: at most {percent} % misses."
        if known.needed:
            missing = count(known.needed, "more answer")
            whose = " of other readers" if known.unheard else ""
            sentence += (
                f" The promise needs {missing}{whose}; until then all that is found is shown."
            )
        return PromiseState(percent, known.needed, sentence, known.record.sentence)

    def open(self, now: datetime) -> Sieve:
        """What decides which papers are sent as of a moment; worked out once an hour, in seven
        queries and two searches for each saved search that brought something."""
        percent = self._read()
        return self._get(percent, now) if percent else Open()

    def _read(self) -> int:
        text = self._store.get_fact(FACT)
        return int(text) if text.isdecimal() and int(text) in CHOICES else 0

    def _get(self, percent: int, now: datetime) -> sieve.Sieve:
        stamp = (percent, now.replace(minute=0, second=0, microsecond=0))
        if self._known is None or self._known[0] != stamp:
            from broadsheet.recommend.sieve import Sieve  # needs scipy

            self._known = stamp, Sieve(self._store, self._index, percent, now)
        return self._known[1]
