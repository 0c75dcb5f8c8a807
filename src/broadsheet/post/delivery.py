"""The way of letters out of the house, one at a time.

    QUEUED ── just before the dot, committed ──> SENDING ──> SENT | FAILED | UNCERTAIN | QUEUED
       └── too late, or nobody's any more ──> EXPIRED

What dies before that commit has not sent the letter; what dies after it may have, and whoever finds
a letter in SENDING calls it UNCERTAIN. So no letter goes out twice, and what was in one that may be
lost comes back in the reader's next edition.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from broadsheet.errors import RelayDownError
from broadsheet.mailing import Letter, State
from broadsheet.ports import Postman, Round, Store, Transaction
from broadsheet.post import bounces
from broadsheet.post.errand import Errand, Outcome
from broadsheet.post.outbox import KEEP_BYTES, Step, end, plan
from broadsheet.sync import Clock

_log = logging.getLogger(__name__)

MOST_CUT_OFF = 3
"""Connections in a row that broke in the middle of a letter: then the relay is down."""

TOO_LATE = "Its time was over before the relay took it."
NOT_KNOWN = "Broadsheet ended while the relay was being given this letter."


@dataclass(frozen=True, slots=True)
class Report:
    """What a pass came to, in letters. `held`: nothing may leave, this library is a copy. `down`
    says why the relay takes nothing, where it does not."""

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    uncertain: int = 0
    expired: int = 0
    held: bool = False
    down: str = ""


def never() -> bool:
    """Of a pass that nothing stops."""
    return False


class Delivery:
    """Delivers what is due. Only the process on duty uses it, in one thread at a time."""

    def __init__(
        self, store: Store, clock: Clock, postman: Postman | None, sender: Callable[[], str]
    ) -> None:
        """`sender` gives the plain address that letters come from, and that bounces go to; it may
        raise ConfigError."""
        self._store = store
        self._clock = clock
        self._postman = postman
        self._sender = sender
        self._unrecorded: list[Outcome] = []
        self._cleared_on: date | None = None

    def recover(self) -> int:
        """Call every letter UNCERTAIN that was begun and never ended; returns how many."""
        self._record()
        now = self._clock()
        begun = self._store.get_letters(states=[State.SENDING], limit=None)
        self._record(
            Outcome(end(letter, State.UNCERTAIN, now, NOT_KNOWN), State.SENDING) for letter in begun
        )
        return len(begun)

    def deliver_due(self, stopping: Callable[[], bool] = never) -> Report:
        """Give the relay every letter that is due, and give up those whose time is over.

        `stopping` is asked before each letter, and once more before its final dot. Raises
        StorageError where something cannot be kept; then no further letter leaves.
        """
        if self._store.is_held():
            return Report(held=True)
        self._clear_out()
        tally = Counter({State.UNCERTAIN: self.recover()})
        due = self._sort_out(tally)
        down = self._deliver(due, tally, stopping) if self._postman and due else ""
        return Report(
            tally[State.SENT],
            tally[State.FAILED],
            tally[State.QUEUED],
            tally[State.UNCERTAIN],
            tally[State.EXPIRED],
            down=down,
        )

    def _clear_out(self) -> None:
        """Once a day: forget what letters of long ago said."""
        today = self._clock().date()
        if today != self._cleared_on:
            with self._store.write() as transaction:
                transaction.drop_payloads(self._clock() - KEEP_BYTES)
            self._cleared_on = today

    def _sort_out(self, tally: Counter[State]) -> deque[Letter]:
        """The letters to be tried now; those that are too late are ended."""
        now = self._clock()
        queued = self._store.get_letters(states=[State.QUEUED], limit=None)
        late = [letter for letter in queued if plan(letter, now) is Step.EXPIRE]
        self._record(
            Outcome(end(letter, State.EXPIRED, now, letter.reply or TOO_LATE), State.QUEUED)
            for letter in late
        )
        tally[State.EXPIRED] += len(late)
        return deque(letter for letter in queued if plan(letter, now) is Step.TRY)

    def _deliver(
        self, due: deque[Letter], tally: Counter[State], stopping: Callable[[], bool]
    ) -> str:
        """Why the relay takes no more; "" where it took or turned away all."""
        assert self._postman
        cut = 0
        while due and not stopping():
            try:
                with self._postman.open() as connection:
                    last = self._use(connection, due, tally, stopping)
            except RelayDownError as error:
                return str(error)
            cut = cut + 1 if last and last.cut else 0
            if last and cut == MOST_CUT_OFF:
                return last.letter.reply
        return ""

    def _use(
        self,
        connection: Round,
        due: deque[Letter],
        tally: Counter[State],
        stopping: Callable[[], bool],
    ) -> Outcome | None:
        """Hand letters over for as long as a connection takes them; returns what became of the last
        one."""
        fresh = True
        while due and not stopping():
            letter = due.popleft()
            outcome = Errand(self._store, self._clock, letter, self._sender(), stopping).run(
                connection
            )
            if outcome and outcome.cut and not fresh:
                due.appendleft(letter)  # it was the one before that the relay hung up on
                return None
            if outcome:
                self._record([outcome])
                tally[outcome.letter.state] += 0 if outcome.cut else 1
            if outcome is None or not outcome.usable:
                return outcome
            fresh = False
        return None

    def _record(self, outcomes: Iterable[Outcome] = ()) -> None:
        """Keep what has become of letters, together with what could not be kept before: as long as
        this process lives, it knows better than the store."""
        self._unrecorded += outcomes
        if not self._unrecorded:
            return
        with self._store.write() as transaction:
            for outcome in self._unrecorded:
                self._record_one(transaction, outcome)
        self._unrecorded.clear()

    def _record_one(self, transaction: Transaction, outcome: Outcome) -> None:
        letter = outcome.letter
        kept = transaction.change_letter(letter, outcome.was)
        if not kept and letter.state is State.SENT:
            # Another process has called it uncertain meanwhile; this one knows.
            kept = transaction.change_letter(letter, State.UNCERTAIN)
        if not kept:
            return
        if letter.state is State.UNCERTAIN:
            said = "Whether letter %d (reader %d, %s) was taken is not known; it is not sent again."
            _log.warning(said, letter.id, letter.reader_id, letter.name)
        if outcome.points is not None:
            self._judge_address(transaction, letter, outcome.points)

    def _judge_address(self, transaction: Transaction, letter: Letter, points: float) -> None:
        found = self._store.get_subscriptions([letter.reader_id]).get(letter.reader_id)
        if found is None or found.address != letter.address:
            return
        if points:
            transaction.put_subscription(bounces.count(found, points, letter.changed_at))
        elif found.score:
            transaction.put_subscription(bounces.forgive(found))
