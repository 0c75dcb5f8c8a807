"""Letters by SMTP; nothing else of Broadsheet imports smtplib."""

from __future__ import annotations

from broadsheet.mail.postman import SmtpPostman
from broadsheet.mail.relay import Relay, Security, read_relay
from broadsheet.mail.wire import Patience
from broadsheet.ports import Postman

__all__ = ["Patience", "Relay", "Security", "SmtpPostman", "open_postman", "read_relay"]


def open_postman(address: str, password: str) -> Postman | None:
    """The postman for a setting such as "smtp://user@mail.example.org:587"; None for "".

    Nothing is connected before a letter leaves. Raises ConfigError for what is wrong.
    """
    return SmtpPostman(read_relay(address, password)) if address.strip() else None
