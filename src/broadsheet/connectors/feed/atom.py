"""Atom 1.0 and 0.3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from broadsheet.connectors.feed.elements import (
    base_of,
    fields_of,
    first,
    guessed_text,
    name_of,
    raw_text,
    texts,
    tree_text,
)
from broadsheet.connectors.feed.entries import MAX_ENTRIES, MAX_MANY, Entry, Feed, page_links
from broadsheet.connectors.feed.rss import (
    IDENTIFIERS,
    PUBLISHED,
    UPDATED,
    facts,
    is_scholarly,
    people,
    syndication,
)
from broadsheet.connectors.html_text import MAX_HTML, html_text

if TYPE_CHECKING:
    from lxml.etree import _Element

    from broadsheet.connectors.feed.elements import Fields

_MARKUP = re.compile(r"xhtml|application/xhtml\+xml", re.IGNORECASE)
_HTML = re.compile(r"html|text/html", re.IGNORECASE)
_TEXT = re.compile(r"(?:text|text/plain|)", re.IGNORECASE)


def read_atom(root: _Element, address: str) -> Feed:
    """The feed that a document with root `feed` is, whatever namespace it is in."""
    head = _fields(root)
    entries = [each for each in root.iter() if _own(name_of(each)) == "entry"]
    authors = _authors(head)
    return Feed(
        title=_text(head, "title"),
        entries=tuple(_entry(each, authors, address) for each in entries[: MAX_ENTRIES + 1]),
        every=syndication(head),
    )


def _own(name: str) -> str:
    return name.removeprefix("atom:")


def _fields(element: _Element) -> dict[str, list[_Element]]:
    return {_own(name): each for name, each in fields_of(element).items()}


def _entry(element: _Element, feed_authors: list[str], address: str) -> Entry:
    fields = _fields(element)
    source = _fields(fields["source"][0]) if "source" in fields else {}
    base = base_of(element, address)
    pages, files, related = _links(fields)
    key = first(fields, "id")
    return Entry(
        key=key,
        title=_text(fields, "title"),
        text=_text(fields, "summary") or _text(fields, "content"),
        names=tuple(_authors(fields) or _authors(source) or feed_authors),
        links=page_links([*pages, key] if key.startswith("http") else pages, files, base),
        references=(*texts(fields, *IDENTIFIERS), *pages, key, *related),
        categories=tuple(_categories(fields)[:MAX_MANY]),
        published=first(fields, "published", "issued", "created", *PUBLISHED),
        updated=first(fields, "updated", "modified", *UPDATED),
        venue=first(fields, "prism:publicationname"),
        scholarly=is_scholarly(fields),
        facts=facts(fields),
    )


def _text(fields: Fields, name: str) -> str:
    """The plain text of an Atom text construct, which says of itself what it holds."""
    return next((text for each in fields.get(name, ()) if (text := _construct(each))), "")


def _construct(element: _Element) -> str:
    kind, mode = (element.get("type") or "").strip(), element.get("mode")
    if _MARKUP.fullmatch(kind) and mode != "escaped":
        return tree_text(element)
    if len(element):  # markup under a wrong name
        return tree_text(element)
    if mode == "base64":
        return ""
    text = raw_text(element, MAX_HTML)
    if _HTML.fullmatch(kind) or _MARKUP.fullmatch(kind):
        return html_text(text)
    if mode == "escaped" and not kind:
        return guessed_text(element)
    return text if _TEXT.fullmatch(kind) else ""


def _authors(fields: Fields) -> list[str]:
    """Names of authors; of an author's mail and address nothing is kept."""
    persons = [_fields(each) for each in fields.get("author", ())]
    names = [first(person, "name") for person in persons]
    dublin = {"dc:creator": fields["dc:creator"]} if "dc:creator" in fields else {}
    return [name for name in names if name] or people(dublin)


def _links(fields: Fields) -> tuple[list[str], list[str], list[str]]:
    """Addresses of the entry's page (HTML first), of PDF files, and of its DOI, as arXiv has it."""
    pages: list[tuple[bool, str]] = []
    files, related = [], []
    for each in fields.get("link", ()):
        url = (each.get("href") or "").strip()
        rel = (each.get("rel") or "alternate").strip().lower()
        kind = (each.get("type") or "text/html").strip().lower()
        if kind == "application/pdf":
            files.append(url)
        elif rel == "alternate":
            pages.append((kind != "text/html", url))
        elif rel == "related" and (each.get("title") or "").strip().lower() == "doi":
            related.append(url)
    own = texts(fields, "feedburner:origlink")
    return [*own, *(url for _, url in sorted(pages, key=lambda pair: pair[0]))], files, related


def _categories(fields: Fields) -> list[str]:
    terms = [each.get("label") or each.get("term") or "" for each in fields.get("category", ())]
    return [term.strip() for term in terms if term.strip()] + texts(fields, "dc:subject")
