"""The feeds of the day: what they announce, and when they only seem to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arxiv_documents import (
    ARXIV,
    RSS,
    SOURCE,
    atom_feed,
    atom_item,
    parse,
    raw,
    rss,
    rss_item,
)
from broadsheet.errors import SourceBrokenError
from broadsheet.model import Identifier, PaperDate
from broadsheet.sources import Announcement, Batch, Item, Trouble

THURSDAY, FRIDAY = "Thu, 19 Nov 2026 00:00:00 -0500", "Fri, 20 Nov 2026 00:00:00 -0500"
SATURDAY = "Sat, 21 Nov 2026 00:00:00 -0500"
EARLY = datetime(2026, 11, 20, 5, 15, tzinfo=UTC)  # a quarter past midnight in New York
MONDAY = datetime(2026, 11, 23, 5, 10, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def on(day: str, *names: str) -> str:
    return rss(*(rss_item(name, day=day) for name in names), day=day)


def test_an_item() -> None:
    batch = parse(RSS, rss(rss_item("2611.01234v2", "replace-cross")))
    (record,) = batch.records
    assert (record.source, record.key, record.version) == ("arxiv", "2611.01234", 2)
    assert (record.title, record.abstract) == ("Turning Widgets", "We turn $a<b$ widgets.")
    assert record.authors == ("Júlia Poe", "Max Øre")
    assert record.categories == ("cs.LG", "stat.ML")
    assert record.ids[1:] == (Identifier("doi", "10.1000/widgets.7"),)
    assert (record.announced_on, record.submitted_at) == ("2026-11-20", "")
    assert record.date == PaperDate("2026-11", "month_from_id")
    assert dict(record.extra) == {"journal-ref": "Brass Lett. 3"}
    day = date(2026, 11, 20)
    assert batch.announced == (Announcement("cs.LG", day, "2611.01234", "replace-cross", 2),)
    assert batch.pages == (("cs.LG", day),)
    assert batch.items == (Item("2611.01234", 2),)
    assert (batch.trouble, batch.again, batch.more) == (None, MONDAY, False)


def test_the_atom_form_says_the_same() -> None:
    batch = parse(RSS, atom_feed(atom_item("math/0611800v3", "cross")))
    (record,) = batch.records
    assert (record.key, record.version, record.authors) == (
        "math/0611800", 3, ("Júlia Poe", "Max Øre"),
    )  # fmt: skip
    assert (record.abstract, record.categories) == ("We turn widgets.", ("cs.LG",))
    assert batch.announced == (
        Announcement("cs.LG", date(2026, 11, 20), "math/0611800", "cross", 3),
    )


@pytest.mark.parametrize(
    "moment",
    [
        "Fri, 20 Nov 2026 00:00:00 -0500",
        "Fri, 20 Nov 2026 00:00:00 -0400",  # summer's offset left in place
        "Fri, 20 Nov 2026 05:00:06 GMT",
        "2026-11-20T00:00:00-05:00",
        "Fri, 20 Nov 2026 00:00:00 GMT",
    ],
)
def test_the_day_is_the_one_that_the_feed_carries(moment: str) -> None:
    """Breaks when the day is taken in UTC, or in a zone that the feed does not mean."""
    batch = parse(RSS, on(moment, "2611.00001v1"))
    assert batch.pages == (("cs.LG", date(2026, 11, 20)),)


def test_every_paper_once_and_kinds_that_nobody_knows() -> None:
    item = rss_item("2611.00001v1", "new")
    odd = rss_item("2611.00002v1", "absonly")
    silent = rss_item("2611.00003v1").replace("<arxiv:announce_type>new</arxiv:announce_type>", "")
    batch = parse(RSS, rss(item, item, odd, silent))
    assert [(each.key, each.kind) for each in batch.announced] == [
        ("2611.00001", "new"), ("2611.00002", "listed"), ("2611.00003", "new"),
    ]  # fmt: skip
    assert len(batch.records) == 3


def test_a_bad_item_is_announced_and_rejected() -> None:
    batch = parse(RSS, rss(rss_item("2611.00001v1", title=""), rss_item("tea/1"), "<item/>"))
    assert [each.key for each in batch.announced] == ["2611.00001", "oai:arXiv.org:tea/1"]
    assert [each.key for each in batch.rejected] == ["2611.00001", "oai:arXiv.org:tea/1", ""]
    assert not batch.records and not batch.items


# --- Stale, empty, unchanged ------------------------------------------------------------------


def test_a_feed_that_shows_the_old_batch_under_the_new_date() -> None:
    """Breaks when the date alone tells a batch: the old papers would be counted as Friday's."""
    thursday = parse(RSS, on(THURSDAY, "2611.00001v1", "2611.00002v1"), at=EARLY - HALF_AN_HOUR)
    stale = parse(RSS, on(FRIDAY, "2611.00002v1", "2611.00001v1"), thursday.cursor, at=EARLY)
    assert stale.trouble == Trouble(
        "The feed of cs.LG still shows the batch of 2026-11-19 under the date of 2026-11-20.",
        category="cs.LG",
        day=date(2026, 11, 20),
        stale=True,
    )
    assert not (stale.pages or stale.announced or stale.records or stale.items)
    assert stale.again == EARLY + HALF_AN_HOUR
    # It is found out again, and it is over as soon as one paper differs.
    again = parse(RSS, on(FRIDAY, "2611.00001v1", "2611.00002v1"), stale.cursor, at=EARLY)
    assert again.trouble == stale.trouble
    fresh = parse(RSS, on(FRIDAY, "2611.00003v1"), again.cursor, at=EARLY)
    assert (fresh.trouble, fresh.pages) == (None, (("cs.LG", date(2026, 11, 20)),))


def test_the_old_batch_may_stand_over_a_weekend() -> None:
    friday = parse(RSS, on(FRIDAY, "2611.00001v1"), at=EARLY)
    saturday = parse(RSS, on(SATURDAY, "2611.00001v1"), friday.cursor, at=EARLY + timedelta(days=1))
    assert saturday.trouble is None and saturday.pages == ()
    assert saturday.again == MONDAY
    monday = parse(
        RSS, on("Mon, 23 Nov 2026 00:00:00 -0500", "2611.00001v1"), saturday.cursor, at=MONDAY
    )
    assert monday.trouble
    said = "The feed of cs.LG still shows the batch of 2026-11-20 under the date of 2026-11-23."
    assert monday.trouble == (said, "cs.LG", date(2026, 11, 23), True)


def test_a_feed_that_is_not_rebuilt_yet() -> None:
    batch = parse(RSS, on(THURSDAY, "2611.00001v1"), at=EARLY)
    said = "The feed of cs.LG still shows the batch of 2026-11-19, not that of 2026-11-20."
    assert batch.trouble == (said, "cs.LG", date(2026, 11, 20), True)
    assert batch.pages == (("cs.LG", date(2026, 11, 19)),)  # true of its own day all the same
    assert batch.again == EARLY + HALF_AN_HOUR


def test_after_twelve_hours_one_waits_for_the_next_batch() -> None:
    late = datetime(2026, 11, 20, 17, 11, tzinfo=UTC)
    batch = parse(RSS, on(THURSDAY, "2611.00001v1"), at=late)
    assert batch.trouble and batch.again == MONDAY


@pytest.mark.parametrize(
    ("day", "at", "again"),
    [
        (FRIDAY, EARLY, EARLY + HALF_AN_HOUR),  # an ordinary day: it may still fill
        (SATURDAY, EARLY + timedelta(days=1), MONDAY),
        (  # the day after Thanksgiving
            "Fri, 27 Nov 2026 00:00:00 -0500",
            EARLY + timedelta(days=7),
            MONDAY + timedelta(days=7),
        ),
    ],
)
def test_an_empty_feed_speaks_for_its_day(day: str, at: datetime, again: datetime) -> None:
    batch = parse(RSS, rss(day=day), at=at)
    ((category, spoken_for),) = batch.pages
    assert category == "cs.LG" and spoken_for == at.date()
    assert (batch.announced, batch.trouble, batch.again) == ((), None, again)


def test_an_empty_day_does_not_hide_a_stale_one() -> None:
    """Breaks when an empty batch replaces the one that the next is compared with."""
    batch = Batch()
    for day, names in (("26", ["2611.00001v1"]), ("27", []), ("30", ["2611.00001v1"])):
        at = datetime(2026, 11, int(day), 6, tzinfo=UTC)
        moment = f"{at:%a}, {day} Nov 2026 00:00:00 -0500"
        batch = parse(RSS, on(moment, *names), batch.cursor, at=at)
    said = "The feed of cs.LG still shows the batch of 2026-11-26 under the date of 2026-11-30."
    assert batch.trouble == (said, "cs.LG", date(2026, 11, 30), True)


def test_a_feed_that_is_full_may_lack_some() -> None:
    """Breaks when a feed with as many entries as arXiv gives counts as whole, or when it is so no
    longer as soon as it is unchanged."""
    names = [f"2611.{number:05}v1" for number in range(1, 2_001)]
    assert parse(RSS, on(FRIDAY, *names[1:]), at=EARLY).trouble is None
    batch = parse(RSS, on(FRIDAY, *names), at=EARLY)
    assert batch.trouble == Trouble(
        "The feed of cs.LG lists 2,000 entries, its most, so some may be missing; the harvest "
        "brings them.",
        "cs.LG",
        date(2026, 11, 20),
    )
    assert len(batch.announced) == 2_000 and batch.again == MONDAY
    same = ARXIV.parse(SOURCE, raw(RSS, "", batch.cursor, at=EARLY, status=304))
    assert same.trouble == batch.trouble and same.again == MONDAY
    saturday = parse(RSS, on(SATURDAY, *names), batch.cursor, at=EARLY + timedelta(days=1))
    assert saturday.trouble == batch.trouble  # it is of Friday's batch still
    damaged = '{"shown": "2026-11-20", "day": "x", "full": true}'
    unknown = ARXIV.parse(SOURCE, raw(RSS, "", damaged, at=EARLY, status=304))
    assert unknown.trouble and unknown.trouble.day is None
    fresh = parse(RSS, on("Mon, 23 Nov 2026 00:00:00 -0500", names[0]), batch.cursor, at=MONDAY)
    assert fresh.trouble is None


class Noted:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def get(self, url: str, **options: Any) -> object:
        self.asked.append((url, options))
        return raw(RSS, "").answer


def test_validators_go_out_with_the_next_request() -> None:
    headers = {"etag": '"abc"', "last-modified": FRIDAY}
    batch = ARXIV.parse(SOURCE, raw(RSS, rss(rss_item()), at=EARLY, headers=headers))
    web = Noted()
    stream = ARXIV.streams(SOURCE)[0]
    ARXIV.fetch(SOURCE, stream, batch.cursor, web)  # type: ignore[arg-type]
    ((url, options),) = web.asked
    assert url == "http://mirror.example.org/rss/cs.LG"
    assert (options["etag"], options["modified"]) == ('"abc"', FRIDAY)
    assert options["budget"] == "arxiv"
    assert options["accept"] == "application/rss+xml, application/atom+xml, text/xml, */*"


def test_unchanged_is_fine_until_a_new_batch_is_due() -> None:
    """Breaks when 304 always counts as good: a feed that stands still would never be noticed."""
    batch = parse(RSS, on(THURSDAY, "2611.00001v1"), at=EARLY - HALF_AN_HOUR)
    same = ARXIV.parse(SOURCE, raw(RSS, "", batch.cursor, at=EARLY - HALF_AN_HOUR, status=304))
    assert (same.cursor, same.trouble, same.pages) == (batch.cursor, None, ())
    assert same.again == EARLY.replace(minute=10)
    still = ARXIV.parse(SOURCE, raw(RSS, "", batch.cursor, at=EARLY, status=304))
    assert still.trouble and still.trouble.stale
    assert "still shows the batch of 2026-11-19, not that of 2026-11-20" in still.trouble.sentence
    assert still.again == EARLY + HALF_AN_HOUR


def test_unchanged_and_stale_stays_stale() -> None:
    thursday = parse(RSS, on(THURSDAY, "2611.00001v1"), at=EARLY - HALF_AN_HOUR)
    stale = parse(RSS, on(FRIDAY, "2611.00001v1"), thursday.cursor, at=EARLY)
    same = ARXIV.parse(SOURCE, raw(RSS, "", stale.cursor, at=EARLY, status=304))
    assert (same.trouble, same.again) == (stale.trouble, stale.again)


# --- Errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (rss(title="Feed error for query: tea"), "answers with an error: Feed error for query"),
        ("<html><body>Log in</body></html>", "is not a feed"),
        ("<rss><channel><title>x</title></channel></rss>", "carries no date"),
        (on("Fri, 20 Nov 2037 00:00:00 -0500", "2611.00001v1"), "carries the date of 2037-11-20"),
        (rss(rss_item())[:-30], "not sound XML"),
        (b"", "not sound XML|empty"),
    ],
)
def test_errors_become_sentences(body: str | bytes, words: str) -> None:
    with pytest.raises(SourceBrokenError, match=words):
        parse(RSS, body)


def test_an_old_batch_on_what_may_be_a_holiday_that_is_not_known() -> None:
    """Deliberate break: leave `calendar.doubt` out of `_scheduled`."""
    feed = on("Tue, 05 Jan 2027 00:00:00 -0500", "2701.00001")
    batch = parse(RSS, feed, at=datetime(2027, 1, 6, 5, 15, tzinfo=UTC))
    assert batch.trouble and batch.trouble.sentence == (
        "The feed of cs.LG still shows the batch of 2027-01-05, not that of 2027-01-06; "
        "this version does not know arXiv's holidays of 2027, and the day may be one."
    )
