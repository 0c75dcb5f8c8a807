"""The addresses in a letter that give leave by themselves: to stop it, to begin it, to answer.

Each is signed (see `signing`) together with the address that the letter went to, so that what
lies in an old mailbox is good for that mailbox only. What is read off a token is believed only
where the token made of it again is the same, letter by letter.
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from typing import NamedTuple

from broadsheet.mailing import Subscription
from broadsheet.people import Reader
from broadsheet.signing import TOKEN_LENGTH, Signer

_MARK = 12
_LONGEST_NUMBER = 15


class Wish(StrEnum):
    """What a button in a letter asks for; its page asks once more."""

    SAVE = "save"
    PASS = "pass"


class Button(NamedTuple):
    """A button beside a paper: on behalf of a shelf, or of none (0)."""

    wish: Wish
    reader_id: int
    shelf_id: int
    work_id: int


class Stop(NamedTuple):
    """What a link for unsubscribing says: whose letters, and to which address, by its mark."""

    reader_id: int
    mark: str


class Refusal(NamedTuple):
    """What a link for never being asked again says: who asked, and which address, by its mark."""

    reader_id: int
    mark: str


class Tokens:
    """Makes tokens and reads them; what is not one of ours is None."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def for_stop(self, reader_id: int, address: str) -> str:
        """To unsubscribe; good for as long as there are mailboxes, whatever else becomes void."""
        return self._sign_stop(Stop(reader_id, self.mark(reader_id, address)))

    def read_stop(self, token: str) -> Stop | None:
        """Whose letters to which address are to stop."""
        number, _, rest = token.partition("-")
        stop = Stop(_read_number(number), rest[:_MARK])
        return stop if _is_same(token, self._sign_stop(stop)) else None

    def mark(self, reader_id: int, address: str) -> str:
        """Tells an address from a reader's others, and tells nobody what it is."""
        return self._signer.sign("mailbox", reader_id, address)[:_MARK]

    def _sign_stop(self, stop: Stop) -> str:
        return f"{stop.reader_id}-{stop.mark}-{self._signer.sign('mail stop', *stop)}"

    def for_confirming(self, asked: Subscription) -> str:
        """For the one mail that asks whether an address is its reader's."""
        parts = (asked.reader_id, asked.generation, asked.address, asked.asked_at.isoformat())
        return f"{asked.reader_id}-{self._signer.sign('mail confirm', *parts)}"

    def mark_address(self, address: str) -> str:
        """The same for an address whoever asks for it and however it is typed; it tells nobody
        which address it is."""
        return self._signer.sign("address", address.casefold())

    def for_refusing(self, reader_id: int, address: str) -> str:
        """For the owner of an address that was asked, to be left alone; good for ever."""
        return self._sign_refusal(Refusal(reader_id, self.mark_address(address)))

    def read_refusal(self, token: str) -> Refusal | None:
        """Which address is to be left alone."""
        number, _, rest = token.partition("-")
        refusal = Refusal(_read_number(number), rest[:TOKEN_LENGTH])
        return refusal if _is_same(token, self._sign_refusal(refusal)) else None

    def _sign_refusal(self, refusal: Refusal) -> str:
        signed = self._signer.sign("mail refuse", *refusal)
        return f"{refusal.reader_id}-{refusal.mark}-{signed}"

    def read_reader(self, token: str) -> int:
        """Whose a token for confirming says that it is, unchecked; 0 for nobody's."""
        return _read_number(token.partition("-")[0])

    def confirms(self, token: str, asked: Subscription) -> bool:
        """Whether a token confirms what was asked for."""
        return _is_same(token, self.for_confirming(asked))

    def for_button(self, button: Button, reader: Reader, subscription: Subscription | None) -> str:
        """For a button of a letter to this subscription, or of a test letter (None); void when the
        reader's private addresses are renewed, or when letters go to another address."""
        own = (subscription.generation, subscription.address) if subscription else ("test",)
        voids = (reader.generation, *own)
        words = "-".join(map(str, button))
        return f"{words}-{self._signer.sign('mail button', *button, *voids)}"

    def read_button(self, token: str) -> Button | None:
        """What a token says that it is for, unchecked."""
        wish, *numbers = token.split("-", 4)[:4]
        if wish not in set(Wish) or len(numbers) < 3:
            return None
        return Button(Wish(wish), *map(_read_number, numbers))

    def presses(
        self, token: str, button: Button, reader: Reader, subscription: Subscription | None
    ) -> bool:
        """Whether a token is one for a button, as the reader's addresses are now."""
        return any(
            _is_same(token, self.for_button(button, reader, each)) for each in (subscription, None)
        )


def _is_same(token: str, made: str) -> bool:
    """Whether a token is the one that we make, in time that tells nothing of it."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), made.encode())


def _read_number(text: str) -> int:
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if known else 0
