"""The names of days, weeks and months, and when their editions go to press. Pure.

Weeks are ISO weeks, Monday to Sunday. Names stand for days of the years 1 to 9999; the first and
the last week of that span are cut where it ends.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from broadsheet.edition import Scope
from broadsheet.errors import ConfigError, NotFoundError

DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)
"""When an edition goes to press whose time the calendar does not hold."""

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_FORMS = {Scope.DAY: _DAY, Scope.READER: _DAY, Scope.WEEK: _WEEK, Scope.MONTH: _MONTH}


@dataclass(frozen=True, slots=True)
class Period:
    """What an edition covers: its name, its first and its last day."""

    scope: Scope
    name: str
    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Each day of it."""
        return tuple(self.first + n * DAY for n in range((self.last - self.first).days + 1))


def read_name(scope: Scope, name: str) -> Period:
    """The period of a name: "2026-04-17", "2026-W16" or "2026-04".

    Raises NotFoundError for what names no day, week or month.
    """
    if found := _FORMS[scope].fullmatch(name):
        try:
            return period_of(scope, _first_day(scope, [int(part) for part in found.groups()]))
        except ValueError as error:
            raise NotFoundError("edition", name) from error
    raise NotFoundError("edition", name)


def find_name(name: str) -> Period:
    """The period of a name of any scope but a reader's. Raises NotFoundError."""
    for scope in (Scope.DAY, Scope.WEEK, Scope.MONTH):
        if _FORMS[scope].fullmatch(name):
            return read_name(scope, name)
    raise NotFoundError("edition", name)


def _first_day(scope: Scope, parts: list[int]) -> date:
    if scope is Scope.WEEK:
        return date.fromisocalendar(parts[0], parts[1], 1)
    return date(*parts, *[1] * (3 - len(parts)))


def period_of(scope: Scope, day: date) -> Period:
    """The day, week or month that a day is in."""
    if scope is Scope.WEEK:
        year, week, weekday = day.isocalendar()
        first = day - timedelta(days=weekday - 1)
        last = first + min(timedelta(days=6), date.max - first)
        return Period(scope, f"{year:04d}-W{week:02d}", first, last)
    if scope is Scope.MONTH:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return Period(scope, f"{day.year:04d}-{day.month:02d}", day.replace(day=1), last)
    return Period(scope, day.isoformat(), day, day)


def previous(period: Period) -> Period | None:
    """The period before, or None at the beginning of the calendar."""
    if period.first == date.min:
        return None
    return period_of(period.scope, period.first - DAY)


def following(period: Period) -> Period | None:
    """The period after, or None at the end of the calendar."""
    return None if period.last == date.max else period_of(period.scope, period.last + DAY)


def goes_to_press(period: Period, at: time) -> datetime:
    """When the edition of a period goes to press, given the time of day (UTC) of the press.

    A day's (and a reader's) goes on that day; those of a week and of a month go on the day after
    their last, so that the last day's papers have had a day to be read.
    """
    day = period.last
    if period.scope in (Scope.WEEK, Scope.MONTH):
        if day == date.max:
            return NEVER
        day += DAY
    return datetime.combine(day, at, UTC)


def before(day: date, span: timedelta) -> date:
    """A day some days earlier, or the first of the calendar."""
    return day - min(span, day - date.min)


def read_time(text: str) -> time:
    """A time of day in UTC, such as "06:00". Raises ConfigError."""
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("The setting 'press' must be a time of day such as 06:00.") from error
    if found.utcoffset():
        raise ConfigError(
            "The setting 'press' is a time of day in UTC, such as 06:00: leave the offset of "
            f"{text!r} out, and give the time that it is in UTC."
        )
    return found.replace(tzinfo=None)


def spell(day: date) -> str:
    """A day as people say it: "Friday, 17 April 2026"."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"
