"""What stands above a letter, and what may: addresses, and lines that nothing can break out of.

Older releases of Python decode an encoded word in a header and write the line break that was in it
(CVE-2024-6923, CVE-2026-1299), so that a title could add a "Bcc". Here no such word gets as far as
that, whatever the release: `guard` breaks it, and `check` reads every letter as bytes once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from broadsheet.errors import ConfigError, InvalidInputError, MailError
from broadsheet.text import clean_line

if TYPE_CHECKING:
    from email.message import EmailMessage

LONGEST_LINE = 998
"""Octets of a line, its end not counted (RFC 5322, 2.1.1)."""
LONGEST_VALUE = 200
"""Letters of a header's text; encoded, not one in the world is longer than a line may be then."""
LONGEST_ADDRESS = 254
ZERO_WIDTH_SPACE = "\u200b"

# Of what RFC 5322 allows before the "@", all that is in use: no quotes, and no "?", without which
# there is no encoded word.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+)*")
# A domain is read label by label: a pattern for all of it can be made to try every way of cutting.
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_LOCAL = 64
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


class Mailbox(NamedTuple):
    """An address, and the name before it ("" for none)."""

    name: str
    address: str


def guard(text: str, longest: int = LONGEST_VALUE) -> str:
    """A text that can stand in a header: one line without control characters, line separators,
    directions and lone surrogates, nothing in it an encoded word, and not longer than that."""
    line = clean_line(text[: 4 * longest])
    line = line.replace("=?", f"={ZERO_WIDTH_SPACE}?")
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def check_address(text: str) -> str:
    """An address as it is used, its domain in ASCII. Raises InvalidInputError for what is none."""
    text = text.strip()
    local, at, domain = text.rpartition("@")
    fits = at and len(text) <= LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL
    domain = _to_ascii(domain) if fits and _LOCAL.fullmatch(local) else ""
    if not _is_host(domain) or len(domain) > LONGEST_ADDRESS - 65:
        raise InvalidInputError("This is not a mail address such as ada@example.org.")
    return f"{local}@{domain.lower()}"


def host_of(url: str) -> str:
    """The host of an address of ours, as a Message-ID can have it."""
    host = _to_ascii(urlsplit(url).hostname or "")
    return host if _is_host(host) else "localhost"


def _is_host(domain: str) -> bool:
    """Whether a text is a name of labels (RFC 1123, 2.1), in time that grows with its length."""
    return len(domain) <= LONGEST_ADDRESS and all(map(_LABEL.fullmatch, domain.split(".")))


def _to_ascii(domain: str) -> str:
    if domain.isascii() or len(domain) > LONGEST_ADDRESS:
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def read_mailbox(setting: str) -> Mailbox:
    """The setting `mail_from`: "papers@example.org", or with a name, "Papers <papers@…>".

    Raises ConfigError where it is neither.
    """
    found = _NAMED.fullmatch(setting.strip())
    name, address = (found["name"], found["address"]) if found else ("", setting)
    try:
        return Mailbox(guard(name.strip(' "'), 80), check_address(address))
    except InvalidInputError as error:
        raise ConfigError(
            "The setting 'mail_from' must be an address such as Papers <papers@example.org>."
        ) from error


def put_headers(message: EmailMessage, sender: Mailbox, values: Mapping[str, str]) -> None:
    """Give a message its "From" and these headers, each of them guarded."""
    from email.headerregistry import Address

    message["From"] = Address(sender.name, addr_spec=sender.address)
    for name, value in values.items():
        message[name] = guard(value, LONGEST_LINE - len(name) - 2)


def check(payload: bytes, names: list[str]) -> None:
    """Read the headers of a letter as a relay would. Raises MailError where they are not exactly
    those of these names, or where any line is too long: such a letter must not leave."""
    head, _, _ = payload.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n|\r|\n", head)
    found = [line.partition(b":")[0].decode("latin-1") for line in lines if line[:1] not in b" \t"]
    if sorted(found) != sorted(names):
        raise MailError("A letter came out with headers that nobody gave it, and is not sent.")
    if max(map(len, payload.split(b"\r\n"))) > LONGEST_LINE:
        raise MailError("A letter came out with a line that is too long, and is not sent.")
