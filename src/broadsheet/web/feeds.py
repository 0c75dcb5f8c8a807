"""Atom 1.0: editions, searches and shelves for feed readers.

Every id is permanent (a tag URI of RFC 4151 under the host's name), texts are text constructs, and
what XML cannot hold is taken out here, the one place of this format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from markupsafe import Markup

from broadsheet.edition import Edition, Entry, Scope
from broadsheet.model import Work
from broadsheet.web import links
from broadsheet.web.editionview import edition_url, say_title
from broadsheet.web.entries import shorten

if TYPE_CHECKING:
    from lxml.etree import _Element

MEDIA_TYPE = "application/atom+xml"
MOST = 50
MOST_AUTHORS = 20
MOST_OWN = 300
"""As many papers of past days are in the feed of a reader's own edition."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed in which nothing ever was has changed."""

_ATOM = "http://www.w3.org/2005/Atom"
_SINCE = "2026"
# XML 1.0 cannot hold these, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a feed. `path` is both its address here and what its id is made of; `content`
    is markup of our own making."""

    path: str
    title: str
    updated: datetime
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    content: Markup = Markup("")
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `path` is the page that it feeds from, `own` its own address."""

    path: str
    own: str
    title: str
    updated: datetime
    items: tuple[Item, ...] = ()
    subtitle: str = ""


def of_edition(edition: Edition, own: str) -> Feed:
    """The papers of one edition, each once, in its order."""
    papers: dict[int, Entry] = {}
    for entry in edition.entries:
        papers.setdefault(entry.work_id, entry)
    whys = edition.scope is Scope.READER
    items = [_of_entry(entry, edition.made_at, whys) for entry in papers.values()]
    path = edition_url(edition.scope, edition.name)
    return Feed(path, own, say_title(edition), edition.made_at, tuple(items), edition.receipt)


def of_own(editions: Sequence[Edition], own: str) -> Feed:
    """The papers of a reader's own editions, given and listed with the newest first; each once, of
    the first edition that had it, and dated by the day on which it was news: that stays as it is,
    whichever edition is printed and when."""
    items: dict[str, Item] = {}
    day = NEVER
    for edition in reversed(editions):
        day = datetime.combine(edition.last, time(), UTC)
        new = [each for each in of_edition(edition, own).items if each.path not in items]
        items = {each.path: replace(each, updated=each.published or day) for each in new} | items
    newest = sorted(items.values(), key=lambda item: item.updated, reverse=True)
    return Feed("/yours", own, "Your Broadsheet", day, tuple(newest[:MOST_OWN]))


def of_editions(editions: Sequence[Edition], own: str, title: str, updated: datetime) -> Feed:
    """Editions, the newest first, each as an entry that lists its papers."""
    items = tuple(_of_issue(edition) for edition in editions)
    return Feed(own.removesuffix(".atom"), own, title, updated, items)


def of_works(
    works: Iterable[Work],
    came: Mapping[int, datetime],
    *,
    path: str,
    own: str,
    title: str,
    begun: datetime = NEVER,
    subtitle: str = "",
) -> Feed:
    """Papers, in the order given. What has no day is dated by when it `came`, by number; what is
    empty by when it was `begun`: never by now, or readers would be told of it at every poll."""
    items = tuple(_of_work(work, came.get(work.id, begun)) for work in works)[:MOST]
    moment = max((item.updated for item in items), default=begun)
    return Feed(path, own, title, moment, items, subtitle)


def write(feed: Feed, origin: str) -> bytes:
    """A feed as a document; `origin` is where this instance is reached ("https://host")."""
    from lxml import etree

    root = etree.Element(_name("feed"), nsmap={None: _ATOM})
    _text(root, "id", make_id(origin, feed.own))
    _text(root, "title", feed.title)
    if feed.subtitle:
        _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", _say(feed.updated))
    _link(root, "self", origin + feed.own, MEDIA_TYPE)
    _link(root, "alternate", origin + feed.path, "text/html")
    author = etree.SubElement(root, _name("author"))
    _text(author, "name", "Broadsheet")
    _text(root, "generator", "Broadsheet")
    for item in feed.items:
        _write_item(root, item, origin)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _write_item(root: _Element, item: Item, origin: str) -> None:
    from lxml import etree

    entry = etree.SubElement(root, _name("entry"))
    _text(entry, "id", make_id(origin, item.path))
    _text(entry, "title", item.title or "Untitled")
    _text(entry, "updated", _say(item.updated))
    if item.published:
        _text(entry, "published", _say(item.published))
    _link(entry, "alternate", origin + item.path, "text/html")
    for name in item.authors[:MOST_AUTHORS]:
        _text(etree.SubElement(entry, _name("author")), "name", name)
    for topic in item.topics:
        etree.SubElement(entry, _name("category"), term=_legal(topic))
    if item.summary:
        _text(entry, "summary", item.summary)
    if item.content:
        _text(entry, "content", str(item.content), kind="html")


def _of_entry(entry: Entry, updated: datetime, whys: bool) -> Item:
    """`whys`: with the reason, as a reader's own edition has one of its own for each paper."""
    late = f"Late, announced {entry.late_from}. " if entry.late_from else ""
    why = f"{entry.reason} " if whys and entry.reason else ""
    return Item(
        path=links.paper_url(entry.work_id),
        title=entry.title,
        updated=updated,
        published=_noon(entry.day),
        authors=entry.authors,
        summary=f"{why}{late}{entry.excerpt}",
        topics=(entry.kicker,) if entry.kicker else (),
    )


def _of_work(work: Work, came: datetime) -> Item:
    published = _noon(work.announced_on or (work.date.value if work.date else ""))
    return Item(
        path=links.paper_url(work.id),
        title=work.title,
        updated=published or came,
        published=published,
        authors=work.authors,
        summary=shorten(work.text, 700),
        topics=work.categories,
    )


def _of_issue(edition: Edition) -> Item:
    number = f"No. {edition.number}, " if edition.number else ""
    return Item(
        path=edition_url(edition.scope, edition.name),
        title=number + say_title(edition),
        updated=edition.made_at,
        published=edition.made_at if edition.number else None,
        summary=edition.receipt or edition.quiet,
        content=_list_papers(edition),
    )


def _list_papers(edition: Edition) -> Markup:
    """The sections of an edition as markup, what authors wrote escaped."""
    parts = [Markup("<p>%s</p>") % line for line in (edition.receipt, edition.quiet) if line]
    for section in edition.sections:
        papers = Markup("").join(
            Markup('<li><a href="%s">%s</a><br>%s</li>')
            % (links.paper_url(entry.work_id), entry.title, ", ".join(entry.authors))
            for entry in section.entries
        )
        if papers:
            parts.append(Markup("<h2>%s</h2><ol>%s</ol>") % (section.title, papers))
    return Markup("").join(parts)


def _noon(day: str) -> datetime | None:
    """The middle of an ISO day; None for less than a day."""
    if len(day) < len("2026-04-17"):
        return None
    try:
        return datetime.combine(date.fromisoformat(day[:10]), time(12), UTC)
    except ValueError:
        return None


def make_id(origin: str, path: str) -> str:
    """A permanent id: the host without its port, and the path, which is never used again."""
    host = re.sub(r"^https?://|:[0-9]+$", "", origin).strip("[]") or "localhost"
    return f"tag:{host},{_SINCE}:{path}"


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _text(parent: _Element, name: str, text: str, kind: str = "") -> None:
    from lxml import etree

    element = etree.SubElement(parent, _name(name))
    element.text = _legal(text)
    if kind:
        element.set("type", kind)


def _link(parent: _Element, rel: str, address: str, kind: str) -> None:
    from lxml import etree

    etree.SubElement(parent, _name("link"), rel=rel, href=_legal(address), type=kind)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _say(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
