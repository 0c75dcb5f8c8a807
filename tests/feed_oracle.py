"""feedparser as the oracle of our own reader: what both say of a document, in the same words."""

from __future__ import annotations

import calendar
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import feedparser

from broadsheet.connectors.feed.dates import read_stamp
from broadsheet.connectors.feed.documents import read_feed
from broadsheet.connectors.feed.entries import web_address
from broadsheet.connectors.feed.people import split_people
from broadsheet.connectors.html_text import html_text


class Said(NamedTuple):
    """What a reader says of one entry; "" for what it does not know."""

    key: str
    title: str
    link: str
    authors: tuple[str, ...]
    published: str
    updated: str


def said_by_us(body: bytes, address: str, content_type: str = "application/xml") -> list[Said]:
    return [
        Said(
            entry.key or entry.page,
            " ".join(entry.title.split()),
            entry.page,
            split_people(entry.names),
            read_stamp(entry.published) or read_stamp(entry.updated),
            read_stamp(entry.updated) or read_stamp(entry.published),
        )
        for entry in read_feed(body, address, content_type).entries
    ]


def said_by_feedparser(
    body: bytes, address: str, content_type: str = "application/xml"
) -> list[Said]:
    headers = {"content-location": address, "content-type": content_type}
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers)
    common = _names(parsed.feed)
    return [_entry(entry, common) for entry in parsed.entries]


def _entry(entry: Mapping[str, object], common: tuple[str, ...]) -> Said:
    link = web_address(str(entry.get("link", "")))
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    detail = entry.get("title_detail")
    title = str(entry.get("title", ""))
    if isinstance(detail, dict) and "html" in str(detail.get("type")):
        title = html_text(title)
    return Said(
        str(entry.get("id") or link),
        " ".join(title.split()),
        link,
        _names(entry) or common,
        published or updated,
        updated or published,
    )


def _names(element: Mapping[str, object]) -> tuple[str, ...]:
    authors = element.get("authors")
    people = authors if isinstance(authors, list) else []
    return split_people([each["name"] for each in people if each.get("name")])


def _moment(entry: Mapping[str, object], name: str) -> str:
    """feedparser gives moments in UTC, without saying so."""
    # Its own `get` answers for one name with another's value, and warns of it.
    parts = dict(entry).get(f"{name}_parsed")
    if not isinstance(parts, tuple):
        return ""
    return datetime.fromtimestamp(calendar.timegm(parts), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
