"""Elements of feeds in XML by their usual names: "title", "dc:creator", "prism:doi".

The prefix says the namespace, whatever prefix the document itself uses or forgot to declare; the
formats' own elements have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from broadsheet.connectors.feed.entries import MAX_FIELD, MAX_MANY
from broadsheet.connectors.html_text import BLOCKS, MAX_HTML, SILENT, html_text, is_html

if TYPE_CHECKING:
    from lxml.etree import _Element

    Fields = Mapping[str, list[_Element]]

# Beginnings, as most of them come in several versions.
_NAMESPACES = (
    ("http://purl.org/dc/elements/", "dc"),
    ("http://purl.org/dc/terms", "dcterms"),
    ("http://prismstandard.org/", "prism"),
    ("http://www.prismstandard.org/", "prism"),
    ("http://purl.org/rss/1.0/modules/content", "content"),
    ("http://purl.org/rss/1.0/modules/syndication", "sy"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
    ("http://arxiv.org/schemas/", "arxiv"),
    ("http://rssnamespace.org/feedburner/", "feedburner"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://www.itunes.com/", "itunes"),
)
_OWN = (
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://purl.org/net/rss1.1#",
    "http://backend.userland.com/rss",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://cyber.law.harvard.edu/rss",
)
_ATOM = ("http://www.w3.org/2005/atom", "http://purl.org/atom/ns#")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def name_of(element: _Element) -> str:
    """An element's usual name in lower case; "" for what is no element (an entity)."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag[:1] != "{":
        return tag.lower()
    space, _, local = tag[1:].lower().partition("}")
    if space in ("http://purl.org/rss/1.0/", *_OWN) or space.startswith(_OWN[4:]):
        return local
    if space in _ATOM:
        return f"atom:{local}"
    known = next((prefix for start, prefix in _NAMESPACES if space.startswith(start)), "other")
    return f"{known}:{local}"


def fields_of(element: _Element) -> dict[str, list[_Element]]:
    """The children by name, in order; at most `MAX_MANY` of each name."""
    fields: dict[str, list[_Element]] = {}
    for child in element:
        same = fields.setdefault(name_of(child), [])
        if len(same) < MAX_MANY:
            same.append(child)
    return fields


def raw_text(element: _Element, limit: int = MAX_FIELD) -> str:
    """All text within an element, its children's included, as it stands."""
    pieces, left = [], limit
    for piece in element.itertext():
        pieces.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    return "".join(pieces).strip()


def texts(fields: Fields, *names: str) -> list[str]:
    """The texts, not empty, of all children of these names; those of the first name first."""
    found = (raw_text(each) for name in names for each in fields.get(name, ()))
    return [text for text in found if text]


def first(fields: Fields, *names: str) -> str:
    """The first of `texts`, or ""."""
    return next(iter(texts(fields, *names)), "")


def guessed_text(element: _Element) -> str:
    """An element's plain text where the format does not say whether it holds text or HTML."""
    if len(element):
        return tree_text(element)
    text = raw_text(element, MAX_HTML)
    return html_text(text) if is_html(text) else text


def markup_text(element: _Element) -> str:
    """An element's plain text where the format says that it holds HTML."""
    return tree_text(element) if len(element) else html_text(raw_text(element, MAX_HTML))


def tree_text(element: _Element) -> str:
    """The text of an element that holds markup as elements: a space between blocks, no scripts."""
    from lxml import etree

    pieces: list[str] = []
    left = MAX_HTML
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, each in walk:
        local = each.tag.rpartition("}")[2].lower() if isinstance(each.tag, str) else ""
        if event == "start" and local in SILENT:
            walk.skip_subtree()
            continue
        piece = (each.text if event == "start" else each.tail if each is not element else "") or ""
        pieces.append(f" {piece}" if local in BLOCKS else piece)
        left -= len(piece)
        if left <= 0:
            break
    return " ".join("".join(pieces)[:MAX_HTML].split())


def base_of(element: _Element, address: str) -> str:
    """What relative addresses in an element are relative to: `xml:base`, or else the document."""
    bases = [each.get(_BASE) for each in (element, *element.iterancestors())]
    for base in reversed(bases):
        if base and len(base) <= MAX_FIELD:
            try:
                address = urljoin(address, base.strip())
            except ValueError:
                continue
    return address
