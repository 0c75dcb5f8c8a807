"""When arXiv announces, in its own time zone (US Eastern). Pure.

What is handed in before 14:00 is announced at 20:00, from Sunday to Thursday; what comes between
Friday 14:00 and Monday 14:00 waits for Monday. A batch carries the date of the midnight after its
announcement, which is when the feeds are rebuilt: that date, from Monday to Friday, is the
announcement day all over Broadsheet.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_CUT_OFF = time(14)
_FEED_READY = time(0, 10)
"""The feeds were seen some seconds after midnight; ten minutes are ample."""
_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6

HOLIDAYS = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 1, 19): "Martin Luther King Jr. Day",
    date(2026, 6, 19): "Juneteenth",
    date(2026, 7, 3): "Independence Day, observed",
    date(2026, 9, 7): "Labor Day",
    date(2026, 11, 26): "Thanksgiving",
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 29): "the winter break",
    date(2026, 12, 31): "New Year's Eve",
}
"""Evenings without an announcement, as arXiv lists them for 2026; other years are not known here.
A year is added with all of its evenings at once: `doubt` takes it for known then.

Those that fall on a Friday change nothing, as there is no announcement on Friday evenings.
"""


@cache
def eastern() -> ZoneInfo:
    """arXiv's time zone."""
    return ZoneInfo("America/New_York")


def announcement_day(submitted: datetime) -> date:
    """The day under which a paper handed in at a moment is announced, unless it is held back."""
    local = submitted.astimezone(eastern())
    evening = local.date() if local.time() < _CUT_OFF else local.date() + _DAY
    if evening.weekday() >= _SATURDAY:
        evening += (7 - evening.weekday()) * _DAY  # Sunday's announcement is of Friday's papers
    while quiet_reason(evening + _DAY):
        evening += _DAY
    return evening + _DAY


def quiet_reason(day: date) -> str:
    """Why no batch carries this date, in a sentence, or ""."""
    if day.weekday() >= _SATURDAY:
        return (
            f"arXiv announces nothing on {'Saturdays' if day.weekday() < _SUNDAY else 'Sundays'}."
        )
    if day > date.min and (name := HOLIDAYS.get(day - _DAY)):
        return (
            f"arXiv announced nothing on the evening of {day - _DAY} "
            f"({name}, in its list of holidays of {(day - _DAY).year})."
        )
    return ""


def doubt(day: date) -> str:
    """Why a day that is not quiet might be all the same, in a clause, or ""."""
    evening = day - _DAY if day > date.min else day
    if any(holiday.year == evening.year for holiday in HOLIDAYS):
        return ""
    return f"this version does not know arXiv's holidays of {evening.year}, and the day may be one"


def feed_time(day: date) -> datetime:
    """The moment from which the feeds should carry this date."""
    return datetime.combine(day, _FEED_READY, eastern())


def due_day(now: datetime) -> date:
    """The newest announcement day whose batch should be out by now."""
    day = now.astimezone(eastern()).date()
    while feed_time(day) > now or quiet_reason(day):
        day -= _DAY
    return day


def next_feed_time(now: datetime) -> datetime:
    """When to look at a feed again: after the next midnight that is no weekend's.

    The feeds themselves ask to be left alone on Saturdays and Sundays. Holidays are not skipped,
    as the list of them may be wrong.
    """
    day = now.astimezone(eastern()).date()
    while feed_time(day) <= now or day.weekday() >= _SATURDAY:
        day += _DAY
    return feed_time(day)
