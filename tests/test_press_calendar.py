"""Names of days, weeks and months, over the whole calendar."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.edition import Scope
from broadsheet.errors import ConfigError, NotFoundError
from broadsheet.press.calendar import (
    NEVER,
    find_name,
    following,
    goes_to_press,
    period_of,
    previous,
    read_name,
    read_time,
)
from pressroom import at

SIX = time(6)
scopes = st.sampled_from(list(Scope))


@settings(deadline=None)
@given(scopes, st.dates())
def test_every_day_is_in_one_period_of_each_scope(scope: Scope, day: date) -> None:
    period = period_of(scope, day)
    assert period.first <= day <= period.last
    assert read_name(scope, period.name) == period
    assert {period_of(scope, each) for each in period.days} == {period}
    goes_to_press(period, SIX)


@settings(deadline=None)
@given(scopes, st.dates())
def test_periods_follow_each_other_without_a_gap(scope: Scope, day: date) -> None:
    period = period_of(scope, day)
    if after := following(period):
        assert (after.first - period.last).days == 1
        assert previous(after) == period
    else:
        assert period.last == date.max
    assert previous(period) or period.first == date.min


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (Scope.DAY, "2026-02-30"),
        (Scope.DAY, "0000-01-01"),
        (Scope.DAY, "2026-4-17"),
        (Scope.DAY, "2026-04-17 "),
        (Scope.DAY, "２０２６-04-17"),
        (Scope.DAY, "2026-W16"),
        (Scope.WEEK, "2025-W53"),
        (Scope.WEEK, "2026-W00"),
        (Scope.WEEK, "2026-w16"),
        (Scope.MONTH, "2026-13"),
        (Scope.MONTH, "10000-01"),
        (Scope.READER, "today"),
        (Scope.DAY, ""),
    ],
)
def test_what_names_nothing_is_not_found(scope: Scope, name: str) -> None:
    with pytest.raises(NotFoundError):
        read_name(scope, name)


def test_a_name_says_its_scope() -> None:
    assert find_name("2026-04-17").scope is Scope.DAY
    assert find_name("2026-W16").scope is Scope.WEEK
    assert find_name("2026-04").scope is Scope.MONTH
    with pytest.raises(NotFoundError):
        find_name("../2026")


def test_when_editions_go_to_press() -> None:
    assert goes_to_press(read_name(Scope.DAY, "2026-04-17"), SIX) == at(date(2026, 4, 17), 6)
    assert goes_to_press(read_name(Scope.WEEK, "2026-W16"), SIX) == at(date(2026, 4, 20), 6)
    assert goes_to_press(read_name(Scope.MONTH, "2026-04"), SIX) == at(date(2026, 5, 1), 6)
    assert goes_to_press(read_name(Scope.WEEK, "9999-W52"), SIX) == NEVER


def test_the_time_of_the_press_is_a_time_of_day() -> None:
    assert read_time("06:30") == time(6, 30)
    for wrong in ("six", "25:00", ""):
        with pytest.raises(ConfigError, match="press"):
            read_time(wrong)


def test_the_time_of_the_press_has_no_offset() -> None:
    """Break to see it fail: drop the offset without a word."""
    assert read_time("06:00Z") == SIX
    for elsewhere in ("06:00+05:30", "06:00-01:00", "00:00+00:01"):
        with pytest.raises(ConfigError, match=r"'press' is a time of day in UTC.*leave the offset"):
            read_time(elsewhere)
