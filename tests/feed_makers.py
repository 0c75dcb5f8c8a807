"""Feeds by the hundred: sound documents of any format, drawn with a seed, and damaged ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

WORDS = ("drift", "naïve", "Ångström", "$a<b$", "R&D", "“tails”", "数据", "x > y", "café", "Q&A")
NAMES = ("Ines Okafor", "Luis Perera", "Åsa Lindqvist", "Jean-Luc Béranger", "Wei Zhang")
JUNK = (b"<", b">", b"&", b"&nbsp;", b"]]>", b"<![CDATA[", b"<item>", b"</item>", b"<entry>", b"\0",
        b"\xff", b"<!--", b"<title type='xhtml'>", b'"', b"{", b"<svg/onload=alert(1)>", b"&#0;",
        b"javascript:alert(1)", b"<link href='//['/>", b"&#xD800;", b"99999999999")  # fmt: skip


def damage(dice: random.Random, data: bytes, words: Sequence[bytes] = JUNK) -> bytes:
    """A document with a few stretches deleted, doubled or replaced by troublesome words."""
    for _ in range(dice.randint(1, 6)):
        begin = dice.randrange(len(data) + 1)
        end = min(len(data), begin + dice.choice([0, 1, 5, 40, 400]))
        middle = dice.choice([b"", data[begin:end] * 2, dice.choice(words), dice.choice(words)])
        data = data[:begin] + middle + data[end:]
    return data


def make_feed(seed: int) -> bytes:
    """A sound feed in RSS 2.0, RSS 1.0 or Atom, with entries in the habits of one maker."""
    dice = random.Random(seed)
    maker: Callable[[random.Random], str] = dice.choice([_rss, _rdf, _atom])
    encoding = dice.choice(["utf-8", "utf-8", "utf-16"])
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{maker(dice)}'
    return text.encode(encoding)


def _words(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(1, 6)))


def _moment(dice: random.Random) -> datetime:
    zone = timezone(timedelta(hours=dice.choice([-8, -5, 0, 1, 9])))
    return datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone) + timedelta(
        seconds=dice.randrange(40_000_000)
    )


def _plain(dice: random.Random, text: str) -> str:
    """Text as XML, escaped or in CDATA."""
    return f"<![CDATA[{text}]]>" if dice.random() < 0.3 else escape(text)


def _rss(dice: random.Random) -> str:
    items = []
    for number in range(dice.randint(0, 5)):
        address = f"https://example.org/{dice.choice('abc')}/{number}"
        guid = dice.choice([
            f'<guid isPermaLink="false">tag:{number}</guid>', f"<guid>{address}</guid>", "",
        ])  # fmt: skip
        names = dice.sample(NAMES, dice.randint(0, 3))
        items.append(
            f"<item><title>{_plain(dice, _words(dice))}</title>"
            f"<link>{address if dice.random() < 0.7 else f'/{number}'}</link>{guid}"
            + "".join(f"<dc:creator>{name}</dc:creator>" for name in names)
            + f"<pubDate>{format_datetime(_moment(dice))}</pubDate></item>"
        )
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(_words(dice))}</title>{''.join(items)}</channel></rss>"
    )


def _rdf(dice: random.Random) -> str:
    items = [
        f'<item rdf:about="https://example.org/{number}">'
        f"<title>{_plain(dice, _words(dice))}</title>"
        f"<link>https://example.org/{number}</link><dc:creator>{dice.choice(NAMES)}</dc:creator>"
        f"<dc:date>{_moment(dice).isoformat()}</dc:date></item>"
        for number in range(dice.randint(0, 5))
    ]
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://example.org/"><title>T</title></channel>'
        f"{''.join(items)}</rdf:RDF>"
    )


def _atom(dice: random.Random) -> str:
    base = dice.choice(["", ' xml:base="https://base.example.org/x/"'])
    entries = []
    for number in range(dice.randint(0, 5)):
        words = _words(dice)
        title = dice.choice([
            f"<title>{_plain(dice, words)}</title>",
            f'<title type="html">{escape(escape(words))}</title>',
        ])  # fmt: skip
        names = dice.sample(NAMES, dice.randint(1, 3))
        published = f"<published>{_moment(dice).isoformat()}</published>"
        entries.append(
            f"<entry{dice.choice([base, ''])}><id>urn:x:{number}</id>{title}"
            f"<link href={quoteattr(dice.choice([f'p/{number}', f'https://example.org/{number}']))}/>"
            f"{dice.choice(['', published])}<updated>{_moment(dice).isoformat()}</updated>"
            + "".join(f"<author><name>{name}</name></author>" for name in names)
            + "</entry>"
        )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{base}><title>T</title><id>urn:x</id>'
        f"{''.join(entries)}</feed>"
    )
