"""The value objects of the mail: who wants it when, and the letters on their way.

Everything here is frozen and free of I/O. Moments are timezone-aware UTC; a letter's `name` is the
name of the reader's own edition that it carries, a local date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
HELD = (
    "This library was restored or copied, and sends no mail until its operator says so: "
    "broadsheet mail release"
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a reader's own edition is made: on these ISO weekdays, at this local time.

    `zone` is an IANA name, `time` "HH:MM"; "" stands for the instance's press time, in UTC. One
    weekday makes the edition a weekly one: it holds what came since the one before.
    """

    reader_id: int
    zone: str = "UTC"
    time: str = ""
    weekdays: tuple[int, ...] = EVERY_DAY


class Ended(StrEnum):
    """Why no more mail goes to an address."""

    NOT = ""
    READER = "reader"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that gets a reader's own editions, once it is confirmed.

    `confirmed_at` is when mail began to go there: no letter is made of an edition from before it.
    `generation` is counted up to make the links of earlier letters void. `score` adds up what was
    turned away for good (1) or for now (0.5), at most once a day, `scored_at` when it last did.
    """

    reader_id: int
    address: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended: Ended = Ended.NOT
    ended_at: datetime | None = None
    score: float = 0.0
    scored_at: datetime | None = None
    generation: int = 0

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.ended is Ended.NOT


class State(StrEnum):
    """How far a letter is. SENDING is kept just before the final dot goes out: a letter found in it
    later is UNCERTAIN, which is never sent again. What is in an UNCERTAIN, FAILED or EXPIRED letter
    counts as not delivered, and comes back in the reader's next edition."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    EXPIRED = "expired"


LOST = frozenset({State.UNCERTAIN, State.FAILED, State.EXPIRED})
"""The states of letters whose papers are offered again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in the outbox: one for each reader and edition. Its bytes are kept beside it
    (`MailReading.get_payload`) and never change. `due_at` is when it is tried next, `expires_at`
    when it is given up, `reply` what the relay said last."""

    id: int
    reader_id: int
    name: str
    address: str
    message_id: str
    made_at: datetime
    due_at: datetime
    expires_at: datetime
    changed_at: datetime
    state: State = State.QUEUED
    tries: int = 0
    reply: str = ""


class Reply(NamedTuple):
    """What a relay answered: a code of SMTP (0: none) and its text, cleaned to one line."""

    code: int
    text: str
