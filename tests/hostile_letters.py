"""Editions whose every text was written by somebody who wants more of a letter than to be read."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from broadsheet.edition import Edition, Section
from broadsheet.post.letters import write_note
from broadsheet.post.words import tidy
from hostile import PAYLOADS
from letterbox import (
    HEADERS,
    bodies,
    find_harm,
    find_loads,
    make_edition,
    make_entry,
    make_frame,
    read,
    titles_of,
    write,
)

NOTE = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"]
NOTE += ["Content-Transfer-Encoding", "MIME-Version"]
_SPLITTING = (
    "=?utf-8?q?Hi=0ABcc:_x@evil.example?=",
    "=?utf-8?q?Hi=0D=0A=0D=0A<script>alert(1)</script>?=",
    "=?utf-8?b?SGkKQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=",
    "=?iso-8859-1?Q?a?= =?utf-8?q?=0D=0ABcc:_x@evil.example?=",
    "=\u200b?utf-8?q?=0ABcc:_x@evil.example?\u200b=",
    "=\x00?utf-8?q?=0ABcc:_x@evil.example?=",
    "=?utf-8?q?=E2=80=A8Bcc:_x@evil.example?=",
    "a\r\nBcc: x@evil.example",
    "a\nBcc: x@evil.example\n\nbody",
    "a\rBcc: x@evil.example",
    "a\u2028Bcc: x@evil.example",
    "a\u2029Bcc: x@evil.example",
    "a\x85Bcc: x@evil.example",
    "a\x0bBcc: x@evil.example\x0c\x1c\x1d\x1e",
    "\r\n.\r\nMAIL FROM:<x@evil.example>\r\n",
    ".\n..\n.",
    "From the start",
    "\nFrom x@evil.example Fri Apr 17 06:00:00 2026\n",
    "--=_broadsheet_0123456789abcdef01234567--",
    "\r\n--=_broadsheet_\r\nContent-Type: text/html\r\n\r\n<script>",
    "Content-Type: text/html",
    "\ud800lone\udfff",
    "\ud83d\ude00 halves",
    "\x00\x01\x1b[31m\x7f",
    "x" * 5000,
    "word " * 1000,
    "状态空间模型" * 800,
    "🙂" * 1500,
    "e" + "\u0301" * 3000,
    "مرحبا بالعالم",
    "\u202etfel ot thgir\u202c",
    "\u2066isolated\u2069\u200f",
    "ﷺ" * 400,
    "",
    "   ",
    "\ufeff\u200b\u2060",
    '"><img src=//evil.example/p>',
    "</h3><form action=//evil.example><button>",
    "&lt;img src=x&gt;&amp;&#60;",
    "{{ 7 * 7 }}{% include 'x' %}",
    "$" + "\\frac{" * 50 + "$",
    "$x=?y?=z$",
    "=3D=0A=",
    "cid:weeks@papers.example.org",
)  # fmt: skip
_TEXTS = (*PAYLOADS, *_SPLITTING)


def hostile_text(random: Random) -> str:
    """One text, or two or three that together may be what none of them is."""
    count = random.choice((1, 1, 2, 3))
    return random.choice(("", " ", "\r\n", "=?")).join(random.choices(_TEXTS, k=count))


def hostile_edition(random: Random) -> Edition:
    """An edition of two sections, every text of it hostile."""

    def text() -> str:
        return hostile_text(random)

    def entry(rank: int) -> object:
        return make_entry(
            rank, text(), authors=(text(), text()), reason=text(), excerpt=text(), kicker=text()
        )

    sections = [
        Section(key, text(), tuple(entry(n) for n in (1, 2)), note=text())  # type: ignore[misc]
        for key in ("shelf-7", text())
    ]
    return make_edition(*sections)


def find_breaches(seed: int) -> Iterator[str]:
    """What the letter of one hostile edition lets through."""
    random = Random(seed)
    edition, sender = hostile_edition(random), f"{hostile_text(random)[:300]} <papers@example.org>"
    sender = sender if sender.count("<") == sender.count(">") == 1 else "<papers@example.org>"
    written = write(edition, sender=sender)
    yield from find_harm(written.payload, HEADERS)
    plain, markup = bodies(written.payload)
    yield from find_loads(markup)
    wanted = [tidy(each.title, 300) or "Untitled" for each in edition.entries]
    if titles_of(markup) != wanted:
        yield f"titles {titles_of(markup)} for {wanted}"
    flat = "".join(plain.split())
    yield from (f"no {title} in the text" for title in wanted if "".join(title.split()) not in flat)


def find_breaches_of_note(seed: int) -> Iterator[str]:
    """What a note with a hostile subject and body lets through."""
    text = hostile_text(Random(seed))
    values = {"Date": "Fri, 17 Apr 2026 06:00:00 +0000", "Message-ID": "<a.b@papers.example.org>"}
    payload = write_note("ada@example.org", text, [text], make_frame(), values)
    yield from find_harm(payload, NOTE)
    if len(str(read(payload)["Subject"]).splitlines()) > 1:
        yield "a subject of several lines"
