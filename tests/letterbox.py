"""Letters made of invented editions, read back; and a relay that keeps what it is handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32, default
from typing import Any, cast

from lxml import etree, html

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import MailError
from broadsheet.mailing import Reply, Subscription
from broadsheet.people import Reader, Role
from broadsheet.plots import Plot
from broadsheet.post.headers import read_mailbox
from broadsheet.post.letters import Frame, Written, write_edition
from broadsheet.post.picture import Picture
from broadsheet.post.tokens import Tokens
from broadsheet.signing import Signer

NOW = datetime(2026, 4, 17, 6, 0, tzinfo=UTC)
FRIDAY = "2026-04-17"
MONDAY = date(2026, 4, 20)
URL = "https://papers.example.org"
ADA = Reader(3, "ada", "Ada", Role.READER, NOW)
SUBSCRIPTION = Subscription(3, "ada@example.org", NOW, NOW)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
"""What a letter of an instance with https has above it, and nothing else."""
_TAGS = {"html", "head", "meta", "title", "style", "body", "div", "p", "h1", "h2", "h3", "a"}
_TAGS |= {"strong", "img", "code"}
_ATTRIBUTES = {"lang", "charset", "name", "content", "style", "dir", "href", "src", "alt", "width"}


def make_entry(number: int = 1, title: str = "On lanterns", **changes: Any) -> Entry:
    """A paper in an edition."""
    facts: dict[str, Any] = {
        "authors": ("Ada Novak", "Ben Okoro"),
        "reason": "Your shelf “light”: near “Of lamps”, which you saved; wick, oil",
        "excerpt": "We weigh lanterns.",
        "match": 0.63,
    }
    return Entry(**{"rank": number, "work_id": 100 + number, "title": title, **facts, **changes})


def make_edition(*sections: Section, name: str = FRIDAY, number: int = 12) -> Edition:
    """A reader's own edition; with one section of two papers if none is given."""
    own = sections or (Section("shelf-7", "light", (make_entry(1), make_entry(2, "On rivers"))),)
    day = date.fromisoformat(name)
    return Edition(Scope.READER, name, day, day, NOW, number, ADA.id, sections=own)


def make_earlier(days: int, papers: int = 2) -> list[Edition]:
    """The editions of the days before MONDAY; the name of the shelf changes on the last."""
    names = [(MONDAY - timedelta(days=back)).isoformat() for back in range(days, 0, -1)]
    entries = tuple(make_entry(rank) for rank in range(1, papers + 1))
    light, also = (Section(key, key, entries) for key in ("shelf-7", "also"))
    last = Section("shelf-7", "light and lamps", entries)
    return [make_edition(last if name == names[-1] else light, also, name=name) for name in names]


def make_frame(url: str = URL, sender: str = "Papers <papers@example.org>") -> Frame:
    return Frame(read_mailbox(sender), url, Tokens(Signer(b"kept by nobody")))


def write(
    edition: Edition,
    *,
    url: str = URL,
    subscription: Subscription = SUBSCRIPTION,
    picture: Picture | None = None,
    sender: str = "Papers <papers@example.org>",
) -> Written:
    """The letter of an edition."""
    frame = make_frame(url, sender)
    return write_edition(edition, ADA, subscription, frame, token="t0ken", picture=picture)


def read(payload: bytes) -> EmailMessage:
    """A letter as the email package reads it by its newest policy."""
    return message_from_bytes(payload, policy=default)


def bodies(payload: bytes) -> tuple[str, str]:
    """The plain text and the HTML of a letter."""
    parts = [part for part in message_from_bytes(payload).walk() if not part.is_multipart()]
    plain, markup = (cast(bytes, part.get_payload(decode=True)).decode() for part in parts[:2])
    return plain, markup


def find_harm(payload: bytes, names: Sequence[str], url: str = URL) -> Iterator[str]:
    """What is wrong with a letter, read in two ways; nothing, it is hoped."""
    for policy in (default, compat32):
        message = message_from_bytes(payload, policy=cast(Any, policy))
        if message.keys() != list(names):
            yield f"headers {message.keys()}"
        yield from (f"defect {each}" for part in message.walk() for each in _defects(part))
        first = next(part for part in message.walk() if not part.is_multipart())
        if first.get_content_type() != "text/plain":
            yield f"{first.get_content_type()} first"
    if max(map(len, payload.split(b"\r\n"))) > 998:
        yield "a line too long"
    if b"\n" in payload.replace(b"\r\n", b"") or b"\r" in payload.replace(b"\r\n", b""):
        yield "a line that ends in half of what it should"
    if not payload.isascii():
        yield "more than seven bits"


def _defects(part: Message) -> list[object]:
    named = [getattr(value, "defects", ()) for value in part.values()]
    return [*part.defects, *(defect for defects in named for defect in defects)]


def find_loads(markup: str, url: str = URL) -> Iterator[str]:
    """What in a letter's HTML is not ours: elements, attributes, addresses."""
    parsed = html.document_fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))
    for element in parsed.iter():
        if not isinstance(element.tag, str) or element.tag not in _TAGS:
            yield f"element {element.tag!r}"
            continue
        for key, value in element.attrib.items():
            name, text = str(key), str(value)
            if name not in _ATTRIBUTES:
                yield f"attribute {name}"
            if name == "src" and not text.startswith("cid:"):
                yield f"loads {text}"
            if name == "href" and not text.startswith(f"{url}/"):
                yield f"leads to {text}"
            if name == "style" and ("url(" in text or "http" in text):
                yield f"style {text}"


def titles_of(markup: str) -> list[str]:
    """The titles of the papers in a letter's HTML, as it shows them."""
    parsed = html.document_fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))
    return ["".join(cast(etree._Element, each).itertext()) for each in parsed.iter("h3")]


class Stub:
    """A draughtsman who draws nothing, at once."""

    def draw_plot(self, plot: Plot, kind: str, *_: object, narrow: bool = False) -> bytes:
        return f"{kind} {narrow}".encode()

    def draw_map(self, *_: object) -> bytes:
        raise AssertionError("Letters have no maps.")


class Relay:
    """A postman and his round: keeps (from, to, letter); with `trouble` he raises it instead."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.trouble: MailError | None = None

    @contextmanager
    def open(self) -> Iterator[Relay]:
        yield self

    def hand_over(
        self, sender: str, recipient: str, message: bytes, *, before_dot: Callable[[], None]
    ) -> Reply:
        before_dot()
        if self.trouble:
            raise self.trouble
        self.taken.append((sender, recipient, message))
        return Reply(250, "queued")
