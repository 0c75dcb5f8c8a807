"""Letters handed to a real SMTP server: what goes over the wire, and what its answers mean.

The sweep over all that can go wrong is `tests/slow/test_mail_faults.py`.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from broadsheet.errors import (
    MailDeferredError,
    MailError,
    MailRefusedError,
    MailUncertainError,
    RelayDownError,
)
from broadsheet.mail import Patience, Relay, Security, SmtpPostman
from broadsheet.mail.postman import encode_body, is_about_address
from broadsheet.mailing import Reply
from broadsheet.ports import Postman
from fakesmtp import PASSWORD, USER, Fault, Outcome, Stage, closed_port, make_contexts, running
from fakesmtp import Relay as FakeRelay
from outgoing import BRIEF, SENDER, postman_to

LETTER = b"Message-ID: <a@broadsheet.test>\r\nSubject: Hello\r\n\r\nHello.\r\n"
HASTY = Patience(opening=0.2, letter=0.2, answer=0.2, farewell=0.1)
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl to make a certificate with"
)


@pytest.fixture(scope="module")
def served() -> Iterator[FakeRelay]:
    with running() as relay:
        yield relay


@pytest.fixture
def relay(served: FakeRelay) -> FakeRelay:
    """The relay as if it had just begun."""
    served.fault, served.answer = None, ""
    served.taken.clear()
    return served


def hand_over(
    postman: Postman, to: str = "ada@readers.test", dots: list[str] | None = None
) -> Reply:
    """Hand one letter over; `dots` gets an entry when its dot is about to go."""
    seen = [] if dots is None else dots
    with postman.open() as connection:
        return connection.hand_over(SENDER, to, LETTER, before_dot=lambda: seen.append(to))


def test_letters_arrive_as_they_are_over_one_connection(relay: FakeRelay) -> None:
    """Break to see it fail: leave the doubling of dots out."""
    letters = [LETTER + b".hidden\r\n..\r\n.\r\nend\r\n" * number for number in range(3)]
    before = relay.connections
    with postman_to(relay).open() as connection:
        for letter in letters:
            reply = connection.hand_over(
                SENDER, "ada@readers.test", letter, before_dot=lambda: None
            )
            assert reply == Reply(250, "Taken")
    assert [each.content for each in relay.taken] == letters
    assert relay.connections == before + 1


def test_a_body_is_lines_without_lone_ends() -> None:
    """Nothing that a lenient relay could take for the end of the letter ("SMTP smuggling")."""
    assert encode_body(b"a\n.\nb\r.\r\nc") == b"a\r\n..\r\nb\r\n..\r\nc\r\n"
    assert encode_body(b"") == b"\r\n"


def test_before_the_dot_the_relay_has_not_taken_the_letter(relay: FakeRelay) -> None:
    """Break to see it fail: send the dot together with the body."""

    def look() -> None:
        time.sleep(0.05)
        assert relay.taken == []

    with postman_to(relay).open() as connection:
        connection.hand_over(SENDER, "ada@readers.test", LETTER, before_dot=look)
    assert len(relay.taken) == 1


def test_what_is_called_back_before_the_dot_never_arrives(relay: FakeRelay) -> None:
    """Break to see it fail: send QUIT, or the dot, after `before_dot` has raised."""

    def call_back() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError), postman_to(relay).open() as connection:
        connection.hand_over(SENDER, "ada@readers.test", LETTER, before_dot=call_back)
    time.sleep(0.05)
    assert relay.taken == []


@pytest.mark.parametrize(
    ("stage", "outcome", "kind", "dots"),
    [
        (Stage.BANNER, Outcome.NEVER, RelayDownError, 0),
        (Stage.EHLO, Outcome.HANG_UP, RelayDownError, 0),
        (Stage.MAIL, Outcome.LATER, RelayDownError, 0),
        (Stage.MAIL, Outcome.NEVER, RelayDownError, 0),
        (Stage.RCPT, Outcome.LATER, MailDeferredError, 0),
        (Stage.RCPT, Outcome.NEVER, MailRefusedError, 0),
        (Stage.RCPT, Outcome.HANG_UP, RelayDownError, 0),
        (Stage.DATA, Outcome.LATER, MailDeferredError, 0),
        (Stage.DATA, Outcome.NEVER, MailRefusedError, 0),
        (Stage.NO_REPLY, Outcome.HANG_UP, MailUncertainError, 1),
        (Stage.NO_REPLY, Outcome.SILENCE, MailUncertainError, 1),
        (Stage.DRIP, Outcome.SILENCE, MailUncertainError, 1),
        (Stage.DOT_LATER, Outcome.LATER, MailDeferredError, 1),
        (Stage.DOT_NEVER, Outcome.NEVER, MailRefusedError, 1),
    ],
)
def test_each_end_is_told_from_the_others(
    relay: FakeRelay, stage: Stage, outcome: Outcome, kind: type[MailError], dots: int
) -> None:
    """Breaks that make it fail: MAIL's 5yz counted against the recipient; no deadline for drips."""
    relay.fault = Fault(stage, outcome)
    seen: list[str] = []
    began = time.monotonic()
    with pytest.raises(MailError) as caught:
        hand_over(postman_to(relay, HASTY), dots=seen)
    assert type(caught.value) is kind
    assert len(seen) == dots
    assert caught.value.about_address == (stage is Stage.RCPT and outcome in ("4xx", "5xx"))
    assert time.monotonic() - began < 2


def test_after_421_no_letter_is_tried(relay: FakeRelay) -> None:
    """Break to see it fail: treat 421 as any 4yz."""
    relay.answer = "421 4.3.2 Closing down"
    with postman_to(relay).open() as connection:
        with pytest.raises(MailDeferredError) as caught:
            connection.hand_over(SENDER, "a@readers.test", LETTER, before_dot=lambda: None)
        assert caught.value.connection_lost
        with pytest.raises(RelayDownError):
            connection.hand_over(SENDER, "b@readers.test", LETTER, before_dot=lambda: None)


@pytest.mark.parametrize("answer", ["nonsense", "354 What?", "199 Hm"])
def test_nonsense_after_the_dot_is_uncertain(relay: FakeRelay, answer: str) -> None:
    relay.answer = answer
    with pytest.raises(MailUncertainError):
        hand_over(postman_to(relay))


def test_an_answer_is_one_line_of_bounded_length(relay: FakeRelay) -> None:
    """Break to see it fail: keep what the relay says as it is."""
    relay.answer = "554-5.7.1 \x1b[31mRed\tand " + "long " * 90 + "\r\n554 5.7.1 more"
    with pytest.raises(MailRefusedError) as caught:
        hand_over(postman_to(relay))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("address", ["ä@readers.test", "a b@c.test", "a@b>\r\nRCPT TO:<x@y", "ada"])
def test_an_address_of_other_letters_is_refused_unsent(relay: FakeRelay, address: str) -> None:
    """Break to see it fail: leave `_ADDRESS` out."""
    relay.asked.clear()
    with pytest.raises(MailRefusedError):
        hand_over(postman_to(relay), to=address)
    assert not relay.asked


@pytest.mark.parametrize(
    ("code", "text", "about"),
    [
        (550, "5.1.1 No such user", True),
        (552, "5.2.2 Mailbox full", True),
        (550, "No such user here", True),
        (450, "4.2.1 Busy", True),
        (450, "4.7.1 Greylisted", False),
        (550, "5.7.1 Your mail looks like spam", False),
        (550, "5.1.8 Your sender does not exist", False),
        (452, "4.3.1 Disk full", False),
        (554, "Transaction failed", False),
    ],
)
def test_what_speaks_of_the_address(code: int, text: str, about: bool) -> None:
    """Break to see it fail: count every refusal against its reader."""
    assert is_about_address(code, text) is about


@needs_openssl
def test_a_relay_is_signed_in_to_over_tls() -> None:
    """Break to see it fail: leave STARTTLS, or the password, out."""
    with running(secure=True) as relay:
        assert hand_over(postman_to(relay, secure=True)).code == 250
        relay.fault = Fault(Stage.AUTH, Outcome.NEVER)
        with pytest.raises(RelayDownError, match="does not accept the user") as caught:
            hand_over(postman_to(relay, secure=True))
        assert PASSWORD not in str(caught.value)
        relay.fault = None
        stranger = Relay(relay.host, relay.port, Security.STARTTLS, USER, PASSWORD)
        with pytest.raises(RelayDownError, match="certificate is not good"):
            hand_over(SmtpPostman(stranger, patience=BRIEF))
    assert len(relay.taken) == 1


@needs_openssl
def test_a_relay_that_speaks_tls_from_the_start() -> None:
    with running(immediate=True) as relay:
        there = Relay(relay.host, relay.port, Security.TLS)
        assert hand_over(SmtpPostman(there, patience=BRIEF, trust=make_contexts()[1])).code == 250


def test_a_relay_that_offers_no_tls_gets_nothing(relay: FakeRelay) -> None:
    """Break to see it fail: go on in the clear where STARTTLS is not offered."""
    there = Relay(relay.host, relay.port, Security.STARTTLS)
    with pytest.raises(RelayDownError, match="STARTTLS"):
        hand_over(SmtpPostman(there, patience=BRIEF))
    assert relay.taken == []


def test_nobody_there() -> None:
    with pytest.raises(RelayDownError, match="refused"):
        hand_over(SmtpPostman(Relay("127.0.0.1", closed_port(), Security.NONE), patience=BRIEF))


@contextmanager
def endless(octets: bytes) -> Iterator[int]:
    """A port on which a server repeats itself until nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(octets)
                except OSError:
                    return

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
    thread.join(5)


@pytest.mark.parametrize("octets", [b"220-and\r\n" * 500, b"2" * 9000])
def test_an_answer_without_an_end_is_cut_off(octets: bytes) -> None:
    """Break to see it fail: leave `MOST_LINES` out; then it lasts until the deadline."""
    patience = Patience(opening=20)
    with endless(octets) as port, pytest.raises(RelayDownError):
        began = time.monotonic()
        hand_over(SmtpPostman(Relay("127.0.0.1", port, Security.NONE), patience=patience))
    assert time.monotonic() - began < 5


def test_a_silent_relay_holds_a_thread_for_a_minute_at_most() -> None:
    """Break to see it fail: wait ten minutes for the answer to the dot, as RFC 5321 would."""
    usual = Patience()
    assert usual.opening + usual.letter + usual.answer + usual.farewell <= 60
