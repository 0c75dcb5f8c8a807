"""What could not go in: once for each key, every day for what has none, and bounded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from broadsheet.sources import Item, Rejected, RejectedItem
from broadsheet.storage import SqlStore
from broadsheet.storage.rejections import MOST_A_DAY

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
ON_TIME = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC)


def reject(store: SqlStore, *rejected: Rejected, now: datetime = ON_TIME) -> None:
    with store.write() as writing:
        writing.add_rejections("arxiv", rejected, now=now)


def count(store: SqlStore, day: date) -> int:
    return sum(each.rejected for each in store.get_tallies(day, day))


def test_a_rejection_is_kept_once_and_mended_when_the_paper_comes(store: SqlStore) -> None:
    """Break to see it fail: mend the keys of every source."""
    bad = Rejected("a", "it has no title")
    with store.write() as writing:
        for now in (ON_TIME, LATE):
            writing.add_rejections("arxiv", [bad, bad, Rejected("b", "it is cut off")], now=now)
        writing.add_rejections("zoo", [bad], now=LATE)
    [found] = store.get_tallies(NEXT, NEXT)
    assert (found.category, found.rejected, found.announced) == ("", 2, 0)
    with store.write() as writing:
        writing.put_items("arxiv", [Item("a", 1)], now=LATE)
    kept = store.get_rejections(DAY, NEXT)
    assert kept == [
        RejectedItem("arxiv", "a", "it has no title", NEXT, ON_TIME, LATE),
        RejectedItem("arxiv", "b", "it is cut off", NEXT, ON_TIME),
    ]
    assert [each.rejected for each in store.get_tallies(NEXT, LATE.date())] == [1, 1]
    assert len(store.get_rejections(DAY, LATE.date())) == 3
    assert store.get_rejections(DAY, LATE.date(), source="zoo", limit=1)[0].source == "zoo"
    with store.write() as writing:
        writing.add_rejections("arxiv", [bad], now=LATE)
    again = store.get_rejections(LATE.date(), LATE.date(), source="arxiv")
    assert again == [RejectedItem("arxiv", "a", "it has no title", LATE.date(), LATE)]


def test_what_has_no_name_is_told_of_every_day(store: SqlStore) -> None:
    """Break to see it fail: keep the empty key, so that only the first day is incomplete."""
    nameless = Rejected("", "it has no title")
    reject(store, nameless, nameless)
    reject(store, Rejected("\u200b", "it has no title"))
    reject(store, nameless, now=LATE)
    assert (count(store, NEXT), count(store, LATE.date())) == (1, 1)
    keys = [each.key for each in store.get_rejections(DAY, LATE.date())]
    assert keys == ["?2026-11-21", "?2026-11-22"]


def test_of_a_flood_a_thousand_are_named_and_all_are_counted(store: SqlStore) -> None:
    """Break to see it fail: leave out `_count_day`, or the row that says how many more."""
    flood = [Rejected(f"k{number:05}", "it is cut off") for number in range(MOST_A_DAY + 500)]
    for part in (flood[:400], flood[400:], flood):
        reject(store, *part)
    kept = store.get_rejections(NEXT, NEXT, limit=9999)
    assert len(kept) == MOST_A_DAY + 1
    assert kept[0].reason == "500 more could not go in and are not named here"
    assert count(store, NEXT) == len(flood)
    with store.write() as writing:
        writing.put_items("arxiv", [Item("k00000")], now=LATE)
    assert count(store, NEXT) == len(flood) - 1
    reject(store, flood[0], now=LATE)
    assert (count(store, NEXT), count(store, LATE.date())) == (len(flood) - 1, 1)


def test_a_flood_that_goes_on_the_next_day_is_counted_there_again(store: SqlStore) -> None:
    flood = [Rejected(str(number), "it is cut off") for number in range(MOST_A_DAY + 7)]
    reject(store, *flood)
    reject(store, *flood, now=LATE)
    assert (count(store, NEXT), count(store, LATE.date())) == (len(flood), 7)


def test_keys_and_reasons_are_kept_without_control_characters(store: SqlStore) -> None:
    """Break to see it fail: store them as they come, or mend by the key as it came."""
    reject(store, Rejected("a\u202eb\x9b", "it is\x1b[31m bad"), Rejected("c", "\u200b"))
    kept = store.get_rejections(NEXT, NEXT)
    assert [each[1:3] for each in kept] == [("ab", "it is[31m bad"), ("c", "no reason was given")]
    with store.write() as writing:
        writing.put_items("arxiv", [Item("a\u202eb\x9b")], now=LATE)
    assert [each.mended_at for each in store.get_rejections(NEXT, NEXT)] == [LATE, None]
