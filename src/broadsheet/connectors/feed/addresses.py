"""The address of a feed as a person gives it, and the name that the source gets from it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from broadsheet.errors import InvalidInputError
from broadsheet.model import content_hash
from broadsheet.text import clean_line

_MAX_ADDRESS = 2000
_MAX_NAME = 60
_EXAMPLE = "an example: https://example.org/feed.xml"
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?://)|feed://", re.IGNORECASE)
# Parts of a path that say no more than that this is a feed.
_NOISE = re.compile(
    r"(?:index|feeds?|rss\d?|atom|rdf|default|blog|news)?(?:\.(?:xml|rss|atom|rdf|json|php))?"
)
_ENDING = re.compile(r"\.(?:xml|rss|atom|rdf|json|php|html?)$")
_UNSAFE = re.compile(r"[^a-z0-9._-]+")


def read_address(text: str) -> str:
    """A web address in canonical form. Which addresses may be asked is for the client to say.

    Raises InvalidInputError.
    """
    shown = clean_line(text)[:80]
    address = _FEED_SCHEME.sub(lambda found: "" if found[0][5:] != "//" else "https://", text, 1)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidInputError(f"{shown!r} is not an address; {_EXAMPLE}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidInputError(f"{shown!r} is not an address of the web; {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError("An address with a user name or a password in it is not followed.")
    if len(address) > _MAX_ADDRESS or not address.isprintable() or " " in address:
        raise InvalidInputError(f"{shown!r} is too long for an address, or has spaces; {_EXAMPLE}")
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))


def name_of_feed(address: str) -> str:
    """A short name: the host, and what in the path tells this feed from the host's others.

    "https://www.example.org/feed.xml" is "example.org", "https://example.org/rss/cs.LG" is
    "example.org/cs.lg". The query is left out: it may hold a key, and names are shown to all.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    words = [host if parts.port is None else f"{host}-{parts.port}"]
    words += [_ENDING.sub("", w) for w in parts.path.lower().split("/") if not _NOISE.fullmatch(w)]
    name = "/".join(_UNSAFE.sub("-", word).strip("-") or "-" for word in words)
    if len(name) > _MAX_NAME:
        name = f"{name[: _MAX_NAME - 9]}-{content_hash(without_query(address).encode()).hex()[:8]}"
    return name


def without_query(address: str) -> str:
    """An address as it may be shown to all."""
    return address.partition("?")[0]
