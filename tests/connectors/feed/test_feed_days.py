"""For which days a feed speaks: those of which it still names every entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from broadsheet.connectors.feed import FeedConnector
from broadsheet.connectors.feed.entries import MAX_ENTRIES
from broadsheet.sources import Batch, Source
from feed_documents import NOW, raw_of, rss, source_of

TODAY = NOW.date()
DAY = timedelta(days=1)


def look(
    days: Sequence[str] | None,
    cursor: str | None = None,
    at: datetime = NOW,
    source: Source | None = None,
    more: str = "",
) -> Batch:
    """What a feed with entries of these days says; None: that nothing has changed."""
    dates = "".join(
        f"<item><title>Of {day}</title><pubDate>{day}</pubDate></item>" for day in days or ()
    )
    raw = raw_of(b"" if days is None else rss(dates + more), cursor=cursor)
    answer = replace(raw.answer, at=at, status=304 if days is None else 200)
    return FeedConnector().parse(source or source_of(), raw._replace(answer=answer))


def spoken_for(batch: Batch) -> list[date]:
    assert {category for category, _ in batch.pages} == {"feed"}
    return [day for _, day in batch.pages]


def until(today: date, count: int) -> list[date]:
    return [today - back * DAY for back in range(count - 1, -1, -1)]


@pytest.mark.parametrize(
    ("days", "count"),
    [
        (["2026-11-20", "2026-11-17", "2026-11-18"], 3),
        (["2026-11-19"], 1),
        (["2026-11-20"], 1),
        (["2026-11-23"], 1),  # ahead of us
        (["9999-12-31"], 1),
        ([], 1),
        (["no day", "2026-11"], 1),
        (["2026-11-18", "2026"], 2),
        (["2020-01-01", "2026-11-19"], 60),
        (["0001-01-01"], 1),
    ],
)
def test_a_feed_speaks_for_the_days_after_its_oldest_entry(days: list[str], count: int) -> None:
    """Deliberate break: begin at the oldest day itself, of which entries may have left already."""
    assert spoken_for(look(days)) == until(TODAY, count)


def test_entries_that_are_not_wanted_tell_how_far_a_feed_reaches() -> None:
    """But for days before the first that is wanted it does not speak.

    Deliberate break: take the oldest of the records, or leave `since` out.
    """
    source = source_of(since=TODAY - 2 * DAY)
    assert spoken_for(look(["2026-11-20", "2026-11-10"], source=source)) == until(TODAY, 3)
    assert spoken_for(look(["2026-11-10"], source=source_of(since=TODAY))) == until(TODAY, 1)
    untitled = "<item><guid>x</guid><pubDate>2026-11-17</pubDate></item>"
    batch = look(["2026-11-20"], more=untitled)
    assert batch.rejected and spoken_for(batch) == until(TODAY, 3)


def test_an_unchanged_feed_speaks_for_what_the_document_spoke_for_up_to_now() -> None:
    """Deliberate break: leave the oldest day out of the cursor."""
    batch = look(["2026-11-20", "2026-11-17"])
    for later in (1, 2, 100):
        batch = look(None, batch.cursor, NOW + later * DAY)
        assert spoken_for(batch) == until(TODAY + later * DAY, min(3 + later, 60))
    assert spoken_for(look(None, batch.cursor, NOW - 9 * DAY)) == until(TODAY - 9 * DAY, 1)
    assert spoken_for(look(None, '{"oldest": "x"}')) == until(TODAY, 1)
    assert spoken_for(look(None, '{"oldest": 5}')) == until(TODAY, 1)


def test_a_document_that_was_not_read_to_its_end_speaks_for_today_only() -> None:
    """Deliberate break: forget the oldest day only when there are no entries."""
    damaged = look(["2026-11-10"], more="<item title='<item><i></item>")
    assert damaged.trouble and spoken_for(damaged) == until(TODAY, 1)
    assert spoken_for(look(None, damaged.cursor)) == until(TODAY, 1)
    endless = look(["2026-11-10"], more="<item><title>T</title></item>" * MAX_ENTRIES)
    assert endless.trouble and spoken_for(endless) == until(TODAY, 1)
