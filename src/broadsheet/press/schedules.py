"""When a reader's own edition is due: local dates and times of day, whatever the clocks do. Pure.

A local date has one moment at which its edition is due: the first at which the clocks of its zone
show its time of day, or a later one. So a time that the clocks jump over becomes the first moment
after the gap, one that they show twice the first of the two; a date that a zone left out has none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from broadsheet.errors import ConfigError, InvalidInputError
from broadsheet.mailing import Schedule
from broadsheet.press.calendar import NEVER, read_time

LATEST = timedelta(hours=12)
"""An edition that could not be printed for so long is merged into the next one."""

DAYS_OF_A_WEEK = 7
DAYS_OF_A_YEAR = 366
_NO_ZONES = {"Factory", "localtime", "posixrules"}
"""Files among those of zones that say "unknown", or whatever this machine is set to."""
_SECOND = timedelta(seconds=1)
_NEAR = (0, -1, 1, -2)
"""How far from the local date one may be due, the likeliest first: `LATEST` reaches over midnight,
and over a date that was left out; a clock put back over midnight shows the day before once more."""


def read_zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises InvalidInputError."""
    try:
        if name not in _get_names():
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"There is no time zone {name[:60]!r}; a name is such as Europe/Berlin."
        ) from error


@cache
def list_zones() -> tuple[str, ...]:
    """The names of all zones, sorted."""
    return tuple(sorted(_get_names()))


@cache
def _get_names() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_ZONES)


def check_schedule(schedule: Schedule) -> Schedule:
    """A schedule as it is to be kept: its weekdays in order, each once. Raises InvalidInputError
    for one that names no zone, no time of day, or no day of the week."""
    read_zone(schedule.zone)
    clock = f"{_read_clock(schedule.time):%H:%M}" if schedule.time else ""
    days = tuple(sorted(set(schedule.weekdays)))
    if not days or not set(days) <= set(range(1, DAYS_OF_A_WEEK + 1)):
        raise InvalidInputError("Choose at least one day of the week.")
    return Schedule(schedule.reader_id, schedule.zone, clock, days)


def _read_clock(text: str) -> time:
    try:
        return read_time(text)
    except ConfigError as error:
        raise InvalidInputError("The time has to be a time of day such as 06:30.") from error


class Timetable:
    """What a schedule comes to. One without a time of its own goes by the press: at `press_time`,
    and by the dates of UTC."""

    def __init__(self, schedule: Schedule, press_time: time) -> None:
        self._zone = _zone_or_utc(schedule.zone) if schedule.time else ZoneInfo("UTC")
        self._at = _read_clock(schedule.time) if schedule.time else press_time
        self._weekdays = frozenset(schedule.weekdays)

    def local_date(self, now: datetime) -> date:
        """The date that the reader's calendar shows."""
        return _show(now, self._zone).date()

    def moment(self, day: date) -> datetime | None:
        """When the edition of a date is due, in UTC; None for a date that the zone left out, and
        for one on whose weekday none is made."""
        if day.isoweekday() not in self._weekdays or not _exists(self._zone, day):
            return None
        return first_moment(self._zone, datetime.combine(day, self._at))

    def due(self, now: datetime) -> date | None:
        """The date whose edition is due now: its moment came, `LATEST` ago at most."""
        today = self.local_date(now)
        for days in _NEAR:
            day = _step(today, days) if days else today
            moment = self.moment(day)
            if moment and moment <= now < _later(moment, LATEST):
                return day
        return None

    def following(self, day: date, now: datetime) -> date | None:
        """The next date after `day` that has an edition whose moment is still to come; None where
        the calendar ends first."""
        for _ in range(2 * DAYS_OF_A_WEEK):
            day = _step(day, 1)
            moment = self.moment(day)
            if moment and moment > now:
                return day
        return None

    def previous(self, day: date) -> date:
        """The last date before `day` that has an edition; the day before where there is none."""
        before = day
        for _ in range(2 * DAYS_OF_A_WEEK):
            before = _step(before, -1)
            if self.moment(before):
                return before
        return _step(day, -1)


class Skipped(NamedTuple):
    """A date on which clocks jump over a schedule's time, and the time that they show then."""

    day: date
    shown: time


def find_skipped(schedule: Schedule, today: date) -> Skipped | None:
    """The next date, of a year, on which the clocks of a schedule's zone skip its time; None where
    they do on none, and for a schedule without a time."""
    if not schedule.time:
        return None
    zone, at = _zone_or_utc(schedule.zone), _read_clock(schedule.time)
    for day in (_step(today, days) for days in range(DAYS_OF_A_YEAR)):
        local = datetime.combine(day, at)
        offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
        if len(offsets) == 1 or day.isoweekday() not in schedule.weekdays:
            continue
        shown = _show(first_moment(zone, local), zone)
        if shown > local and shown.date() == day:
            return Skipped(day, shown.time())
    return None


@lru_cache(maxsize=4096)
def first_moment(zone: ZoneInfo, local: datetime) -> datetime:
    """The first moment (in UTC) at which clocks of a zone show this local time, or a later one."""
    early, late = sorted(_moments(zone, local))
    if _show(early, zone) >= local:
        return early
    while late - early > _SECOND:  # the clocks jump over it: somewhere in between
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if _show(middle, zone) >= local:
            late = middle
        else:
            early = middle
    return late


def _moments(zone: ZoneInfo, local: datetime) -> tuple[datetime, datetime]:
    """By the rule before a change of the clock, and by that after it; nearly always the same."""
    try:
        return tuple(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))  # type: ignore[return-value]
    except OverflowError:
        edge = local.replace(tzinfo=UTC)
        return edge, edge


@lru_cache(maxsize=4096)
def _exists(zone: ZoneInfo, day: date) -> bool:
    """Whether clocks of a zone ever show a date."""
    return _show(first_moment(zone, datetime.combine(day, time())), zone).date() == day


def _show(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks of a zone show; at the ends of the calendar, those of UTC."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return moment.astimezone(UTC).replace(tzinfo=None)


def _zone_or_utc(name: str) -> ZoneInfo:
    """A zone that was there when it was chosen may be gone from a newer table."""
    try:
        return read_zone(name)
    except InvalidInputError:
        return ZoneInfo("UTC")


def _step(day: date, days: int) -> date:
    """A date some days on, or the end of the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _later(moment: datetime, span: timedelta) -> datetime:
    return NEVER if NEVER - moment < span else moment + span
