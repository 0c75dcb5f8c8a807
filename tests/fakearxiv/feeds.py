"""The day's feeds: `/rss/<categories>` and `/atom/<categories>`, several joined by `+`.

They hold the current batch only and nothing on weekends and after holidays. They are not complete:
replacements from version 6 on are left out, and of more than 2,000 entries replacements go first.
A stale category shows its previous batch under today's date, without any other sign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from email.utils import format_datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from fakearxiv import calendar
from fakearxiv.categories import is_known
from fakearxiv.world import Entry, Paper, World

LAST_REPLACEMENT = 5
ORDER = ("new", "cross", "replace", "replace-cross")


@dataclass
class FeedOptions:
    """`stale` are categories that lag a batch behind; `validators` are ETags, sent and heeded."""

    limit: int = 2000
    validators: bool = True
    stale: set[str] = field(default_factory=set)


class Row(NamedTuple):
    entry: Entry
    kind: str

    @property
    def paper(self) -> Paper:
        return self.entry.paper

    @property
    def guid(self) -> str:
        return f"oai:arXiv.org:{self.paper.id}v{self.entry.version}"

    @property
    def description(self) -> str:
        about = f"arXiv:{self.paper.id}v{self.entry.version} Announce Type: {self.kind}"
        return f"{about} \nAbstract: {self.paper.abstract_of(self.entry.version)}"


def list_rows(
    world: World, wanted: Sequence[str], day: date, options: FeedOptions
) -> Sequence[Row]:
    """What a day's feed of some categories lists, one row a paper."""
    rows: dict[str, Row] = {}
    for category in wanted:
        shown = calendar.previous_announcement_day(day) if category in options.stale else day
        for entry in world.batch(shown) if calendar.is_announcement_day(day) else ():
            row = Row(entry, entry.kind_in(wanted))
            late = row.kind.startswith("replace") and entry.version > LAST_REPLACEMENT
            if entry.kind_in([category]) and not late:
                known = rows.get(row.paper.id)
                rows[row.paper.id] = min(known, row, key=_rank) if known else row
    return sorted(rows.values(), key=_rank)[: options.limit]


def _rank(row: Row) -> tuple[int, str]:
    return ORDER.index(row.kind), row.paper.id


def answer_feed(world: World, path: str, options: FeedOptions) -> tuple[int, str]:
    """Status and document for `/rss/…` or `/atom/…`; errors are feeds, too."""
    form, _, names = path.strip("/").partition("/")
    wanted = [name.strip() for name in names.split("+") if name.strip()]
    frame: Callable[[str, date, Sequence[Row], str], str] = _rss if form == "rss" else _atom
    day = calendar.feed_day(world.clock.now())
    if not wanted or not all(map(is_known, wanted)):
        title = f"Feed error for query: {names}"
        return 400, frame(title, day, (), "One of these is no category of arXiv.")
    rows = list_rows(world, wanted, day, options)
    return 200, frame(f"{names} updates on arXiv.org", day, rows, f"{names} updates")


def make_etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()}"'


def _rss(title: str, day: date, rows: Sequence[Row], about: str) -> str:
    moment = format_datetime(calendar.feed_midnight(day))
    items = "".join(_rss_item(row, moment) for row in rows)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>http://rss.arxiv.org</link>"
        f"<description>{escape(about)}</description><language>en-us</language>"
        f"<lastBuildDate>{moment}</lastBuildDate><pubDate>{moment}</pubDate>"
        "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
        f"{items}</channel></rss>\n"
    )


def _rss_item(row: Row, moment: str) -> str:
    categories = "".join(f"<category>{name}</category>" for name in row.entry.categories)
    return (
        f"<item><title>{escape(row.paper.title)}</title>"
        f"<link>https://arxiv.org/abs/{row.paper.id}</link>"
        f"<description>{escape(row.description)}</description>"
        f'<guid isPermaLink="false">{row.guid}</guid>{categories}<pubDate>{moment}</pubDate>'
        f"<arxiv:announce_type>{row.kind}</arxiv:announce_type>"
        "<dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>"
        f"<dc:creator>{escape(row.paper.authors)}</dc:creator></item>\n"
    )


def _atom(title: str, day: date, rows: Sequence[Row], about: str) -> str:
    moment = calendar.feed_midnight(day).isoformat()
    entries = "".join(_atom_entry(row, moment) for row in rows)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>http://rss.arxiv.org/atom</id><title>{escape(title)}</title>"
        f"<updated>{moment}</updated><subtitle>{escape(about)}</subtitle>{entries}</feed>\n"
    )


def _atom_entry(row: Row, moment: str) -> str:
    categories = "".join(f"<category term={quoteattr(name)}/>" for name in row.entry.categories)
    return (
        f"<entry><id>{row.guid}</id><title>{escape(row.paper.title)}</title>"
        f"<updated>{moment}</updated><published>{moment}</published>"
        f'<link href="https://arxiv.org/abs/{row.paper.id}" rel="alternate" type="text/html"/>'
        f"<summary>{escape(row.description)}</summary>{categories}"
        f"<arxiv:announce_type>{row.kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(row.paper.authors)}</dc:creator></entry>\n"
    )
