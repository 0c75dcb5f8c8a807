"""When a reader's own edition is due: one moment for each date, whatever the clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from broadsheet.errors import InvalidInputError
from broadsheet.mailing import EVERY_DAY, Schedule
from broadsheet.post import say_skipped
from broadsheet.press.schedules import LATEST, Timetable, check_schedule, list_zones

PRESS = time(6)
DAY = timedelta(days=1)


def timetable(zone: str, at: str = "06:00", weekdays: tuple[int, ...] = EVERY_DAY) -> Timetable:
    return Timetable(Schedule(1, zone, at, weekdays), PRESS)


def moment(zone: str, day: str, at: str) -> str:
    """The moment of a date, in UTC; "" for a date that has none."""
    found = timetable(zone, at).moment(date.fromisoformat(day))
    return f"{found:%Y-%m-%d %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Asia/Kolkata", "2026-04-17", "06:30", "2026-04-17 01:00"),
        ("Pacific/Kiritimati", "2026-04-17", "06:00", "2026-04-16 16:00"),
        # Times that a clock jumped over: the first moment after the gap.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29 01:00"),
        ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04 03:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:30"),
        ("America/Scoresbysund", "2024-03-31", "00:00", "2024-03-31 01:00"),
        # Times that it showed twice: the first of the two.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),
        ("America/New_York", "2026-11-01", "01:00", "2026-11-01 05:00"),
        # Dates that a zone left out, and their neighbours.
        ("Pacific/Apia", "2011-12-29", "23:45", "2011-12-30 09:45"),
        ("Pacific/Apia", "2011-12-30", "06:00", ""),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30 10:00"),
        ("Pacific/Kwajalein", "1993-08-21", "10:00", ""),
        ("Pacific/Kwajalein", "1993-08-22", "10:00", "1993-08-21 22:00"),
    ],
)
def test_each_date_has_its_moment(zone: str, day: str, at: str, expected: str) -> None:
    """Break to see it fail: take what `astimezone` makes of the local time (it lies an hour after
    a gap, and gives a date that was left out), or fold=1 (the second of two)."""
    assert moment(zone, day, at) == expected


def test_without_a_time_it_goes_by_the_press() -> None:
    """Its dates, too: 06:00 in UTC lies around midnight somewhere, now on one side of it, now on
    the other, and would leave dates out."""
    without = timetable("Pacific/Auckland", "")
    assert without.moment(date(2026, 4, 17)) == datetime(2026, 4, 17, 6, tzinfo=UTC)
    assert without.local_date(datetime(2026, 4, 17, 23, tzinfo=UTC)) == date(2026, 4, 17)


def test_it_is_due_for_half_a_day() -> None:
    """Break to see it fail: leave `LATEST` out."""
    berlin = timetable("Europe/Berlin", "20:00")
    begins = datetime(2026, 4, 17, 18, tzinfo=UTC)
    day = date(2026, 4, 17)
    assert berlin.due(begins - timedelta(seconds=1)) is None
    assert berlin.due(begins) == berlin.due(begins + LATEST - timedelta(seconds=1)) == day
    assert berlin.due(begins + LATEST) is None


def test_a_clock_put_back_over_midnight_makes_no_date_due_twice() -> None:
    """Cairo's clocks went from midnight back to eleven: for an hour it was yesterday again."""
    cairo = timetable("Africa/Cairo", "00:00")
    begins = datetime(2024, 10, 30, 21, tzinfo=UTC)
    due = {cairo.due(begins + hours * timedelta(hours=1)) for hours in range(3, 15)}
    assert due == {date(2024, 10, 31), None}


def test_weekdays() -> None:
    weekly = timetable("Europe/Berlin", weekdays=(1, 4))
    friday = date(2026, 4, 17)
    now = datetime(2026, 4, 17, 12, tzinfo=UTC)
    assert weekly.moment(friday) is None and weekly.due(now) is None
    assert weekly.following(friday, now) == date(2026, 4, 20)
    assert weekly.previous(friday) == date(2026, 4, 16)
    assert weekly.previous(date(2026, 4, 20)) == date(2026, 4, 16)


def test_the_next_one_is_of_a_moment_to_come() -> None:
    """Who moves west has today's date for some hours longer, and one edition of it."""
    honolulu = timetable("Pacific/Honolulu")
    now = datetime(2026, 4, 17, 12, tzinfo=UTC)
    assert honolulu.local_date(now) == date(2026, 4, 17)
    assert honolulu.following(date(2026, 4, 17), now) == date(2026, 4, 18)


@pytest.mark.parametrize("now", [datetime.min, datetime.max])
def test_the_calendar_ends_quietly(now: datetime) -> None:
    for zone in ("Pacific/Kiritimati", "America/New_York"):
        there = timetable(zone, "00:00")
        day = there.local_date(now.replace(tzinfo=UTC))
        there.due(now.replace(tzinfo=UTC))
        there.previous(day)
        there.following(day, now.replace(tzinfo=UTC))
        assert there.moment(day)


def test_a_zone_that_is_gone_is_as_utc() -> None:
    assert moment("Europe/Atlantis", "2026-04-17", "06:00") == "2026-04-17 06:00"


NO_ZONES = ("Factory", "localtime", "posixrules", "posix/UTC", "right/UTC", "tzdata.zi")


def test_a_time_that_the_clocks_skip_is_told() -> None:
    """Only of days on which an edition is made. Break: leave the weekdays out of `find_skipped`."""
    schedule = Schedule(1, "Europe/Berlin", "02:30")
    told = "On 28 March 2027 the clock skips 02:30 in Europe/Berlin; that day's edition comes at"
    assert say_skipped(schedule, date(2026, 11, 22)) == f"{told} 03:00."
    for spared in (
        replace(schedule, weekdays=(1,)),
        replace(schedule, time="03:00"),
        replace(schedule, time=""),
        replace(schedule, zone="Asia/Tokyo"),
    ):
        assert say_skipped(spared, date(2026, 11, 22)) == ""
    assert say_skipped(schedule, date.max) == ""


def test_what_is_kept_is_checked() -> None:
    """Break to see it fail: let `read_zone` take any file that `ZoneInfo` can read."""
    kept = check_schedule(Schedule(3, "Europe/Berlin", "6:30".zfill(5), (5, 1, 5)))
    assert kept == Schedule(3, "Europe/Berlin", "06:30", (1, 5))
    assert check_schedule(Schedule(3)).time == ""
    assert "Europe/Berlin" in list_zones() and not set(NO_ZONES) & set(list_zones())
    for zone, at, days, said in [
        ("Europe/Atlantis", "06:00", (1,), "no time zone"),
        ("../../etc/passwd", "06:00", (1,), "no time zone"),
        ("", "06:00", (1,), "no time zone"),
        ("x" * 5000, "06:00", (1,), "no time zone"),
        ("UTC\0", "06:00", (1,), "no time zone"),
        *((name, "06:00", (1,), "no time zone") for name in NO_ZONES),
        ("UTC", "25:00", (1,), "time of day"),
        ("UTC", "06:00+02:00", (1,), "time of day"),
        ("UTC", "06:00", (), "day of the week"),
        ("UTC", "06:00", (0,), "day of the week"),
    ]:
        with pytest.raises(InvalidInputError, match=said):
            check_schedule(Schedule(3, zone, at, days))
