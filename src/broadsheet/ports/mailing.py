"""The mail: what carries letters, and what the store keeps of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from broadsheet.mailing import Letter, Reply, Schedule, State, Subscription


class Round(Protocol):
    """A connection to a relay that takes letters one after another."""

    def hand_over(
        self, sender: str, recipient: str, message: bytes, *, before_dot: Callable[[], None]
    ) -> Reply:
        """Hand one letter over; returns what the relay said when it took it (2yz).

        `before_dot` is called when all but the final dot is sent; what it raises keeps the dot from
        being sent, and escapes. Raises MailRefusedError (5yz: never again), MailDeferredError (4yz:
        later; `connection_lost` says that this round is over), both before and after the dot,
        RelayDownError (the connection failed before the dot), and MailUncertainError where after
        the dot no answer came.
        """


class Postman(Protocol):
    """Knows the way to a relay."""

    def open(self) -> AbstractContextManager[Round]:
        """Connect, secure the connection and sign in, as the settings say. Raises RelayDownError,
        in which case no letter and no address is to blame."""


class MailReading(Protocol):
    """Schedules, subscriptions and the outbox, as they are."""

    def get_schedules(self, reader_ids: Collection[int] | None = None) -> Mapping[int, Schedule]:
        """Schedules by reader, all for None, one query; readers that never chose are absent."""

    def get_subscriptions(
        self, reader_ids: Collection[int] | None = None
    ) -> Mapping[int, Subscription]:
        """Subscriptions by reader, all for None, one query."""

    def get_letters(
        self,
        *,
        reader_id: int | None = None,
        states: Collection[State] = (),
        due_by: datetime | None = None,
        limit: int | None = 1000,
    ) -> Sequence[Letter]:
        """Letters, those due first by due time; all states where none is named."""

    def get_letter(self, letter_id: int) -> Letter | None:
        """A letter, or None."""

    def get_payload(self, letter_id: int) -> bytes:
        """The frozen bytes of a letter, as long as they are kept (see `drop_payloads`)."""

    def find_offered(self, reader_id: int, work_ids: Collection[int]) -> frozenset[int]:
        """Those of these papers that a reader's own printed editions have offered: those whose
        letter was LOST have not. Asked with old numbers, it answers with the numbers asked."""

    def find_offered_to(
        self, reader_ids: Collection[int], work_ids: Collection[int]
    ) -> Mapping[int, frozenset[int]]:
        """For each of these readers, what `find_offered` says."""

    def is_held(self) -> bool:
        """Whether no mail may leave: this library is a restored or copied one (see `release`)."""


class MailWriting(Protocol):
    """Schedules, subscriptions and the outbox, as they change."""

    def put_schedule(self, schedule: Schedule) -> None:
        """Insert or replace a reader's schedule."""

    def put_subscription(self, subscription: Subscription) -> None:
        """Insert or replace a reader's subscription."""

    def drop_subscription(self, reader_id: int) -> None:
        """Forget a reader's address."""

    def put_letter(self, letter: Letter, payload: bytes) -> int:
        """Insert a letter (number 0) with its bytes; returns its number, or 0 where the reader has
        one of this name already, which stays as it is."""

    def change_letter(self, letter: Letter, was: State) -> bool:
        """Replace all but the bytes of a letter that is still in state `was`; False otherwise."""

    def drop_payloads(self, before: datetime) -> int:
        """Forget the bytes of the letters that came to their end before a moment; returns how many
        there were."""

    def release(self) -> None:
        """Say that this library is the one that sends, from where it lies now."""
