"""Facts about sources and days, as short as a test needs them, and receipts written of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from broadsheet.receipts import write_receipts
from broadsheet.sources import (
    DayTally,
    Outcome,
    Receipt,
    RejectedItem,
    Source,
    StreamReport,
    StreamState,
    Verdict,
)

FRIDAY = date(2026, 11, 20)
SATURDAY, MONDAY = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=3)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
TODAY = NOW.date()
ADDED = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ARXIV = Source("arxiv", "arxiv", ("cs.LG",), ADDED)
FEED = Source("example-org", "feed", ("https://example.org/feed",), ADDED)
PAGE = "https://rss.example/rss/cs.LG"
NEXT = NOW + timedelta(minutes=40)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def tally(day: date = FRIDAY, category: str = "cs.LG", **counts: Any) -> DayTally:
    blank = dict.fromkeys(DayTally._fields[4:-1], 0)
    return DayTally("arxiv", category, day, **{"page": PAGE, **blank, **counts})


def report(day: date, hour: int, outcome: Outcome, trouble: str = "", **facts: Any) -> StreamReport:
    names = {"stream": "feed", "title": "feed of the day", "source": "arxiv", **facts}
    moment = at(day, hour, 10)
    return StreamReport(outcome=outcome, began_at=moment, ended_at=moment, trouble=trouble, **names)


def state(**facts: Any) -> StreamState:
    return StreamState(**{"source": "arxiv", "stream": "feed", "due_at": NEXT, **facts})


def turned_away(key: str, day: date = FRIDAY, mended: bool = False) -> RejectedItem:
    moment = at(day, 5)
    return RejectedItem("arxiv", key, "It has no title.", day, moment, moment if mended else None)


def quiet(source: Source, day: date) -> str:
    if source.kind != "arxiv" or day.weekday() < 5:
        return ""
    return f"arXiv announces nothing on {day:%A}s."


def doubt(source: Source, day: date) -> str:
    """As if the holidays of 2027 were not known."""
    return "2027 may have a holiday then" if day.year == 2027 else ""


def write(
    *tallies: DayTally,
    source: Source = ARXIV,
    streams: Sequence[StreamState] = (state(),),
    reports: Sequence[StreamReport] = (),
    rejections: Sequence[RejectedItem] = (),
    first: date = FRIDAY,
    last: date = FRIDAY,
    missing: Sequence[str] = (),
    now: datetime = NOW,
) -> tuple[Receipt, ...]:
    return write_receipts(
        tallies,
        sources=[source],
        streams=streams,
        reports=reports,
        rejections=rejections,
        missing=lambda name, category, day: missing,
        quiet=quiet,
        doubt=doubt,
        daily=lambda source: source.kind == "arxiv",
        first=first,
        last=last,
        now=now,
    )


def only(receipts: Sequence[Receipt]) -> tuple[Verdict, str]:
    (receipt,) = receipts
    return receipt.verdict, receipt.sentence
