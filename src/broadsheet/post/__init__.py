"""The post: readers' own editions as letters, each of them sent at most once and never lost.

    page -> plain, html ─┐
    picture ─────────────┴─> letters -> headers (guard, check)      how a letter is written
    writing                     the desk: what the store knows of a letter's reader
    subscribing, scheduling     who gets mail, and when
    patience                    how often an address is asked, whoever asks
    tokens                      what the addresses in a letter are good for
    queueing, outbox, delivery, errand, bounces                     how it leaves

`Library.post` gives it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from broadsheet.edition import Edition, Scope
from broadsheet.errors import BroadsheetError, ConflictError, StorageError
from broadsheet.journal import Journal
from broadsheet.mailing import Letter, State, Subscription
from broadsheet.mishaps import Mishap
from broadsheet.people import Reader
from broadsheet.ports import Draughtsman, Store
from broadsheet.post.delivery import TOO_LATE, Delivery, Report, never
from broadsheet.post.letters import Written
from broadsheet.post.outbox import BEGIN_WITHIN, Outbox, Queue, give_up
from broadsheet.post.queueing import Unqueued, is_worth_a_letter
from broadsheet.post.scheduling import WEEKDAYS, Schedules, say_schedule, say_skipped
from broadsheet.post.subscribing import Pressed, Subscriptions
from broadsheet.post.tokens import Tokens, Wish
from broadsheet.post.writing import Correspondence, Desk
from broadsheet.press import Press
from broadsheet.signing import Signer
from broadsheet.sync import Clock

__all__ = [
    "WEEKDAYS",
    "Correspondence",
    "Post",
    "Pressed",
    "Queue",
    "Report",
    "Wish",
    "Written",
    "say_schedule",
    "say_skipped",
]

_log = logging.getLogger(__name__)


class Post:
    """Subscriptions, the outbox, and the way of a letter."""

    def __init__(
        self,
        store: Store,
        press: Press,
        journal: Journal,
        clock: Clock,
        signer: Signer,
        correspondence: Correspondence,
        draughtsman: Draughtsman | None = None,
    ) -> None:
        self._store = store
        self._press = press
        self._clock = clock
        self._correspondence = correspondence
        tokens = Tokens(signer)
        self._desk = Desk(store, clock, signer, tokens, correspondence, draughtsman)
        self.subscriptions = Subscriptions(store, clock, tokens, self._desk)
        """Who gets mail."""
        self.schedules = Schedules(store, journal, clock)
        """When editions are made."""
        self._unqueued = Unqueued(store)
        self._outbox = Outbox(store)
        postman = correspondence.postman if correspondence.sender else None
        self._delivery = Delivery(store, clock, postman, lambda: self._desk.sender.address)

    # --- Writing --------------------------------------------------------------------------------

    def write_letter(self, reader: Reader, edition: Edition) -> tuple[Letter, bytes]:
        """The letter of an edition to its reader, as it goes into the outbox, and its bytes; see
        `Desk.write`. Raises ConflictError where the reader has no subscription."""
        return self._desk.write(reader, edition)

    def preview(self, reader: Reader, name: str = "") -> Written:
        """The letter of a reader's edition, by its name, else of the last that was printed, or of
        today's as far as it is; nothing is sent. Raises NotFoundError for a malformed name."""
        return self._desk.preview(reader, self._find_edition(reader, name))

    def send_test(self, reader: Reader, address: str) -> str:
        """Send the letter that `preview` gives to any address, at once and past the outbox, with
        "Test" in its subject; returns what the relay said.

        Raises InvalidInputError for what is no address, ConflictError without a relay, MailError.
        """
        return self._desk.send_test(reader, self._find_edition(reader, ""), address)

    def _find_edition(self, reader: Reader, name: str) -> Edition:
        if not name:
            names = self._store.get_edition_names(Scope.READER, reader_id=reader.id, limit=1)
            name = next(iter(names), self._press.own_name(reader))
        return self._press.get(Scope.READER, name, reader)

    def find_trouble(self) -> str:
        """Why no reader can be asked for an address, in a sentence; "" where one can."""
        try:
            self._desk.check_ready()
        except ConflictError as error:
            return str(error)
        return ""

    # --- Queueing -------------------------------------------------------------------------------

    def queue(self, editions: Iterable[Edition]) -> int:
        """Put a letter into the outbox for each reader's own edition that is worth one, whose
        reader gets mail, and that has none yet; returns how many. Raises StorageError.

        One letter that cannot be written is logged, and keeps nobody else from theirs.
        """
        own = [each for each in editions if is_worth_a_letter(each)]
        if not own or self._correspondence.postman is None:
            return 0
        numbers = {each.reader_id for each in own}
        readers = self._store.get_readers(numbers)
        wanting = self._find_wanting(self._store.get_subscriptions(numbers).values())
        asked = {number for number in wanting & readers.keys() if not readers[number].disabled}
        return sum(
            self._queue_one(readers[each.reader_id], each)
            for each in own
            if each.reader_id in asked
        )

    def queue_missed(self) -> int:
        """Queue what was printed and never queued, whoever printed it; returns how many."""
        if self._correspondence.postman is None:
            return 0
        return sum(self.queue([each]) for each in self._unqueued.find(self._clock()))

    def _find_wanting(self, subscriptions: Iterable[Subscription]) -> set[int]:
        return {each.reader_id for each in subscriptions if each.is_active}

    def _queue_one(self, reader: Reader, edition: Edition) -> bool:
        with Mishap(_log, "No letter of %s to reader %d", edition.name, reader.id):
            return self._put_letter(reader, edition)
        self._unqueued.put_off(edition, self._clock())
        return False

    def _put_letter(self, reader: Reader, edition: Edition) -> bool:
        now = self._clock()
        try:
            if now >= edition.made_at + BEGIN_WITHIN:
                letter, payload = self._give_up(edition, now), b""
            else:
                letter, payload = self._desk.write(reader, edition)
        except StorageError:
            raise
        except BroadsheetError as error:
            said = "The letter of %s to reader %d cannot be written: %s"
            _log.error(said, edition.name, reader.id, error)
            self._unqueued.put_off(edition, now)
            return False
        if letter.state is State.FAILED:
            _log.error("A letter to reader %d is not sent: %s", reader.id, letter.reply)
        with self._store.write() as transaction:
            return transaction.put_letter(letter, payload) > 0

    def _give_up(self, edition: Edition, now: datetime) -> Letter:
        number = edition.reader_id
        address = self._store.get_subscriptions([number])[number].address
        return give_up(edition, address, now, TOO_LATE)

    # --- Delivery -------------------------------------------------------------------------------

    def deliver_due(self, stopping: Callable[[], bool] = never) -> Report:
        """Queue what was printed and not queued, and give the relay all letters that are due; only
        the process on duty may. Raises StorageError where something cannot be kept."""
        self.queue_missed()
        return self._delivery.deliver_due(stopping)

    def get_queue(self) -> Queue:
        """The outbox: what waits, and what was lost lately."""
        return self._outbox.get_queue(self._clock())

    def release(self) -> bool:
        """Let mail leave from this copy of a library, of its next editions; False where nothing
        held it. An edition whose time has come counts as one that the other library has sent."""
        self._press.print_own_due()
        return self._outbox.release(self._clock())
