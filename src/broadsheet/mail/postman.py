"""Hands letters to a relay, one after another, and tells four ends apart: taken, refused, not now,
and not known.

smtplib sends a letter and its final dot in one call; here DATA is driven by hand (RFC 5321,
4.1.1.4), because the moment before the dot is the last one at which a letter can be called back.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import NoReturn

from broadsheet.errors import (
    MailDeferredError,
    MailError,
    MailRefusedError,
    MailUncertainError,
    RelayDownError,
)
from broadsheet.mail.relay import Relay, Security
from broadsheet.mail.wire import Patience, Wire
from broadsheet.mailing import Reply
from broadsheet.text import clean_line

CLOSING = 421
MOST_SAID = 200
"""Characters of what a relay says that are kept."""

_ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}")
"""What can stand between < and > in a command: ASCII without spaces (no SMTPUTF8, RFC 6531)."""
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})\b")
_OF_SENDERS = {"7", "8"}
"""In class 1 of RFC 3463, what is wrong with the address that a letter comes from."""
_OF_MAILBOXES = {450, 550, 551, 552, 553}
"""Codes of RFC 5321 (4.2.3) that speak of a mailbox, where no enhanced code says more."""


def encode_body(message: bytes) -> bytes:
    """A message as it is sent after DATA, without the final dot: lines end in CR LF, the last one,
    too, and a dot that begins one is doubled (RFC 5321, 4.5.2)."""
    lines = _LINE_ENDS.sub(b"\r\n", message)
    lines += b"" if lines.endswith(b"\r\n") else b"\r\n"
    return _DOTS.sub(b"..", lines)


def is_about_address(code: int, text: str) -> bool:
    """Whether what a relay answered to RCPT speaks of the address: not of policy, of a full disk or
    of the network (RFC 3463, classes 3 to 7)."""
    if found := _ENHANCED.match(text):
        return found[1] == "2" or (found[1] == "1" and found[2] not in _OF_SENDERS)
    return code in _OF_MAILBOXES


class SmtpPostman:
    """Knows the way to one relay; `trust` is which certificates are believed."""

    def __init__(
        self,
        relay: Relay,
        *,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._relay = relay
        self._patience = patience or Patience()
        self._trust = trust

    @contextmanager
    def open(self) -> Iterator[Conversation]:
        """A connection that is secured and signed in to; see `ports.Postman`."""
        relay = self._relay
        context = None
        if relay.security is not Security.NONE:
            context = self._trust or ssl.create_default_context()
        wire = Wire(immediate=context if relay.security is Security.TLS else None)
        conversation = Conversation(wire, relay.host, self._patience)
        try:
            wire.allow(self._patience.opening)
            with conversation.blaming_nobody():
                self._connect(wire, context)
            yield conversation
        finally:
            conversation.leave()

    def _connect(self, wire: Wire, context: ssl.SSLContext | None) -> None:
        code, text = wire.dial(self._relay.host, self._relay.port)
        if code != 220:
            raise SMTPResponseException(code, text)
        if context and self._relay.security is Security.STARTTLS:
            wire.starttls(context=context)
        wire.ehlo_or_helo_if_needed()
        if self._relay.user:
            wire.login(self._relay.user, self._relay.password)


class Conversation:
    """A `ports.Round`: letters over one connection, until something has gone wrong with it."""

    def __init__(self, wire: Wire, host: str, patience: Patience) -> None:
        self._wire = wire
        self._host = host
        self._patience = patience

    def hand_over(
        self, sender: str, recipient: str, message: bytes, *, before_dot: Callable[[], None]
    ) -> Reply:
        """See `ports.Round`. What is answered to MAIL speaks of the relay and of us, so that it is
        a RelayDownError; about the recipient's address is what is answered to RCPT."""
        for address in (sender, recipient):
            if not _ADDRESS.fullmatch(address):
                raise MailRefusedError(
                    f"{address!a} is not an address in plain ASCII.",
                    about_address=address == recipient,
                )
        self._wire.allow(self._patience.letter)
        with self.blaming_nobody():
            self._name_sender(sender)
            self._ask("RCPT", f"TO:<{recipient}>", {250, 251, 252})
            self._ask("DATA", "", {354})
            self._wire.send(encode_body(message))
            if self._wire.was_interrupted():
                self._interrupted()
        return self._finish(before_dot)

    def _name_sender(self, sender: str) -> None:
        code, text = self._wire.docmd("MAIL", f"FROM:<{sender}>")
        if code != 250:
            raise SMTPResponseException(code, text)

    def _ask(self, verb: str, rest: str, good: set[int]) -> None:
        code, text = self._wire.docmd(verb, rest)
        if code not in good:
            self._turned_away(code, text, of_address=verb == "RCPT")

    def _interrupted(self) -> NoReturn:
        """The server spoke before the dot: whatever it says, the letter is not taken."""
        code, text = self._wire.getreply()
        self._wire.close()
        if code // 100 == 5:
            self._turned_away(code, text)
        self._turned_away(CLOSING, text)

    def _finish(self, before_dot: Callable[[], None]) -> Reply:
        try:
            before_dot()
        except BaseException:
            self._wire.close()  # without its dot the relay throws the letter away
            raise
        self._wire.allow(self._patience.answer)
        try:
            self._wire.send(b".\r\n")
            code, text = self._wire.getreply()
        except (SMTPException, OSError) as error:
            self._wire.close()
            raise MailUncertainError(
                f"{self._host} was given the whole letter, and then {_why(error)}."
            ) from error
        if code // 100 == 2:
            return Reply(code, _clean(text))
        if code // 100 in (4, 5):
            self._turned_away(code, text)
        self._wire.close()
        raise MailUncertainError(f"{self._host} was given the whole letter, and said nonsense.")

    def _turned_away(self, code: int, text: bytes, *, of_address: bool = False) -> NoReturn:
        """Raise what an answer of 4yz or 5yz means for the letter, and make ready for the next."""
        said = f"The relay {self._host} turned this letter away: {_quote(code, text)}."
        about = of_address and is_about_address(code, _clean(text))
        if code == CLOSING:
            self._wire.close()
            raise MailDeferredError(said, code, connection_lost=True)
        if code // 100 not in (4, 5):
            raise SMTPResponseException(code, text)
        self._forget()
        kind = MailDeferredError if code // 100 == 4 else MailRefusedError
        raise kind(said, code, about_address=about)

    def _forget(self) -> None:
        """RSET. Where that fails, the next letter finds the connection closed."""
        try:
            if self._wire.sock and self._wire.docmd("RSET")[0] == 250:
                return
        except (SMTPException, OSError):
            pass
        self._wire.close()

    @contextmanager
    def blaming_nobody(self) -> Iterator[None]:
        """Whatever goes wrong in here with the connection, or with us, is RelayDownError."""
        try:
            yield
        except MailError:
            raise
        except (SMTPException, OSError, ValueError) as error:
            self._wire.close()
            code = getattr(error, "smtp_code", 0)
            raise RelayDownError(
                f"The relay {self._host} takes no mail: {_why(error)}.", code
            ) from error

    def leave(self) -> None:
        """Say goodbye, where there is still somebody to say it to."""
        if self._wire.sock:
            self._wire.allow(self._patience.farewell)
            with suppress(SMTPException, OSError):
                self._wire.docmd("QUIT")
        self._wire.close()


def _clean(text: bytes | str) -> str:
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return clean_line(decoded[: 4 * MOST_SAID])[:MOST_SAID]


def _quote(code: int, text: bytes) -> str:
    said = f"{code} {_clean(text)}".strip()
    return f"it said “{said}”"


def _why(error: Exception) -> str:
    """The end of a sentence. What is answered to a password is never repeated: it may hold it."""
    if isinstance(error, SMTPAuthenticationError):
        return f"it does not accept the user and the password ({error.smtp_code})"
    if isinstance(error, SMTPResponseException):
        said = error.smtp_error
        return _quote(error.smtp_code, said if isinstance(said, bytes) else b"")
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {_clean(error.verify_message)}"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return "it closed the connection"
    return _clean(getattr(error, "strerror", None) or str(error)).rstrip(".")
