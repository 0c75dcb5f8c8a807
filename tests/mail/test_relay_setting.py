"""The setting `smtp`: what it may be, and the sentence for what it may not."""

from __future__ import annotations

import pytest

from broadsheet.errors import ConfigError
from broadsheet.mail import Relay, Security, open_postman, read_relay


@pytest.mark.parametrize(
    ("address", "relay"),
    [
        ("smtp://mail.example.org", Relay("mail.example.org", 587, Security.STARTTLS)),
        ("smtps://mail.example.org/", Relay("mail.example.org", 465, Security.TLS)),
        (" smtp+plain://127.0.0.1:2525 ", Relay("127.0.0.1", 2525, Security.NONE)),
        ("smtp+plain://[::1]", Relay("::1", 25, Security.NONE)),
    ],
)
def test_without_a_user_the_relay_is_not_signed_in_to(address: str, relay: Relay) -> None:
    assert read_relay(address) == relay


def test_a_user_may_be_an_address() -> None:
    """Break to see it fail: leave `unquote` out."""
    relay = read_relay("smtp://papers%40example.org@mail.example.org:2587", "open sesame")
    assert (relay.user, relay.password, relay.port) == ("papers@example.org", "open sesame", 2587)


@pytest.mark.parametrize(
    ("address", "password", "said"),
    [
        ("mail.example.org", "", "must be like"),
        ("http://mail.example.org", "", "must be like"),
        ("smtp://", "", "must be like"),
        ("smtp://mail.example.org:99999", "", "must be like"),
        ("smtp://mail.example.org:0", "", "must be like"),
        ("smtp://[::1", "", "must be like"),
        ("smtp://mail.example.org/inbox", "", "must be like"),
        ("smtp://user:hunter2@mail.example.org", "", "set smtp_password instead"),
        ("smtp://user@mail.example.org", "", "smtp_password is not set"),
        ("smtp://mail.example.org", "hunter2", "names no user"),
        ("smtp+plain://user@mail.example.org", "hunter2", "in the clear"),
        ("smtp://us%C3%A9r@mail.example.org", "hunter2", "printable ASCII"),
        ("smtp://user@mail.example.org", "hunter2\n", "printable ASCII"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(address: str, password: str, said: str) -> None:
    """Breaks that make it fail: quote the address; send a password over smtp+plain."""
    with pytest.raises(ConfigError, match=said) as caught:
        read_relay(address, password)
    assert "hunter2" not in str(caught.value)


def test_a_relay_that_is_shown_keeps_its_password() -> None:
    assert "hunter2" not in repr(read_relay("smtp://user@mail.example.org", "hunter2"))


def test_without_a_setting_there_is_no_postman() -> None:
    assert open_postman("", "") is None
    assert open_postman("smtp://mail.example.org", "") is not None
