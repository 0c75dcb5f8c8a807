"""Where each mistake is, and in which words it is told; what dates and ranges mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import InvalidInputError, InvalidQueryError
from broadsheet.query import DateRange
from broadsheet.query.bounds import MAX_PHRASES
from broadsheet.query.dates import FIRST_DAY, LAST_DAY, format_range, parse_range
from broadsheet.query.parser import MAX_DEPTH, MAX_OPERATORS, parse
from broadsheet.query.tokens import FIELDS, FILTERS


def mistake(text: str) -> InvalidQueryError:
    with pytest.raises(InvalidQueryError) as caught:
        parse(text)
    assert isinstance(caught.value, InvalidInputError)
    assert str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize("name", (*FIELDS, *FILTERS))
@pytest.mark.parametrize("before", ["", "graph ", '"a b" -', "(x OR ", "é🎉 "])
def test_a_field_without_value_is_pointed_at_and_an_example_given(name: str, before: str) -> None:
    error = mistake(f"{before}{name}:")
    assert error.position == len(before)
    assert f"{name}: needs a value" in str(error)
    example = str(error).partition("as in ")[2].rstrip(".")
    parse(example)


@pytest.mark.parametrize("before", ["", "graph ", "-", "a OR ", "( ", 'title:"a b" '])
@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("year:24", 5, "“24” is not a year"),
        ("year:2024-03", 5, "“2024-03” is not a year"),
        ("year:20245", 5, "is not a year"),
        ("year:2020..x", 11, "“x” is not a year"),
        ("year:x..2020", 5, "“x” is not a year"),
        ("year:2021..2020", 11, "ends before it starts"),
        ("year:..", 5, "at least one end"),
        ("year:0000..2020", 5, "begin at 0001"),
        ("date:soon", 5, "“soon” is not a date"),
        ("date:2024-00", 10, "no month 00"),
        ("date:2024-13", 10, "no month 13"),
        ("date:2024-02-30", 13, "no day 30"),
        ("date:2023-02-29", 13, "no day 29"),
        ("date:2024-01-00", 13, "no day 00"),
        ("date:2024-01..2024-13", 19, "no month 13"),
        ("date:2024-05..2024-04-30", 14, "ends before it starts"),
        ("date:2024/05", 5, "is not a date"),
        ("date:2024-05-01T00", 5, "is not a date"),
        ("has:data", 4, "Only has:code"),
        ("is:new", 3, "Only is:withdrawn, is:news and is:paper"),
        ('has:"co de"', 5, "Only has:code"),
    ],
)
def test_each_mistake_in_a_value(before: str, text: str, place: int, words: str) -> None:
    error = mistake(before + text)
    assert error.position == len(before) + place
    assert words in str(error)


@pytest.mark.parametrize("text", ['year:"2024..x"', 'year:"x..2024"', 'date:"2024-99"'])
def test_a_mistake_within_quotes(text: str) -> None:
    assert text[mistake(text).position] in "x9"


def test_brackets_may_be_so_deep() -> None:
    assert parse("(" * MAX_DEPTH + "a b" + ")" * MAX_DEPTH) == parse("a b")
    error = mistake("x " + "(" * (MAX_DEPTH + 1) + "a")
    assert error.position == 2 + MAX_DEPTH
    assert f"{MAX_DEPTH} deep" in str(error)


def test_operators_may_be_so_many() -> None:
    parse("has:code " * MAX_OPERATORS)
    text = "has:code " * (MAX_OPERATORS + 1)
    error = mistake(text)
    assert text[: error.position].count("has:") == MAX_OPERATORS + 1
    assert str(MAX_OPERATORS) in str(error)


def test_phrases_may_be_so_many_and_single_words_in_quotes_count_not() -> None:
    phrases = [f'"red fox {number}"' for number in range(MAX_PHRASES + 1)]
    parse(" ".join(phrases[:-1] + [f'"fox{number}"' for number in range(40)]))
    error = mistake(" ".join(phrases))
    assert " ".join(phrases)[error.position :].startswith(phrases[-1])


def test_the_first_mistake_is_told() -> None:
    assert mistake("year:x date:y has:z").position == 5


# --- Dates ------------------------------------------------------------------------------------

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


def number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


@given(DAYS)
def test_a_day_a_month_and_a_year(day: date) -> None:
    iso = day.isoformat()
    assert parse_range("date", iso, 0) == DateRange(number(day), number(day))
    month = parse_range("date", iso[:7], 0)
    year = parse_range("date", iso[:4], 0)
    assert parse_range("year", iso[:4], 0) == year
    assert year.start <= month.start <= number(day) <= month.end <= year.end
    assert month.start % 100 == 1
    if month.end != 99991231:
        end = date(month.end // 10000, month.end // 100 % 100, month.end % 100)
        assert (end + timedelta(days=1)).day == 1


@given(st.tuples(DAYS, DAYS).map(sorted), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_range_reaches_from_the_first_day_to_the_last(
    days: list[date], left: int, right: int
) -> None:
    start, end = days[0].isoformat()[:left], days[1].isoformat()[:right]
    first, last = parse_range("date", start, 0).start, parse_range("date", end, 0).end
    assert parse_range("date", f"{start}..{end}", 0) == DateRange(first, last)
    assert parse_range("date", f"{start}..", 0) == DateRange(first, LAST_DAY)
    assert parse_range("date", f"..{end}", 0) == DateRange(FIRST_DAY, last)


@settings(max_examples=80)
@given(st.tuples(DAYS, DAYS).map(sorted), st.booleans(), st.booleans())
def test_a_range_is_written_as_it_is_read(days: list[date], opens: bool, ends: bool) -> None:
    """Break to see it fail: write whole months where the end is no month's last day."""
    dates = DateRange(
        number(days[0]) if opens or not ends else FIRST_DAY, number(days[1]) if ends else LAST_DAY
    )
    [filter_] = parse(format_range(dates)).filters
    assert filter_ == dates


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("date:2024", "year:2024"),
        ("date:2024..2024", "year:2024"),
        ("date:2024-01..2024-12", "year:2024"),
        ("date:2024-01-01..2024-12-31", "year:2024"),
        ("date:2024-2", "date:2024-02"),
        ("date:2024-2-5", "date:2024-02-05"),
        ("date:2024-02-01..2024-02-29", "date:2024-02"),
        ("date:2020..", "year:2020.."),
        ("date:..2020-12", "year:..2020"),
        ("DATE:2020,", "year:2020"),
        ('year:"2020"', "year:2020"),
        ("year:2020..2021;", "year:2020..2021"),
    ],
)
def test_ways_to_write_one_range(text: str, same: str) -> None:
    assert parse(text) == parse(same)


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2100])
def test_leap_years(year: int) -> None:
    leap = (date(year, 3, 1) - timedelta(days=1)).day
    assert parse_range("date", f"{year}-02", 0).end == year * 10000 + 200 + leap
