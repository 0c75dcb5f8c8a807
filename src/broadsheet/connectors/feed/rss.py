"""RSS 0.9x, 1.0 (RDF), 1.1 and 2.0, with what publishers of papers add: Dublin Core and PRISM."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from broadsheet.connectors.feed.elements import (
    base_of,
    fields_of,
    first,
    guessed_text,
    markup_text,
    name_of,
    raw_text,
    texts,
)
from broadsheet.connectors.feed.entries import MAX_ENTRIES, MAX_MANY, Entry, Feed, page_links

if TYPE_CHECKING:
    from lxml.etree import _Element

    from broadsheet.connectors.feed.elements import Fields

PUBLISHED = ("pubdate", "prism:publicationdate", "dcterms:issued", "dc:date", "prism:coverdate",
             "dcterms:created", "published", "atom:published")  # fmt: skip
UPDATED = (
    "updated",
    "atom:updated",
    "dcterms:modified",
    "prism:modificationdate",
    "prism:updatedate",
)
IDENTIFIERS = ("prism:doi", "arxiv:doi", "dc:identifier", "dcterms:identifier", "doi")
BODIES = ("description", "content:encoded", "dc:description", "dcterms:abstract",
          "summary", "itunes:summary", "media:description")  # fmt: skip
FACTS = (
    ("volume", "prism:volume"),
    ("number", "prism:number"),
    ("pages", "prism:startingpage"),
    ("publisher", "dc:publisher"),
    ("journal-ref", "arxiv:journal_reference"),
    ("journal-ref", "arxiv:journal_ref"),
    ("comments", "arxiv:comment"),
    ("announce-type", "arxiv:announce_type"),
)
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}


def read_rss(root: _Element, address: str) -> Feed:
    """The feed that a document with root `rss`, `RDF` or `channel` is."""
    channel = next((each for each in root.iter() if name_of(each) == "channel"), root)
    head = fields_of(channel)
    items = [each for each in root.iter() if name_of(each) == "item"]
    return Feed(
        title=next((guessed_text(each) for each in head.get("title", ())), ""),
        entries=tuple(_entry(item, address) for item in items[: MAX_ENTRIES + 1]),
        every=_ttl(first(head, "ttl")) or syndication(head),
    )


def _entry(item: _Element, address: str) -> Entry:
    fields = fields_of(item)
    guids = fields.get("guid", [])
    guid = raw_text(guids[0]) if guids else ""
    permanent = bool(guids) and (guids[0].get("isPermaLink") or "true").strip().lower() == "true"
    about = (item.get(_ABOUT) or "").strip()
    pages = _pages(fields)
    pages += [guid] if permanent and guid.startswith("http") else []
    pages += [about] if about.startswith("http") else []
    files = [
        each.get("url") or "" for each in fields.get("enclosure", ())
        if (each.get("type") or "").strip().lower() == "application/pdf"
    ]  # fmt: skip
    identifiers = texts(fields, *IDENTIFIERS)
    return Entry(
        key=guid or about or first(fields, "id", "atom:id"),
        title=_first_of(fields, guessed_text, "title", "dc:title", "media:title"),
        text=_first_of(fields, markup_text, *BODIES),
        names=tuple(people(fields)),
        links=page_links(pages, files, base_of(item, address)),
        references=(*identifiers, *pages, guid, about),
        categories=tuple(texts(fields, "category", "dc:subject")[:MAX_MANY]),
        published=first(fields, *PUBLISHED),
        updated=first(fields, *UPDATED),
        venue=first(fields, "prism:publicationname"),
        scholarly=is_scholarly(fields),
        facts=facts(fields),
    )  # fmt: skip


def _pages(fields: Fields) -> list[str]:
    """Addresses of the entry's page, the best first."""
    linked = [
        each.get("href") or ""
        for each in fields.get("atom:link", ())
        if (each.get("rel") or "alternate").strip() == "alternate"
    ]
    resources = [each.get(_RESOURCE) or each.get("href") or "" for each in fields.get("link", ())]
    own = [raw_text(each) for each in fields.get("link", ())]
    return [
        url
        for url in (*texts(fields, "feedburner:origlink"), *own, *resources, *linked,
                    *texts(fields, "prism:url"))
        if url
    ]  # fmt: skip


def _first_of(fields: Fields, read: Callable[[_Element], str], *names: str) -> str:
    """The first text that is not empty."""
    found = (read(each) for name in names for each in fields.get(name, ()))
    return next((text for text in found if text), "")


def people(fields: Fields) -> list[str]:
    """Texts with authors: Dublin Core's, which are names, before RSS's own, which are for mail."""
    names = ("dc:creator", "dc:author", "author", "itunes:author")
    creators = next((fields[name] for name in names if name in fields), [])
    return [text for each in creators if (text := guessed_text(each))]


def is_scholarly(fields: Fields) -> bool:
    """Whether elements are there that only publishers of papers use."""
    return any(name.startswith(("prism:", "arxiv:", "citation")) for name in fields)


def facts(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, field in FACTS if (text := first(fields, field)))


def _ttl(minutes: str) -> timedelta | None:
    known = minutes.isascii() and minutes.isdigit() and len(minutes) < 7
    return timedelta(minutes=int(minutes)) if known else None


def syndication(head: Fields) -> timedelta | None:
    """How often the feed says that it is updated (`sy:updatePeriod`), or None."""
    hours = _PERIODS.get(first(head, "sy:updateperiod").lower())
    times = first(head, "sy:updatefrequency")
    frequency = int(times) if times.isascii() and times.isdigit() and len(times) < 4 else 1
    return timedelta(hours=hours) / max(1, frequency) if hours else None
