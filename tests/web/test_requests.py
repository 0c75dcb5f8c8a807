from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import InvalidInputError
from broadsheet.model import Sort
from broadsheet.web.requests import (
    LAST_PAGE,
    MOST_PER_ANSWER,
    PAGE_SIZE,
    Comparing,
    SearchRequest,
    back,
    read_comparing,
    read_day,
    read_days,
    read_number,
    read_page_request,
    read_related_sort,
    read_slice_request,
)


def test_a_bare_address_asks_for_the_first_page() -> None:
    assert read_page_request({}) == SearchRequest("", Sort.RELEVANCE, 0, PAGE_SIZE)


def test_everything_that_can_be_asked_for() -> None:
    request = read_page_request({"q": " graphs ", "sort": "newest", "page": "3"})
    assert request == SearchRequest("graphs", Sort.NEWEST, 2 * PAGE_SIZE, PAGE_SIZE)
    assert request.page == 3


@pytest.mark.parametrize(
    ("page", "offset"),
    [
        ("0", 0),
        ("-7", 0),
        ("two", 0),
        ("1e3", 0),
        ("²", 0),
        ("1000000000", (LAST_PAGE - 1) * PAGE_SIZE),
        ("9" * 5000, (LAST_PAGE - 1) * PAGE_SIZE),
        ("-" + "9" * 5000, 0),
    ],
)
def test_a_strange_page_number_gives_the_nearest_that_can_be(page: str, offset: int) -> None:
    """Break: take `len(text) > 12` out of read_number, and int() refuses 5,000 digits."""
    assert read_page_request({"page": page}).offset == offset


def test_programs_may_ask_for_less_and_for_no_more_than_allowed() -> None:
    request = read_slice_request({"limit": "5", "offset": "7"})
    assert (request.limit, request.offset) == (5, 7)
    greedy = read_slice_request({"limit": "99999", "offset": "9" * 99})
    assert (greedy.limit, greedy.offset) == (MOST_PER_ANSWER, LAST_PAGE)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({}, Comparing(0, 0)),
        ({"old": "4", "new": "9"}, Comparing(4, 9)),
        ({"old": "x", "new": "-3"}, Comparing(0, 0)),
    ],
)
def test_which_records_are_compared(params: dict[str, str], wanted: Comparing) -> None:
    assert read_comparing(params) == wanted


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("votes", Sort.VOTES),
        ("newest", Sort.NEWEST),
        ("citations", Sort.RELEVANCE),
        ("", Sort.RELEVANCE),
    ],
)
def test_the_order_of_papers_nearby(name: str, sort: Sort) -> None:
    assert read_related_sort({"related": name}) is sort


def test_control_characters_become_spaces_and_an_unknown_order_the_usual_one() -> None:
    request = read_page_request({"q": "a\x00b\nc\ud800d", "sort": "sideways"})
    assert request == SearchRequest("a b c d")


@settings(max_examples=40)
@given(st.text(), st.integers(-5, 5), st.integers(6, 99))
def test_a_number_is_within_its_bounds_whatever_the_text(text: str, low: int, high: int) -> None:
    assert low <= read_number(text, default=low, low=low, high=high) <= high


TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("params", "days"),
    [
        ({}, (date(2026, 2, 23), TODAY)),
        ({"from": "2026-02-28"}, (date(2026, 2, 28), TODAY)),
        ({"to": "2026-01-07"}, (date(2026, 1, 1), date(2026, 1, 7))),
        ({"from": "0001-01-01"}, (date(2025, 3, 1), TODAY)),
        ({"from": " 0001-01-01 ", "to": "0001-01-03"}, (date.min, date(1, 1, 3))),
        ({"to": "0001-01-03"}, (date.min, date(1, 1, 3))),
    ],
)
def test_days_that_are_asked_for(params: dict[str, str], days: tuple[date, date]) -> None:
    assert read_days(params, TODAY) == days


@pytest.mark.parametrize("params", [{"from": "x"}, {"to": "2026-02-30"}, {"from": "2026-03-02"}])
def test_days_that_are_none(params: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        read_days(params, TODAY)


@given(st.text(max_size=12) | st.dates().map(str))
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    try:
        assert str(read_day(text)) == text.strip()
    except InvalidInputError as error:
        assert "like 2026-11-20" in str(error)


@given(st.dates(), st.integers(0, 10**9))
def test_going_back_ends_at_the_first_day(day: date, days: int) -> None:
    assert date.min <= back(day, days) <= day
