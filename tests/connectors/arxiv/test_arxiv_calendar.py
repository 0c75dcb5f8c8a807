"""arXiv's week: from the moment of submission to the day of announcement."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadsheet.connectors.arxiv import calendar
from fakearxiv import calendar as theirs

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-11-09 14:00", "2026-11-11"),  # Monday after the cut-off, out on Tuesday evening
        ("2026-11-10 13:59", "2026-11-11"),
        ("2026-11-10 14:00", "2026-11-12"),
        ("2026-11-12 13:59", "2026-11-13"),
        ("2026-11-12 14:00", "2026-11-16"),  # Thursday to Friday: out on Sunday evening
        ("2026-11-13 13:59", "2026-11-16"),
        ("2026-11-13 14:00", "2026-11-17"),  # Friday to Monday: out on Monday evening
        ("2026-11-15 23:00", "2026-11-17"),
        ("2026-11-16 13:59", "2026-11-17"),
        ("2026-11-25 15:00", "2026-11-30"),  # Thanksgiving evening is skipped, so Sunday's
        ("2026-09-07 09:00", "2026-09-09"),  # Labor Day, a Monday
        ("2026-07-02 15:00", "2026-07-06"),  # a holiday on a Friday changes nothing
        ("2026-12-31 09:00", "2027-01-04"),
    ],
)
def test_the_day_of_announcement(submitted: str, day: str) -> None:
    assert calendar.announcement_day(eastern(submitted)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        (datetime(2026, 3, 6, 18, 59, tzinfo=UTC), date(2026, 3, 9)),  # 13:59 EST
        (datetime(2026, 3, 6, 19, 0, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 9, 17, 59, tzinfo=UTC), date(2026, 3, 10)),  # 13:59 EDT
        (datetime(2026, 3, 9, 18, 0, tzinfo=UTC), date(2026, 3, 11)),
    ],
)
def test_the_cut_off_moves_with_summer_time(submitted: datetime, day: date) -> None:
    """Breaks when the cut-off is taken in UTC or with a fixed offset."""
    assert calendar.announcement_day(submitted) == day


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 11, 20), None),
        (date(2027, 1, 1), None),  # the evening of the last of December, which is listed
        (date(2027, 1, 4), 2027),
        (date(2027, 7, 2), 2027),
        (date(2026, 1, 1), 2025),
        (date.min, 1),
    ],
)
def test_a_year_whose_holidays_are_not_known(day: date, year: int | None) -> None:
    """Break to see it fail: let `doubt` be silent, or look at the day instead of its evening."""
    clause = f"this version does not know arXiv's holidays of {year}, and the day may be one"
    assert calendar.doubt(day) == (clause if year else "")


def test_a_year_is_known_as_soon_as_its_evenings_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(calendar.HOLIDAYS, date(2027, 12, 24), "Christmas Eve")
    assert calendar.doubt(date(2027, 7, 2)) == ""


def test_two_years_of_hours_agree_with_the_simulator_that_others_wrote() -> None:
    """Breaks when Sunday's papers go out with Friday's, or a skipped evening is not skipped."""
    moment = datetime(2025, 6, 1, 0, 30, tzinfo=UTC)
    for hours in range(0, 2 * 365 * 24, 7):
        submitted = moment + timedelta(hours=hours)
        day = calendar.announcement_day(submitted)
        assert day == theirs.announced_on(submitted), submitted
        assert not calendar.quiet_reason(day)


def test_quiet_days_are_explained() -> None:
    assert calendar.quiet_reason(date(2026, 11, 21)) == "arXiv announces nothing on Saturdays."
    assert calendar.quiet_reason(date(2026, 11, 22)) == "arXiv announces nothing on Sundays."
    assert calendar.quiet_reason(date(2026, 11, 27)) == (
        "arXiv announced nothing on the evening of 2026-11-26 "
        "(Thanksgiving, in its list of holidays of 2026)."
    )
    assert "New Year's Eve" in calendar.quiet_reason(date(2027, 1, 1))
    assert calendar.quiet_reason(date(2026, 11, 26)) == ""  # announced on Wednesday evening
    assert calendar.quiet_reason(date(2025, 11, 28)) == ""  # no list of 2025


def test_what_is_due_and_when_to_look_again() -> None:
    friday = eastern("2026-11-20 00:09")
    assert calendar.due_day(friday) == date(2026, 11, 19)
    assert calendar.due_day(friday + timedelta(minutes=1)) == date(2026, 11, 20)
    assert calendar.due_day(eastern("2026-11-22 12:00")) == date(2026, 11, 20)
    assert calendar.due_day(eastern("2026-11-27 12:00")) == date(2026, 11, 26)
    assert calendar.next_feed_time(friday) == eastern("2026-11-20 00:10")
    monday = eastern("2026-11-23 00:10")
    assert calendar.next_feed_time(eastern("2026-11-20 00:10")) == monday
    # On a holiday one looks all the same: the list of them may be wrong.
    assert calendar.next_feed_time(eastern("2026-11-26 12:00")) == eastern("2026-11-27 00:10")


def test_the_feed_time_is_right_on_both_nights_when_the_clocks_change() -> None:
    for night in (date(2026, 3, 9), date(2026, 11, 2)):
        ready = calendar.feed_time(night).astimezone(UTC)
        assert calendar.next_feed_time(ready - DAY) <= ready
        assert ready.hour == (4 if night.month == 3 else 5)
