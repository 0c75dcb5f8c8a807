"""arXiv's feeds of the day, RSS or Atom: the early signal, and the only page that says on which
day a paper was announced.

A feed holds one batch, is rebuilt at midnight US Eastern, and may go on showing the old batch,
under the old date or under the new one. What it shows is taken for the date that it carries,
except where a new date stands over the very papers of the batch before.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from broadsheet.connectors.arxiv import calendar, cursors
from broadsheet.connectors.arxiv.records import BUDGET, Paper, read_moment, to_record
from broadsheet.connectors.rows import RowError
from broadsheet.connectors.xml import child_text, children, local_name, parse_xml
from broadsheet.errors import SourceBrokenError
from broadsheet.ids import parse_arxiv
from broadsheet.model import Record
from broadsheet.ports import Web
from broadsheet.sources import (
    Announcement,
    Answer,
    Batch,
    Item,
    Raw,
    Rejected,
    Source,
    Stream,
    Trouble,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

BASE = "https://rss.arxiv.org"
_ACCEPT = "application/rss+xml, application/atom+xml, text/xml, */*"
_RETRY = timedelta(minutes=30)
_PATIENCE = timedelta(hours=12)
"""How long after its midnight a batch that is not there yet is looked for."""
_AHEAD = timedelta(days=3)
"""How far a feed's date may lie ahead of our clock."""
_MOST = 2_000
"""As many entries as arXiv puts into a feed, replacements first."""
_KINDS = frozenset({"new", "cross", "replace", "replace-cross"})
_PREFIX = re.compile(r"\s*arXiv:\S{1,40}\s+Announce Type:\s*(\S{1,40})\s*(?:Abstract:\s*)?", re.I)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last seen in a feed: validators, its date, and the newest batch that was taken.

    `digest` stands for the papers of the batch of `day`. `shown` is the date that the feed
    carries; `stale` says that the old batch stands below it, `empty` that nothing does, `full`
    that as much does as a feed can hold.
    """

    etag: str = ""
    modified: str = ""
    day: str = ""
    digest: str = ""
    shown: str = ""
    stale: bool = False
    empty: bool = False
    full: bool = False


class Feed(NamedTuple):
    """A feed as read: the date that it carries, its entries, each paper once, and how many entries
    it has in all."""

    day: date
    entries: tuple[_Element, ...]
    digest: str
    size: int


def fetch(source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
    """The feed of one category, if it has changed."""
    seen = cursors.load(Seen, cursor)
    url = f"{source.mirror or BASE}/rss/{quote(_category(stream.name))}"
    answer = web.get(url, accept=_ACCEPT, etag=seen.etag, modified=seen.modified, budget=BUDGET)
    return Raw(stream.name, cursor, answer)


def parse(raw: Raw) -> Batch:
    """What the feed announces, or that it still shows what it did."""
    category, at = _category(raw.stream), raw.answer.at
    seen = cursors.load(Seen, raw.cursor)
    if raw.answer.status == 304 and seen.shown:
        return _scheduled(Batch(cursor=raw.cursor), seen, category, at)
    feed = _read(raw.answer.body)
    if feed.day > (at + _AHEAD).date():
        raise SourceBrokenError(f"The feed of {category} carries the date of {feed.day}.")
    now = _compare(seen, feed, raw.answer)
    repeats = now.day < now.shown and not now.empty
    batch = Batch() if repeats else _batch(category, feed)
    return _scheduled(replace(batch, cursor=cursors.dump(now)), now, category, at)


def _category(stream: str) -> str:
    return stream.partition(" ")[2]


# --- Old or new -------------------------------------------------------------------------------


def _compare(seen: Seen, feed: Feed, answer: Answer) -> Seen:
    """What is seen now. On a day without a batch the old one is nothing to complain about."""
    day, empty = feed.day.isoformat(), not feed.entries
    repeats = not empty and feed.digest == seen.digest and day > seen.day
    fresh = not empty and not repeats and day >= seen.day
    return Seen(
        etag=_validator(answer, "etag"),
        modified=_validator(answer, "last-modified"),
        day=day if fresh else seen.day,
        digest=feed.digest if fresh else seen.digest,
        shown=day,
        stale=repeats and not calendar.quiet_reason(feed.day),
        empty=empty,
        full=feed.size >= _MOST,
    )


def _validator(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= 200 else ""


def _scheduled(batch: Batch, seen: Seen, category: str, at: datetime) -> Batch:
    """The batch with what is amiss, and with when to look again."""
    due = calendar.due_day(at)
    old, trouble = "", None
    if seen.stale:
        old = f"the batch of {seen.day} under the date of {seen.shown}"
    elif seen.shown < due.isoformat():
        old = f"the batch of {seen.shown}, not that of {due}"
    if old:
        doubt = f"; {why}" if (why := calendar.doubt(due)) else ""
        said = f"The feed of {category} still shows {old}{doubt}."
        trouble = Trouble(said, category, due, stale=True)
    elif seen.full:
        said = (
            f"The feed of {category} lists {_MOST:,} entries, its most, so some may be missing; "
            "the harvest brings them."
        )
        trouble = Trouble(said, category, _day_from(seen.day))
    again = calendar.next_feed_time(at)
    may_fill = seen.empty and seen.shown == due.isoformat()
    if (old or may_fill) and at < calendar.feed_time(due) + _PATIENCE:
        again = min(again, at + _RETRY)
    return replace(batch, trouble=trouble, again=again)


def _day_from(cursor: str) -> date | None:
    try:
        return date.fromisoformat(cursor)
    except ValueError:
        return None


# --- Reading ----------------------------------------------------------------------------------


def _read(body: bytes) -> Feed:
    root = parse_xml(body)
    if local_name(root) not in ("rss", "feed"):
        raise SourceBrokenError(
            "The answer is not a feed: it may be a page that asks for something."
        )
    channel = next(iter(children(root, "channel")), root)
    title = " ".join(child_text(channel, "title").split())
    if title.startswith("Feed error"):
        words = child_text(channel, "description") or child_text(channel, "subtitle")
        raise SourceBrokenError(
            f"arXiv answers with an error: {' '.join(words.split())[:200] or title}"
        )
    entries: dict[str, _Element] = {}
    listed = (*children(channel, "item"), *children(channel, "entry"))
    for entry in listed:
        entries.setdefault(_name(entry), entry)
    day = _day_of(channel, tuple(entries.values()))
    if day is None:
        raise SourceBrokenError("The feed carries no date, so its batch cannot be told.")
    names = " ".join(sorted(entries)).encode("utf-8", "replace")
    digest = hashlib.blake2b(names, digest_size=8).hexdigest()
    return Feed(day, tuple(entries.values()), digest, len(listed))


def _name(entry: _Element) -> str:
    return _text(entry, "guid", "id", "link")[:200]


def _day_of(channel: _Element, entries: tuple[_Element, ...]) -> date | None:
    """The announcement day: that of the entries; of an empty feed, that of the feed."""
    said = [_first_day(entry, ("pubDate", "published", "updated")) for entry in entries]
    return max((day for day in said if day), default=None) or _first_day(
        channel, ("pubDate", "lastBuildDate", "updated")
    )


def _first_day(element: _Element, names: tuple[str, ...]) -> date | None:
    """The day in US Eastern; a midnight stands for its own date, whatever zone it names."""
    for name in names:
        if moment := read_moment(child_text(element, name)):
            midnight = (moment.hour, moment.minute) == (0, 0)
            return (moment if midnight else moment.astimezone(calendar.eastern())).date()
    return None


def _batch(category: str, feed: Feed) -> Batch:
    records: list[Record] = []
    rejected: list[Rejected] = []
    announced: list[Announcement] = []
    for entry in feed.entries:
        name = _name(entry)
        identifier, version = parse_arxiv(name) or (None, None)
        key = identifier.value if identifier else name
        intro = _PREFIX.match(_text(entry, "description", "summary"))
        kind = (_text(entry, "announce_type") or (intro[1] if intro else "")).lower()
        try:
            records.append(to_record(_paper(entry, name, feed.day)))
        except RowError as error:
            rejected.append(Rejected(key, str(error)))
        if key:
            kind = kind if kind in _KINDS else "listed"
            announced.append(Announcement(category, feed.day, key, kind, version or 0))
    return Batch(
        records=tuple(records),
        rejected=tuple(rejected),
        announced=tuple(announced),
        pages=((category, feed.day),),
        items=tuple(Item(record.key, record.version or 0) for record in records),
    )


def _paper(entry: _Element, name: str, day: date) -> Paper:
    people = [child_text(author, "name") for author in children(entry, "author")]
    people += ["".join(creator.itertext()) for creator in children(entry, "creator")]
    return Paper(
        name=name,
        title=_text(entry, "title"),
        abstract=_PREFIX.sub("", _text(entry, "description", "summary"), count=1),
        authors=", ".join(people),
        categories=tuple(
            (category.get("term") or category.text or "").strip()
            for category in children(entry, "category")
        ),
        announced=day,
        doi=_text(entry, "DOI", "doi"),
        facts=(
            ("journal-ref", _text(entry, "journal_reference")),
            ("license", _text(entry, "rights")),
        ),
    )


def _text(element: _Element, *names: str) -> str:
    return next((text for name in names if (text := child_text(element, name))), "")
