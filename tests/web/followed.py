"""A library that follows sources: one that does all that a source can do, and one that refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from invented import PAPERS, open_invented

from broadsheet.library import Library
from broadsheet.model import Record
from broadsheet.ports import Transaction
from broadsheet.sources import (
    Announcement,
    Item,
    Outcome,
    Rejected,
    Source,
    Stream,
    StreamReport,
    StreamState,
)
from broadsheet.storage import SqlStore
from broadsheet.works import compose

FRIDAY = date(2026, 2, 27)
THURSDAY, WEDNESDAY, TUESDAY, MONDAY = (FRIDAY - timedelta(days=n) for n in range(1, 5))
ADDED = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)
ODD = "odd/näme <b>&"
STALE = "The feed still shows the batch of 2026-02-26."
REFUSAL = "strict.example refuses (403)."
TARGETS = ("cs.LG", "stat.ML")
PAGE = "https://rss.example/rss/cs.LG"


class Followed:
    """Announces like arXiv; nobody may ask it anything."""

    kind = "arxiv"
    title = "arXiv"
    summary = "Invented categories."
    example = "cs.LG"
    several = True
    daily = True

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        return Source("arxiv", "arxiv", tuple(targets), now, since)

    def streams(self, source: Source) -> Sequence[Stream]:
        return [Stream("feed", "feed of the day", timedelta(hours=1))]

    def fetch(self, *_: object) -> NoReturn:
        raise AssertionError("a page asked a source")

    def parse(self, *_: object) -> NoReturn:
        raise AssertionError("a page read an answer")

    def quiet(self, source: Source, day: date) -> str:
        return f"arXiv announces nothing on {day:%A}s." if day.weekday() > 4 else ""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def announce(
    transaction: Transaction,
    category: str,
    day: date,
    keys: Iterable[str],
    here: Iterable[str] | None = None,
    *,
    page: str = PAGE,
    source: str = "arxiv",
) -> None:
    """A page, or without its address what a harvest makes of it; `here` are those that came."""
    keys = list(keys)
    now = at(day, 5)
    told = [Announcement(category, day, key, "new", 1, estimated=not page) for key in keys]
    if page:
        transaction.add_pages(source, [(category, day)], page=page, now=now)
    transaction.add_announcements(source, told, now=now)
    items = [Item(key, 1) for key in (keys if here is None else here)]
    transaction.put_items(source, items, now=now)


def open_followed(folder: Path, records: Sequence[Record] = PAPERS, *, papers: int = 3) -> Library:
    """A library with sources and a week of theirs, `papers` a day and category."""
    library = open_invented(folder, records, connectors={"arxiv": Followed()})
    store = SqlStore.open(folder, create=False, compose=compose)
    with store.write() as transaction:
        _fill(transaction, papers)
    store.close()
    return library


def follow_words(folder: Path, words: str) -> Library:
    """A library whose source says `words` wherever it may say something."""
    library = open_invented(folder, [], connectors={"arxiv": Followed()})
    store = SqlStore.open(folder, create=False, compose=compose)
    with store.write() as transaction:
        transaction.put_source(Source("arxiv", "arxiv", (words,), ADDED))
        transaction.put_source(Source(f"a {words}", "arxiv", ("x",), ADDED, blocked=f"No {words}"))
        page = f"https://rss.example/{words}"
        announce(transaction, words, FRIDAY, [f"key {words}"], [], page=page)
        rejected = [Rejected(f"key {words}", f"reason {words}"), Rejected(words, words)]
        transaction.add_rejections("arxiv", rejected, now=at(FRIDAY, 5))
        since, trouble = at(FRIDAY, 4), f"Trouble {words}"
        transaction.put_stream(
            StreamState("arxiv", "feed", tried_at=since, trouble=trouble, trouble_since=since)
        )
        transaction.add_report(
            StreamReport(
                "arxiv", "feed", f"title {words}", Outcome.BROKEN, since, since, trouble=trouble
            )
        )
    store.close()
    return library


def _fill(transaction: Transaction, papers: int) -> None:
    transaction.put_source(Source("arxiv", "arxiv", TARGETS, ADDED))
    transaction.put_source(Source(ODD, "arxiv", ("econ.TH",), ADDED, blocked=REFUSAL))
    keys = {
        day: [f"26{day.day:02}.{n:05}" for n in range(1, papers + 1)]
        for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
    }
    for day in (MONDAY, THURSDAY):
        for category in TARGETS:
            announce(transaction, category, day, [f"{category}-{key}" for key in keys[day]])
    announce(transaction, "cs.LG", TUESDAY, keys[TUESDAY], page="")
    announce(transaction, "stat.ML", WEDNESDAY, [])
    announce(transaction, "cs.LG", FRIDAY, [*keys[FRIDAY], "2602.99999"], keys[FRIDAY])
    turned_away = [Rejected("2602.99999", "It has no title.")]
    turned_away += [Rejected(f"bad-{n}", "It has no title.") for n in range(3, papers)]
    transaction.add_rejections("arxiv", turned_away, now=at(FRIDAY, 5))
    transaction.put_stream(
        StreamState(
            "arxiv",
            "feed",
            due_at=at(FRIDAY + timedelta(days=2), 9, 30),
            tried_at=at(FRIDAY, 6),
            good_at=at(THURSDAY, 5),
            trouble=STALE.replace("The feed", "The feed of stat.ML"),
            trouble_since=at(FRIDAY, 4, 10),
            trouble_category="stat.ML",
            stale=True,
        )
    )
    for hour in (5, 6):
        transaction.add_report(
            StreamReport(
                source="arxiv",
                stream="feed",
                title="feed of the day",
                outcome=Outcome.UNCHANGED,
                began_at=at(FRIDAY, hour),
                ended_at=at(FRIDAY, hour),
                requests=1,
                added=papers,
                trouble=STALE.replace("The feed", "The feed of stat.ML"),
                trouble_category="stat.ML",
                stale=True,
            )
        )
