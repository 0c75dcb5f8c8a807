"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

from broadsheet.connectors.feed.entries import (
    MAX_ENTRIES,
    MAX_FIELD,
    MAX_MANY,
    Entry,
    Feed,
    page_links,
)
from broadsheet.connectors.html_text import html_text
from broadsheet.connectors.json_answers import Object, objects_of, parse_object
from broadsheet.errors import SourceBrokenError


def read_json_feed(body: bytes, address: str) -> Feed:
    """The feed that a JSON text is. Raises SourceBrokenError when it is another JSON."""
    raw = parse_object(body)
    items = raw.get("items")
    if "jsonfeed.org" not in _text(raw, "version") or not isinstance(items, list):
        raise SourceBrokenError("The answer is JSON, but no JSON Feed.")
    authors = _authors(raw)
    objects = [each for each in items if isinstance(each, dict)][: MAX_ENTRIES + 1]
    return Feed(
        title=_text(raw, "title"),
        entries=tuple(_entry(each, authors, address) for each in objects),
        lost=sum(not isinstance(each, dict) for each in items),
    )


def _entry(item: Object, feed_authors: list[str], address: str) -> Entry:
    number = item.get("id")
    key = str(number) if isinstance(number, int | float) else _text(item, "id")
    pages = [url for name in ("url", "external_url") if (url := _text(item, name))]
    files = [
        _text(each, "url")
        for each in objects_of(item, "attachments")
        if _text(each, "mime_type") == "application/pdf"
    ]
    tags = item.get("tags")
    markup = item.get("content_html")
    return Entry(
        key=key,
        title=_text(item, "title"),
        text=_text(item, "summary")
        or _text(item, "content_text", None)
        or (html_text(markup) if isinstance(markup, str) else ""),
        names=tuple(_authors(item) or feed_authors),
        links=page_links(pages, files, address),
        references=(*pages, key),
        categories=tuple(each for each in tags if isinstance(each, str))[:MAX_MANY]
        if isinstance(tags, list)
        else (),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
    )


def _text(raw: Object, name: str, limit: int | None = MAX_FIELD) -> str:
    value = raw.get(name)
    return value[:limit].strip() if isinstance(value, str) else ""


def _authors(raw: Object) -> list[str]:
    """Version 1.1 has a list, version 1 one object."""
    single = raw.get("author")
    people = objects_of(raw, "authors") or ([single] if isinstance(single, dict) else [])
    return [name for each in people[:MAX_MANY] if (name := _text(each, "name"))]
