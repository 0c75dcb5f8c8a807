"""What a reader's own edition covers: the news since the one before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from broadsheet.edition import Edition
from broadsheet.press.calendar import DAY, before
from broadsheet.press.candidates import News
from broadsheet.press.schedules import Timetable

MOST_DAYS = 14
"""As far back as a reader's own edition reaches."""


class Span(NamedTuple):
    """The news of an edition: of the days from `first` to `until`, as far as they came `since` the
    edition before or are of a day after those that it `covered`.

    `last` is the date of the edition, in its reader's calendar, `days` for how many days of reading
    it is meant. Where editions were printed by a clock that was wrong, `doubted` says that no
    moment tells what was offered.
    """

    first: date
    last: date
    until: date
    days: int
    since: datetime | None = None
    covered: date | None = None
    doubted: bool = False

    @property
    def is_back_issue(self) -> bool:
        """Whether it stands for itself, whatever came before (see `make_back_issue`)."""
        return self.since is None and not self.doubted

    def holds(self, news: News, came: datetime) -> bool:
        """Whether news that came at a moment is news for this edition."""
        if not before(self.last, (MOST_DAYS - 1) * DAY) <= news.day <= self.until:
            return False
        if self.covered and news.day > self.covered:
            return True
        return came >= self.since if self.since else news.day >= self.first

    def date_late(self, news: News) -> News:
        """The same news, marked with its day where an earlier edition has covered that."""
        if self.covered and self.since and news.day < self.covered:
            return news._replace(late_from=news.day)
        return news


def find_previous(editions: Sequence[Edition], day: date, now: datetime) -> Edition | None:
    """Of a reader's printed editions, the one before that of a day: the one that was printed last
    of those that are of an earlier day and were made before now."""
    earlier = [each for each in editions if each.last < day and each.made_at <= now]
    return max(earlier, key=lambda each: each.number, default=None)


def is_in_order(editions: Sequence[Edition], day: date, now: datetime) -> bool:
    """Whether the newest of a reader's editions (newest first) is the one that was printed last,
    for a day before this one: no clock that was wrong has printed any of the days to come."""
    if not editions:
        return True
    newest, *rest = editions
    return (
        newest.last < day
        and newest.made_at <= now
        and all(each.number < newest.number for each in rest)
    )


def make_span(
    timetable: Timetable, day: date, now: datetime, previous: Edition | None, *, doubted: bool
) -> Span:
    """What the edition of a day covers, as of a moment."""
    last, since = _find_start(timetable, day, previous)
    # East of Greenwich the news of today are of yesterday still.
    first = min(max(last + DAY, before(day, (MOST_DAYS - 1) * DAY)), day, now.date())
    return Span(
        first,
        day,
        until=max(day, now.date()),
        days=min(max((day - last).days, 1), MOST_DAYS),
        since=since,
        covered=max(last, since.date()) if since else None,
        doubted=doubted,
    )


def _find_start(
    timetable: Timetable, day: date, previous: Edition | None
) -> tuple[date, datetime | None]:
    """The date and the moment of the edition before; of a first one, those that it would have
    had."""
    if previous:
        return previous.last, previous.made_at
    last = timetable.previous(day)
    return last, timetable.moment(last)


def make_back_issue(day: date) -> Span:
    """What the edition of a day in the past covers that was never printed: that day."""
    return Span(day, day, day, 1)
