"""When arXiv announces what was submitted. Moments are UTC, days are those of arXiv's feeds.

Submissions close at 14:00 in New York; they are announced at 20:00 from Sunday to Thursday, and
the feeds carry the date of the next midnight: Monday to Friday, but for days after a holiday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
CUT_OFF = time(14)
FEED_TIME = time(0)
RECORD_TIME = time(22, 30)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FRIDAY = 4

SILENT_EVENINGS = frozenset(
    date(2026, month, day)
    for month, day in (
        *((1, 1), (1, 19), (6, 19), (7, 3), (9, 7)),
        *((11, 26), (12, 25), (12, 29), (12, 31)),
    )
)
"""Evenings of 2026 without an announcement, so that the day after has an empty feed."""


def is_announcement_day(day: date) -> bool:
    """Whether the feed of a day lists a batch."""
    return day.weekday() < 5 and day - DAY not in SILENT_EVENINGS


@cache
def next_announcement_day(day: date) -> date:
    """The first announcement day after `day`."""
    following = day + DAY
    while not is_announcement_day(following):
        following += DAY
    return following


def previous_announcement_day(day: date) -> date:
    """The last announcement day before `day`."""
    earlier = day - DAY
    while not is_announcement_day(earlier):
        earlier -= DAY
    return earlier


def announced_on(submitted: datetime) -> date:
    """The announcement day of what was submitted at a moment."""
    local = submitted.astimezone(NEW_YORK)
    day = local.date() + (DAY if local.time() >= CUT_OFF else timedelta())
    while day.weekday() >= 5 or (day in SILENT_EVENINGS and day.weekday() != FRIDAY):
        day += DAY  # closes on the next working day
    # Thursday's batch closes on Friday, goes out on Sunday evening and is dated Monday.
    return next_announcement_day(day)


def closing_of(day: date) -> datetime:
    """The last moment of submission for the batch of an announcement day."""
    closing = datetime.combine(day - DAY, CUT_OFF, NEW_YORK)
    while announced_on(closing - SECOND) > day or closing.weekday() >= 5:
        closing -= DAY
    return closing.astimezone(UTC)


def recorded_at(day: date) -> datetime:
    """When the OAI records of an announcement day are written: 22:30 of the evening before."""
    return datetime.combine(day - DAY, RECORD_TIME, NEW_YORK).astimezone(UTC)


def feed_day(moment: datetime) -> date:
    """The date of the feeds at a moment."""
    return moment.astimezone(NEW_YORK).date()


def feed_midnight(day: date) -> datetime:
    """The moment that the feeds of a day carry."""
    return datetime.combine(day, FEED_TIME, NEW_YORK)
