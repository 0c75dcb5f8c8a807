"""One letter, taken to the relay once: what has become of it, and what that says of its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from broadsheet.errors import (
    MailDeferredError,
    MailRefusedError,
    MailUncertainError,
    RelayDownError,
)
from broadsheet.mailing import Letter, State
from broadsheet.ports import Round, Store
from broadsheet.post import bounces
from broadsheet.post.outbox import cut_off, end, put_off
from broadsheet.sync import Clock

NO_READER = "Its reader gets no mail any more."
MOVED = "Its reader's mail goes to another address now."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a letter that was in state `was`.

    `points` count against its address, 0 says that it works, None nothing. Without `usable` the
    connection takes no other letter; `cut` says that it broke in the middle of this one.
    """

    letter: Letter
    was: State
    points: float | None = None
    usable: bool = True
    cut: bool = False


class _CalledBackError(Exception):
    """Raised just before the dot: the letter must not leave. `why` is for the letter; "" where the
    letter stays as it is."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Errand:
    """Takes one queued letter to the relay."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        letter: Letter,
        sender: str,
        stopping: Callable[[], bool],
    ) -> None:
        self._store = store
        self._clock = clock
        self._letter = letter
        self._sender = sender
        self._stopping = stopping
        self._was = State.QUEUED

    def run(self, connection: Round) -> Outcome | None:
        """What has become of the letter; None where it stays as it is and nothing was sent, because
        it is not ours to send or everything is coming to an end."""
        letter = self._letter
        if self._store.get_letter(letter.id) != letter:
            return None
        if why := self._find_hindrance():
            return self._ended(State.EXPIRED, why)
        payload = self._store.get_payload(letter.id)
        try:
            reply = connection.hand_over(
                self._sender, letter.address, payload, before_dot=self._seal
            )
        except _CalledBackError as error:
            called_back = replace(self._ended(State.EXPIRED, error.why), usable=False)
            return called_back if error.why else None
        except MailRefusedError as error:
            points = bounces.FOR_GOOD if error.about_address else None
            return self._ended(State.FAILED, str(error), points)
        except MailDeferredError as error:
            return self._deferred(error)
        except MailUncertainError as error:
            return replace(self._ended(State.UNCERTAIN, str(error)), usable=False)
        except RelayDownError as error:
            later = cut_off(letter, self._clock(), str(error))
            return Outcome(later, self._was, usable=False, cut=True)
        return self._ended(State.SENT, f"{reply.code} {reply.text}", 0)

    def _ended(self, state: State, reply: str, points: float | None = None) -> Outcome:
        return Outcome(end(self._letter, state, self._clock(), reply), self._was, points)

    def _deferred(self, error: MailDeferredError) -> Outcome:
        letter = put_off(self._letter, self._clock(), str(error))
        points = bounces.FOR_NOW if error.about_address else None
        return Outcome(letter, self._was, points, usable=not error.connection_lost)

    def _seal(self) -> None:
        """Keep, before the final dot, that it is about to go out: from here on a letter of which no
        more is known is UNCERTAIN, whatever ends this process."""
        sealed = replace(self._letter, state=State.SENDING, changed_at=self._clock())
        with self._store.write() as transaction:
            if self._stopping():
                raise _CalledBackError("")
            if why := self._find_hindrance():
                raise _CalledBackError(why)
            if not transaction.change_letter(sealed, State.QUEUED):
                raise _CalledBackError("")
        self._was = State.SENDING

    def _find_hindrance(self) -> str:
        """Why the letter must not leave; "" where it may."""
        number = self._letter.reader_id
        reader = self._store.get_readers([number]).get(number)
        subscription = self._store.get_subscriptions([number]).get(number)
        if reader is None or reader.disabled or not (subscription and subscription.is_active):
            return NO_READER
        return "" if subscription.address == self._letter.address else MOVED
