"""From bytes to a feed: which format, which encoding, and what to do with broken ones."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable
from html.entities import html5
from typing import TYPE_CHECKING

from broadsheet.connectors.feed.atom import read_atom
from broadsheet.connectors.feed.elements import name_of
from broadsheet.connectors.feed.entries import Feed, web_address
from broadsheet.connectors.feed.json_feed import read_json_feed
from broadsheet.connectors.feed.rss import read_rss
from broadsheet.connectors.xml import MAX_XML, parse_xml
from broadsheet.errors import SourceBrokenError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SIGNS = 1_000_000
"""As many of `<` and `&`, within texts too; the largest feeds have a tenth of it."""

_HEAD = 300_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),  # no mark, but nothing else begins so
    (b"\0<\0?", "utf-16-be"),
)
# Python has codecs that are none of text, and some whose time is quadratic.
_CODEC = re.compile(
    r"utf-?(?:8|16|32)|iso8859|cp\d|koi8|gb|big5|euc|shift|mac|ascii|latin|hz$|iso2022|tis|ptcp|johab"
)
_DECLARED = re.compile(r"""\s*<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DECLARATION = re.compile(r"\s*<\?xml(?:[^?]|\?(?!>)){0,1000}\?>")
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30};)")
_NUMBER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)")
_XML_OWN = ("amp;", "lt;", "gt;", "quot;", "apos;")
_ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_END = re.compile(r"</\s*(?:\w{1,20}:)?(?:rss|rdf|feed|channel)\s*>", re.IGNORECASE)
# Possessive: a comment that has ended is never taken for a longer one.
_PAGE = re.compile(
    r"\s*+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LINK = re.compile(r"<link\s[^<>]{1,2000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:(?:rss|atom|rdf)\+xml|feed\+json)", re.IGNORECASE)


def read_feed(body: bytes, address: str, content_type: str = "") -> Feed:
    """The feed in a body; relative addresses in it are relative to `address`.

    A broken document is read as far as it goes. Raises SourceBrokenError with a sentence when it
    is no feed (where it is a web page that names its feed, with that address), cut off, or larger
    than can be read in good time.
    """
    if len(body) > MAX_XML:
        raise SourceBrokenError(f"The feed at {address} has more than {MAX_XML >> 20} MB.")
    if sum(body.count(sign) for sign in (b"<", b"&", b"\\u00")) > MAX_SIGNS:
        raise SourceBrokenError(f"The feed at {address} has more tags than can be read.")
    text = decode(body, content_type)
    if text[:1000].lstrip()[:1] == "{":
        return read_json_feed(text.encode("utf-8", errors="replace"), address)
    if _PAGE.match(text[:_HEAD]):
        raise SourceBrokenError(_about_page(text[:_HEAD], address))
    if "<" not in text[:_HEAD]:
        what = "no feed" if text.strip() else "empty"
        raise SourceBrokenError(f"What {address} answers is {what}.")
    root, mended = _parse(text, address)
    feed = _read(root, address)
    if mended:
        lost = len(_ENTRY.findall(text)) - len(feed.entries)
        feed = Feed(feed.title, feed.entries, feed.every, max(0, lost))
    return feed


def decode(body: bytes, content_type: str = "") -> str:
    """A document as text: its byte-order mark is obeyed, else HTTP, else its own declaration,
    each where the bytes agree; then UTF-8, then Windows-1252."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, errors="replace").lstrip("\ufeff")
    declared = _DECLARED.match(body[:1000].decode("latin-1"))
    charset = _CHARSET.search(content_type[:200])
    for name in (charset[1] if charset else "", declared[1] if declared else "", "utf-8"):
        if (codec := _codec(name)) is None:
            continue
        try:
            return body.decode(codec)
        except UnicodeError:
            continue
    return body.decode("cp1252", errors="replace")


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name if name.isascii() else ""
    except (LookupError, ValueError):
        return None
    return found if _CODEC.match(found) else None


def _parse(text: str, address: str) -> tuple[_Element, bool]:
    """The root, and whether the document had to be mended."""
    sound = _DECLARATION.sub("", text, count=1).lstrip()
    try:
        return parse_xml(sound.encode("utf-8")), False
    except UnicodeEncodeError:
        pass  # half characters, which are forbidden
    except SourceBrokenError as error:
        if "entities" in str(error):
            raise
    if not _END.search(sound):
        raise SourceBrokenError(f"The feed at {address} is cut off in the middle, or is no feed.")
    for pattern, replacement in _MENDING:
        sound = pattern.sub(replacement, sound)
    return parse_xml(sound.encode("utf-8"), recover=True), True


def _character(found: re.Match[str]) -> str:
    """A named entity of HTML, which XML does not know, as characters that need no escape."""
    value = "" if found[1] in _XML_OWN else html5.get(found[1], "")
    return "".join(f"&#{ord(char)};" for char in value) or found[0]


def _allowed(found: re.Match[str]) -> str:
    """A character by its number, unless XML forbids it: libxml2 mends that into no Unicode."""
    number = int(found[1]) if found[1] else int(found[2], 16)
    return "" if number > sys.maxunicode or _FORBIDDEN.match(chr(number)) else found[0]


_MENDING: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_FORBIDDEN, ""),
    (_ENTITY, _character),
    (_NUMBER, _allowed),
    (_BARE, "&amp;"),
)


def _read(root: _Element, address: str) -> Feed:
    name = name_of(root)
    if name in ("rss", "channel", "rdf:rdf", "rdf", "other:rss", "other:rdf"):
        return read_rss(root, address)
    if name.rpartition(":")[2] == "feed":
        return read_atom(root, address)
    if name.rpartition(":")[2] == "html":
        raise SourceBrokenError(f"{address} is a web page and names no feed.")
    raise SourceBrokenError(f"{address} is XML, but no feed: it is {name[:60]!r}.")


def _about_page(page: str, address: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    for node in LexborHTMLParser("".join(_LINK.findall(page)[:200])).css("link[href][type]"):
        facts = node.attributes
        kinds = (facts.get("rel") or "").lower().split()
        feed = "alternate" in kinds and _FEED_TYPE.fullmatch((facts.get("type") or "").strip())
        if feed and (found := web_address(facts.get("href") or "", address)):
            place, mark, _ = found.partition("?")  # which may be the key that we were asked with
            return f"{address} is a web page; its feed is {place}{mark and '?…'}."
    return f"{address} is a web page and names no feed."
