"""Who gets mail: an address is asked for, confirmed by its owner, and can always be stopped.

Nothing goes to an address that is not confirmed but the one mail which asks; the link in it leads
to a page with a button, because scanners follow links. Of an address that was unsubscribed or that
bounced, its owner is asked anew before any other letter goes there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from broadsheet.errors import ConflictError, MailError, MailUncertainError, NotFoundError
from broadsheet.mailing import Ended, Subscription
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.ports import Store, Transaction
from broadsheet.post.headers import check_address
from broadsheet.post.patience import ASK_AFTER, Patience
from broadsheet.post.tokens import Button, Refusal, Stop, Tokens
from broadsheet.sync import Clock
from broadsheet.turns import Turns

MOST_ASKED = 3
"""So many addresses a reader may ask for within a day."""
CONFIRM_WITHIN = timedelta(days=7)
ASKING_AT_ONCE = 2
"""A slow relay holds up no more threads of a process than these."""

BUSY = "The relay takes its time with other addresses; ask again in a minute."
ENOUGH_TODAY = "Three addresses were asked for within a day; ask again tomorrow."
ASK_ANEW = "No mail goes to that address until its owner has confirmed it anew: ask for it again."


class Asking(Protocol):
    """Sends the mail that asks."""

    def check_ready(self) -> None:
        """Raise ConflictError where this instance cannot send mail."""

    def ask(self, reader: Reader, asked: Subscription) -> None:
        """Send the mail; raises MailError."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a letter, as long as it is good: for whom, and for which paper."""

    button: Button
    reader: Reader


class Subscriptions:
    """The addresses that readers' editions go to."""

    def __init__(self, store: Store, clock: Clock, tokens: Tokens, asking: Asking) -> None:
        self._store = store
        self._clock = clock
        self._tokens = tokens
        self._asking = asking
        self._patience = Patience(store)
        self._turns = Turns(BUSY, at_once=ASKING_AT_ONCE, waiting=0, patience=0)

    # --- What there is --------------------------------------------------------------------------

    def get(self, reader: Reader) -> Subscription | None:
        """A reader's subscription, also one that is not confirmed, or has ended."""
        return self._store.get_subscriptions([reader.id]).get(reader.id)

    # --- Beginning ------------------------------------------------------------------------------

    def ask(self, reader: Reader, text: str) -> Done:
        """Ask for editions by mail: one mail goes to the address, with a link to confirm it. What
        went to another address before stops.

        Raises InvalidInputError for what is no address; ConflictError where this instance sends no
        mail, where that mail went out within the last day, or its owner wants none; MailError where
        it was not taken, which leaves all as it was; StorageBusyError where others wait for the
        relay.
        """
        address, now = check_address(text), self._clock()
        self._asking.check_ready()
        before = self.get(reader)
        if before and before.address == address and before.is_active:
            return Done("Your editions go to that address already.")
        with self._turns.take():
            self._ask(reader, _ask_for(reader, address, now, before), before)
        return Done("A mail is on its way: open the link in it within a week.")

    def _ask(self, reader: Reader, asked: Subscription, before: Subscription | None) -> None:
        now, mark = asked.asked_at, self._tokens.mark_address(asked.address)
        with self._store.write() as transaction:
            self._patience.check(mark, now)
            self._check_budget(reader, now)
            self._patience.note_asked(transaction, mark, now)
            transaction.put_subscription(asked)
            number = _note(transaction, reader.id, Act.SUBSCRIBE, now, mark=mark)
        try:
            self._asking.ask(reader, asked)
        except MailUncertainError:
            pass  # it may have come, and counts as if it had
        except MailError:
            self._take_back(asked, before, number)
            raise

    def _check_budget(self, reader: Reader, now: datetime) -> None:
        """Raise ConflictError where a reader has asked for enough addresses within a day. Only acts
        with a mark count, which nothing but asking writes: a takeout brings none."""
        acts = self._store.get_signals(
            reader.id, acts=[Act.SUBSCRIBE], since=now - ASK_AFTER, limit=None
        )
        asked = [each for each in acts if each.undone_at is None and each.detail.get("mark")]
        if len(asked) >= MOST_ASKED:
            raise ConflictError(ENOUGH_TODAY)

    def _take_back(self, asked: Subscription, before: Subscription | None, signal: int) -> None:
        """The mail did not leave: all is as it was, and it may be asked for again."""
        with self._store.write() as transaction:
            if self._store.get_subscriptions([asked.reader_id]).get(asked.reader_id) == asked:
                if before:
                    transaction.put_subscription(before)
                else:
                    transaction.drop_subscription(asked.reader_id)
            transaction.mark_undone(signal, self._clock())
            mark = self._tokens.mark_address(asked.address)
            self._patience.note_not_asked(transaction, mark, self._clock())

    def find_asked(self, token: str) -> Subscription:
        """What a link for confirming confirms; also when that was done before.

        Raises NotFoundError for a link that is forged, older than a week, or that was followed by
        another address or an end.
        """
        number = self._tokens.read_reader(token)
        reader = self._store.get_readers([number]).get(number)
        asked = self._store.get_subscriptions([number]).get(number)
        void = NotFoundError("question", "of this address")
        if reader is None or asked is None or not self._tokens.confirms(token, asked):
            raise void
        late = self._clock() - asked.asked_at > CONFIRM_WITHIN and not asked.confirmed_at
        if reader.disabled or late or asked.ended is not Ended.NOT:
            raise void
        return asked

    def confirm(self, token: str) -> Subscription:
        """Let mail go to the address that a link confirms. Raises NotFoundError."""
        with self._store.write() as transaction:
            asked = self.find_asked(token)
            if not asked.confirmed_at:
                asked = replace(asked, confirmed_at=self._clock())
                transaction.put_subscription(asked)
        return asked

    def subscribe(self, reader: Reader, text: str) -> Done:
        """Let editions go to an address at once: for an operator who knows whose it is. What went
        to another address before stops.

        Raises InvalidInputError.
        """
        address, now = check_address(text), self._clock()
        before = self.get(reader)
        asked = _ask_for(reader, address, now, before)
        with self._store.write() as transaction:
            transaction.put_subscription(replace(asked, confirmed_at=now))
            _note(transaction, reader.id, Act.SUBSCRIBE, now)
        told = f"Editions go to {address} from now on"
        if before and before.is_active and before.address != address:
            told += f", and no more to {before.address}; the buttons of earlier letters end"
        return Done(f"{told}.")

    # --- Stopping -------------------------------------------------------------------------------

    def stop(self, reader: Reader) -> Done:
        """No more mail for a reader; one who has never confirmed is forgotten."""
        with self._store.write() as transaction:
            found = self.get(reader)
            if found is None or found.ended is not Ended.NOT:
                return Done("No mail went out before, either.")
            now = self._clock()
            if found.confirmed_at:
                transaction.put_subscription(replace(found, ended=Ended.READER, ended_at=now))
            else:
                transaction.drop_subscription(reader.id)
            _note(transaction, reader.id, Act.UNSUBSCRIBE, now)
        return Done("No more mail goes out.")

    def resume(self, reader: Reader) -> Done:
        """Go on with what the reader has stopped, with the next edition. Raises ConflictError where
        the address has to be confirmed anew, or where there is none."""
        with self._store.write() as transaction:
            found = self.get(reader)
            if found is None or not found.confirmed_at:
                raise ConflictError("There is no confirmed address to send mail to.")
            if found.ended in (Ended.UNSUBSCRIBED, Ended.BOUNCED):
                raise ConflictError(ASK_ANEW)
            if found.is_active:
                return Done("Your editions go out by mail already.")
            now = self._clock()
            # Mail begins anew: editions of the time between are nobody's letters.
            going = replace(found, confirmed_at=now, ended=Ended.NOT, ended_at=None)
            transaction.put_subscription(going)
            _note(transaction, reader.id, Act.SUBSCRIBE, now)
        return Done("Your editions go out by mail again.")

    def find_stop(self, token: str) -> tuple[Stop, str]:
        """What an unsubscribe link stops, and the address ("" where no mail goes there any more).

        Raises NotFoundError for a token that we did not make, and for no other reason: a link in
        a letter of years ago has to lead somewhere.
        """
        stop = self._tokens.read_stop(token)
        if stop is None:
            raise NotFoundError("letter", "of this address")
        found = self._store.get_subscriptions([stop.reader_id]).get(stop.reader_id)
        return stop, found.address if found and self._is_stopped_by(stop, found) else ""

    def unsubscribe(self, token: str) -> None:
        """End the subscription of the address that a letter went to, at once, and let nobody ask
        that address for half a year; doing it again changes nothing.

        Raises NotFoundError for a token that we did not make.
        """
        with self._store.write() as transaction:
            stop, address = self.find_stop(token)
            if not address:
                return
            now = self._clock()
            self._patience.note_refused(transaction, self._tokens.mark_address(address), now)
            found = self._store.get_subscriptions([stop.reader_id])[stop.reader_id]
            transaction.put_subscription(replace(found, ended=Ended.UNSUBSCRIBED, ended_at=now))
            _note(transaction, stop.reader_id, Act.UNSUBSCRIBE, now, by="letter")

    def _is_stopped_by(self, stop: Stop, found: Subscription) -> bool:
        own = self._tokens.mark(found.reader_id, found.address) == stop.mark
        return own and found.ended is not Ended.UNSUBSCRIBED

    def is_refused(self, token: str) -> bool:
        """Whether the address of a link for never being asked again is left alone by now.

        Raises NotFoundError for a token that we did not make.
        """
        return self._patience.is_refused(self._read_refusal(token).mark, self._clock())

    def refuse(self, token: str) -> None:
        """Let nobody ask an address for half a year, and end what was asked for with the mail that
        the link came in. Raises NotFoundError for a token that we did not make."""
        refusal, now = self._read_refusal(token), self._clock()
        number = refusal.reader_id
        with self._store.write() as transaction:
            self._patience.note_refused(transaction, refusal.mark, now)
            found = self._store.get_subscriptions([number]).get(number)
            if found is None or found.ended is Ended.UNSUBSCRIBED:
                return
            if self._tokens.mark_address(found.address) != refusal.mark:
                return
            if found.confirmed_at:
                transaction.put_subscription(replace(found, ended=Ended.UNSUBSCRIBED, ended_at=now))
            else:
                transaction.drop_subscription(number)
            _note(transaction, number, Act.UNSUBSCRIBE, now, by="letter")

    def _read_refusal(self, token: str) -> Refusal:
        refusal = self._tokens.read_refusal(token)
        if refusal is None:
            raise NotFoundError("question", "of this address")
        return refusal

    # --- The buttons of letters -----------------------------------------------------------------

    def find_pressed(self, token: str) -> Pressed:
        """What the button of a letter is for. Raises NotFoundError for one that is forged, or void
        by now (see `Tokens.for_button`)."""
        button = self._tokens.read_button(token)
        if button:
            reader = self._store.get_readers([button.reader_id]).get(button.reader_id)
            found = self._store.get_subscriptions([button.reader_id]).get(button.reader_id)
            good = reader and self._tokens.presses(token, button, reader, found)
            if reader and good and not reader.disabled:
                return Pressed(button, reader)
        raise NotFoundError("button", "of this address")


def _ask_for(
    reader: Reader, address: str, now: datetime, before: Subscription | None
) -> Subscription:
    """A new subscription; for another address than before, one that voids the earlier letters."""
    generation = before.generation if before else 0
    if before and before.address != address:
        generation += 1
    return Subscription(reader.id, address, now, generation=generation)


def _note(transaction: Transaction, reader_id: int, act: Act, now: datetime, **detail: str) -> int:
    """Write an act down, without the address: that is forgotten when its reader wants it to be."""
    (number,) = transaction.add_signals([Signal(reader_id, act, now, detail=detail)])
    return number
