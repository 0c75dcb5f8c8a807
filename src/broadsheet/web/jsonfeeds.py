"""JSON Feed 1.1 (jsonfeed.org): the feeds of `feeds`, for readers that have no XML."""

from __future__ import annotations

from typing import Any

import orjson

from broadsheet.web.feeds import MOST_AUTHORS, Feed, Item, make_id

MEDIA_TYPE = "application/feed+json"
_VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed, origin: str) -> bytes:
    """A feed as a document; `origin` is where this instance is reached ("https://host")."""
    return orjson.dumps(
        {
            "version": _VERSION,
            "title": feed.title,
            "home_page_url": origin + feed.path,
            "feed_url": origin + feed.own,
            "items": [_write_item(item, origin) for item in feed.items],
        }
    )


def _write_item(item: Item, origin: str) -> dict[str, Any]:
    published = item.published or item.updated
    return {
        "id": make_id(origin, item.path),
        "url": origin + item.path,
        "title": item.title or "Untitled",
        "content_text": item.summary,
        "date_published": published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": name} for name in item.authors[:MOST_AUTHORS]],
        "tags": list(item.topics),
    }
