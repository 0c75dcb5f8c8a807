"""What a feed says, as a batch: records, on which day each was listed, and when to ask again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from broadsheet.connectors.feed.dates import read_stamp
from broadsheet.connectors.feed.entries import MAX_ENTRIES, Entry, Feed
from broadsheet.connectors.feed.pace import slowed, suggested
from broadsheet.connectors.feed.records import Kind, day_of, key_of, make_record
from broadsheet.connectors.json_answers import MAX_CURSOR, Object, count_of, dump_cursor, text_of
from broadsheet.connectors.rows import RowError, content_key
from broadsheet.model import FEED_PREFIX, Record
from broadsheet.sources import Announcement, Answer, Batch, Item, Rejected, Source, Trouble

CATEGORY = "feed"
_DAY = timedelta(days=1)
_AHEAD = _DAY
"""As far ahead of us as an entry's own day can be, somewhere on earth."""
_REACH = timedelta(days=60)
"""As many days as one answer speaks for."""


def unchanged_batch(source: Source, answer: Answer, before: Object) -> Batch:
    """The batch of an answer that says that nothing has changed."""
    every = timedelta(seconds=min(count_of(before, "every") or 3600, 86400))
    return Batch(
        pages=_spoken_for(source, answer, _read_oldest(before)),
        cursor=dump_cursor({**before, **_validators(answer, before)}),
        again=answer.at + slowed(every, _still(answer, before)),
    )


def _still(answer: Answer, before: Object) -> timedelta:
    """For how long nothing has changed."""
    seconds = int(answer.at.timestamp()) - (count_of(before, "changed") or 0)
    return timedelta(seconds=max(0, seconds)) if "changed" in before else timedelta()


def feed_batch(source: Source, answer: Answer, feed: Feed, before: Object) -> Batch:
    """The batch of a feed that was read; `before` are the fields of the last cursor."""
    told = _tell_entries(source, answer, feed)
    oldest = min(filter(None, map(day_of, feed.entries)), default=None)
    trouble = _trouble(feed, answer.url)
    digest = _digest(told.records)
    same = digest == before.get("digest")
    still = _still(answer, before) if same else timedelta()
    every = suggested(feed.every, answer.headers.get("cache-control", ""))
    memory: dict[str, object] = {
        "digest": digest,
        "every": int(every.total_seconds()),
        "changed": int((answer.at - still).timestamp()),
    }
    if trouble:
        # What could not be read to its end is asked for again, whatever its validators say, and
        # speaks for no day but the one on which it was seen.
        oldest = None
    else:
        memory |= {**_validators(answer, {}), "oldest": oldest}
    return replace(
        told,
        pages=_spoken_for(source, answer, oldest),
        cursor=dump_cursor(memory),
        again=answer.at + slowed(every, still),
        trouble=trouble,
        total=len(told.records),
    )


def _tell_entries(source: Source, answer: Answer, feed: Feed) -> Batch:
    """What the entries say, and which of them cannot go in."""
    kind = Kind(source.targets[1]) if len(source.targets) > 1 else Kind.EACH
    records: list[Record] = []
    rejected: list[Rejected] = []
    items: list[Item] = []
    announced: list[Announcement] = []
    for key, entry in _named(feed.entries[:MAX_ENTRIES]):
        try:
            record = make_record(entry, FEED_PREFIX + source.name, key, kind)
        except RowError as error:
            rejected.append(Rejected(key, str(error)))
            continue
        day = day_of(entry)
        if source.since is None or day is None or day >= source.since:
            records.append(record)
            items.append(Item(key, 0, read_stamp(entry.updated or entry.published)))
            announced.append(_announce(key, day, answer))
    return Batch(
        records=tuple(records),
        rejected=tuple(rejected),
        announced=tuple(announced),
        items=tuple(items),
    )


def _named(entries: Sequence[Entry]) -> Iterable[tuple[str, Entry]]:
    """Entries with their keys, each key once.

    Where a feed gives one id to entries that differ (some give all the same), title and address
    tell them apart; an entry that is there twice is taken once.
    """
    differing: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        differing.setdefault(key_of(entry), set()).add((entry.title, entry.page))
    named: dict[str, Entry] = {}
    for entry in entries:
        key = key_of(entry)
        if len(differing[key]) > 1:
            key = content_key(key, f"{entry.title} {entry.page}")
        named.setdefault(key, entry)
    return named.items()


def _announce(key: str, day: date | None, answer: Answer) -> Announcement:
    today = answer.at.date()
    if day is None or day > today + _AHEAD:
        return Announcement(CATEGORY, today, key, "listed", estimated=True)
    return Announcement(CATEGORY, day, key, "listed")


def _spoken_for(
    source: Source, answer: Answer, oldest: date | None
) -> tuple[tuple[str, date], ...]:
    """The days of which a document that reaches back to `oldest` names every entry, and today.

    Of the oldest day itself, some may have left it already.
    """
    today = answer.at.date()
    first = today
    if oldest is not None and oldest < today:
        first = max(oldest + _DAY, today - _REACH + _DAY, source.since or date.min)
    days = (today - first) // _DAY
    return tuple((CATEGORY, today - back * _DAY) for back in range(max(days, 0), -1, -1))


def _read_oldest(before: Object) -> date | None:
    try:
        return date.fromisoformat(text_of(before, "oldest", MAX_CURSOR))
    except ValueError:
        return None


def _trouble(feed: Feed, address: str) -> Trouble | None:
    if len(feed.entries) > MAX_ENTRIES:
        many = f"has too many entries; the first {MAX_ENTRIES:,} were read"
        return Trouble(f"The feed at {address} {many}.", CATEGORY)
    if feed.lost:
        were = "entry" if feed.lost == 1 else "entries"
        lost = f"is damaged: {feed.lost:,} {were} could not be read"
        return Trouble(f"The feed at {address} {lost}.", CATEGORY)
    return None


def _digest(records: Iterable[Record]) -> str:
    """Equal where a feed holds the same entries, in whatever order."""
    total = hashlib.blake2b(digest_size=12)
    for line in sorted(f"{record.key}\n{_hash_of(record)}" for record in records):
        total.update(line.encode("utf-8", errors="replace"))
    return total.hexdigest()


def _hash_of(record: Record) -> str:
    text = repr((record.title, record.abstract, record.authors, record.date))
    return hashlib.blake2b(text.encode("utf-8", errors="replace"), digest_size=12).hexdigest()


def _validators(answer: Answer, before: Object) -> dict[str, str]:
    """ETag and Last-Modified as the server wants them back; a 304 need not repeat them."""
    etag = answer.headers.get("etag", "") or text_of(before, "etag", MAX_CURSOR)
    modified = answer.headers.get("last-modified", "") or text_of(before, "modified", MAX_CURSOR)
    return {"etag": etag[:1000], "modified": modified[:100]}
