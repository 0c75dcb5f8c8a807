"""A library in which every field that somebody else can fill holds a payload.

Beside each payload stands a marker that names the field and the payload's number, so that a sweep
can tell which of them it has seen on which pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from broadsheet.ingest import import_files
from broadsheet.model import Identifier, Link, Listing, PaperDate, Record
from broadsheet.ports import Transaction, silent
from broadsheet.search import HybridIndex
from broadsheet.sources import (
    Announcement,
    Item,
    Measure,
    Outcome,
    Rejected,
    Source,
    StreamReport,
    StreamState,
)
from broadsheet.storage import SqlStore
from broadsheet.works import compose

_MARKER = re.compile(r"zqq([a-z_]+)qq([0-9]+)z", re.IGNORECASE)
A_DAY = 40
"""Papers announced on one day, so that they fill several editions."""


def mark(payload: str, field: str, number: int) -> str:
    """A payload with a marker behind it."""
    return f"{payload} zqq{field}qq{number}z"


def find_marks(text: str) -> set[tuple[str, int]]:
    """The fields and numbers whose markers stand in a page's text."""
    return {(name.lower(), int(number)) for name, number in _MARKER.findall(text)}


def count_fields(seen: set[tuple[str, int]]) -> Counter[str]:
    """How many payloads were seen of each field."""
    return Counter(name for name, _ in seen)


def key_of(number: int) -> str:
    """The arXiv id of the planted paper of a number."""
    return f"2401.{10_000 + number}"


def make_records(payloads: Sequence[str]) -> Iterator[Record]:
    """For each payload a paper with it in every field, and what a feed said of the same paper."""
    for number, payload in enumerate(payloads):
        yield _make_paper(payload, number)
        yield _make_hearsay(payload, number)


def _make_paper(payload: str, number: int) -> Record:
    def put(field: str) -> str:
        return mark(payload, field, number)

    tame = f"Hostile planted paper {number}"
    return Record(
        source="arxiv",
        key=key_of(number),
        title=f"{tame} {put('title')}",
        abstract=f"{tame} says {put('abstract')}.",
        summary="" if number % 2 else f"In short {put('summary')}.",
        authors=(put("author"), f"Ann {payload[:60]} Planted"),
        ids=(Identifier("arxiv", key_of(number)), Identifier("venue", put("identifier"))),
        categories=("cs.LG", put("category")),
        venue=put("venue"),
        status=put("status") if number % 3 == 0 else None,
        date=PaperDate("2024-01-15", "submitted"),
        links=(
            Link("code", f"https://host.example/{quote(payload)}"),
            Link("project", f"https://host.example/?q={payload}"),
            Link("data", payload),
            Link("pdf", payload),
            Link("page", payload),
        ),
        version=2,
        listing=Listing(put("listing"), 3, put("dateline")),
        extra=(("comments", put("comment")), (put("extraname"), put("extra"))),
        withdrawn=number % 5 == 0,
    )


def _make_hearsay(payload: str, number: int) -> Record:
    return Record(
        source=f"feed:host.example/{payload[:80]}",
        key=mark(payload, "feedkey", number),
        title=mark(f"News {number}: {payload}", "newstitle", number),
        abstract=mark(payload, "newstext", number),
        authors=(mark(payload, "newsauthor", number),),
        venue=mark(payload, "feedvenue", number),
        links=(Link("page", payload), Link("page", f"https://host.example/{number}")),
        kind="news" if number % 2 else "",
    )


class _Planted:
    """A file format whose files hold records as they are: nothing is cleaned, nothing refused."""

    name = "planted"

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def recognises(self, head: bytes, filename: str) -> bool:
        return True

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record]:
        yield from self._records


def plant_papers(folder: Path, payloads: Sequence[str], today: date) -> None:
    """Make a library of planted papers, announced over the days up to yesterday."""
    store = SqlStore.open(folder, create=True, compose=compose)
    index = HybridIndex.open(folder / "index", [])
    try:
        path = folder / "planted"
        path.write_bytes(b"planted")
        records = list(make_records(payloads))
        formats = [_Planted(records)]
        report = import_files(store, index, formats, [path], now=_at(today, -1), progress=silent)
        assert report.added == len(records), report
        with store.write() as transaction:
            transaction.put_source(Source("arxiv", "arxiv", ("cs.LG",), _at(today, -30)))
            for number, payload in enumerate(payloads):
                _announce(transaction, number, today)
                _say_everywhere(transaction, payload, number, today)
    finally:
        index.close()
        store.close()


def _announce(write: Transaction, number: int, today: date) -> None:
    back = -1 - number // A_DAY
    day, now, key = today + timedelta(days=back), _at(today, back), key_of(number)
    told = Announcement("cs.LG", day, key, "new", 1, number % A_DAY + 1)
    write.add_pages("arxiv", [("cs.LG", day)], page="", now=now)
    write.add_announcements("arxiv", [told], now=now)
    write.put_items("arxiv", [Item(key, 1)], now=now)
    write.add_measures("arxiv", [Measure(key, "upvotes", number + 1.0)], now=now)


def _at(today: date, days: int) -> datetime:
    return datetime.combine(today + timedelta(days=days), time(5), UTC)


def _say_everywhere(write: Transaction, payload: str, number: int, today: date) -> None:
    """Something turned away in the payload's words, and of each tenth a source in trouble."""
    now = _at(today, -1)
    rejected = [Rejected(mark(payload, "rejectedkey", number), mark(payload, "reason", number))]
    write.add_rejections("arxiv", rejected, now=now)
    if number % 10:
        return
    name = mark(payload, "source", number)
    trouble = mark(payload, "trouble", number)
    write.put_source(Source(name, "feed", (mark(payload, "target", number),), now))
    write.put_stream(StreamState(name, "feed", tried_at=now, trouble=trouble, trouble_since=now))
    title = mark(payload, "streamtitle", number)
    write.add_report(StreamReport(name, "feed", title, Outcome.BROKEN, now, now, trouble=trouble))
