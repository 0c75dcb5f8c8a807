"""When a letter is tried, and when it is given up; pure, but for `Outbox`, which looks.

A letter is begun within twelve hours of its time or not at all: later its papers are better in the
next edition. One that the relay asked to bring again is brought again for a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from zlib import crc32

from broadsheet.edition import Edition
from broadsheet.mailing import LOST, Letter, State
from broadsheet.ports import Store
from broadsheet.post.queueing import Unqueued

BEGIN_WITHIN = timedelta(hours=12)
GIVE_UP_AFTER = timedelta(hours=24)
PAUSES = tuple(timedelta(minutes=each) for each in (5, 15, 45, 60))
"""Between two tries; the last one again and again."""
KEEP_BYTES = timedelta(days=35)
"""As long as the bytes of a letter are kept after its end, for whoever looks into a complaint."""
CUT_OFF_PAUSE = timedelta(minutes=5)
"""Before a letter in whose middle the connection broke is tried again: others go first."""
OF_A_COPY = "The library that this one is a copy of may have sent it."
_JITTER = 0.1
_FARTHEST = PAUSES[-1] * (1 + 2 * _JITTER)
_SHOWN_FOR = timedelta(days=14)


class Step(Enum):
    """What is to be done with a letter that is queued."""

    WAIT = auto()
    TRY = auto()
    EXPIRE = auto()


def make_letter(reader_id: int, name: str, address: str, message_id: str, now: datetime) -> Letter:
    """A letter that is due at once and has not been begun."""
    expires_at = now + BEGIN_WITHIN
    return Letter(0, reader_id, name, address, message_id, now, now, expires_at, now)


def plan(letter: Letter, now: datetime) -> Step:
    """What to do with a queued letter. One that is due later than any pause lasts was put off by a
    clock that has been set back since: it is due."""
    if letter.expires_at <= now:
        return Step.EXPIRE
    waits = now < letter.due_at <= now + _FARTHEST
    return Step.WAIT if waits else Step.TRY


def put_off(letter: Letter, now: datetime, reply: str) -> Letter:
    """A letter that the relay wants later: tried again after a pause that grows, a little more or
    less for each letter, so that they do not all come at once."""
    pause = PAUSES[min(letter.tries, len(PAUSES) - 1)]
    spread = crc32(f"{letter.message_id} {letter.tries}".encode()) / 2**31 - 1
    return replace(
        letter,
        state=State.QUEUED,
        tries=letter.tries + 1,
        due_at=now + pause * (1 + _JITTER * spread),
        expires_at=letter.made_at + GIVE_UP_AFTER,
        changed_at=now,
        reply=reply,
    )


def cut_off(letter: Letter, now: datetime, reply: str) -> Letter:
    """A letter in whose middle the connection broke: it was not tried, and is to blame for nothing,
    but others go first."""
    return replace(letter, due_at=now + CUT_OFF_PAUSE, changed_at=now, reply=reply)


def end(letter: Letter, state: State, now: datetime, reply: str) -> Letter:
    """A letter that is tried no more."""
    return replace(letter, state=state, changed_at=now, reply=reply)


def give_up(edition: Edition, address: str, now: datetime, reply: str) -> Letter:
    """The letter of an edition that is never sent: its papers come back."""
    letter = make_letter(edition.reader_id, edition.name, address, "", edition.made_at)
    return end(letter, State.EXPIRED, now, reply)


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox for an operator: what waits, and what was lost in the last fortnight, newest
    first; `held` says that nothing leaves until the operator says so."""

    held: bool
    waiting: Sequence[Letter]
    lost: Sequence[Letter]


class Outbox:
    """What an operator sees of the outbox, and does about it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_queue(self, now: datetime) -> Queue:
        """What waits, and what was lost lately."""
        waiting = self._store.get_letters(states=[State.QUEUED, State.SENDING], limit=None)
        lost = self._store.get_letters(states=LOST, limit=None)
        lately = [letter for letter in lost if letter.changed_at > now - _SHOWN_FOR]
        lately.sort(key=lambda letter: letter.changed_at, reverse=True)
        return Queue(self._store.is_held(), waiting, lately)

    def release(self, now: datetime) -> bool:
        """Let mail leave from this copy of a library; False where nothing held it.

        What is queued here, or printed and not queued yet, is given up: the library that this one
        is a copy of has sent it, or may have. Its papers come back in the next editions. No relay
        is needed for that: a process that has one finds nothing left to send.
        """
        if not self._store.is_held():
            return False
        with self._store.write() as transaction:
            addresses = self._store.get_subscriptions()
            for edition in Unqueued(self._store).find(now):
                address = addresses[edition.reader_id].address
                transaction.put_letter(give_up(edition, address, now, OF_A_COPY), b"")
            for letter in self._store.get_letters(states=[State.QUEUED], limit=None):
                transaction.change_letter(end(letter, State.EXPIRED, now, OF_A_COPY), State.QUEUED)
            transaction.release()
        return True
