"""Which relay takes mail, and how it is spoken to: the setting `smtp`, read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from broadsheet.errors import ConfigError

_EXAMPLE = "smtp://USER@HOST:587, smtps://USER@HOST:465 or smtp+plain://HOST:25"


class Security(StrEnum):
    """How the way to a relay is secured: TLS asked for (RFC 3207), from the start (RFC 8314), or
    not at all. The values are the schemes of the setting."""

    STARTTLS = "smtp"
    TLS = "smtps"
    NONE = "smtp+plain"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class Relay:
    """A server that takes mail; without a `user` it is not signed in to."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def read_relay(address: str, password: str = "") -> Relay:
    """The relay of a setting; the name of a user may be percent-encoded.

    Raises ConfigError, in which no password is ever named.
    """
    parts = _split(address.strip())
    security = Security(parts.scheme)
    user = unquote(parts.username or "")
    _require_sane(security, user, password)
    port = parts.port or PORTS[security]
    return Relay(parts.hostname or "", port, security, user, password)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        fits = bool(parts.hostname) and parts.scheme in set(Security) and parts.port != 0
    except ValueError as error:  # a port that is none, a bracket too few
        raise ConfigError(f"The setting smtp must be like {_EXAMPLE}.") from error
    if parts.password is not None:
        raise ConfigError("The setting smtp holds a password; set smtp_password instead.")
    if not fits or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(f"The setting smtp must be like {_EXAMPLE}.")
    return parts


def _require_sane(security: Security, user: str, password: str) -> None:
    if bool(user) != bool(password):
        missing = "smtp_password is not set" if user else "smtp names no user for smtp_password"
        raise ConfigError(f"A relay is signed in to with a user and a password: {missing}.")
    if user and security is Security.NONE:
        raise ConfigError(
            "With smtp+plain:// the password would be sent in the clear; use smtp:// or smtps://."
        )
    if not (user + password).isascii() or not (user + password).isprintable():
        raise ConfigError("The user and the password for the relay must be printable ASCII.")
