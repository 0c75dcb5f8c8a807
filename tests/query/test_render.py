"""The tree back to text: the same search again, with a filter more or less."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from query_texts import query_texts

from broadsheet.errors import InvalidQueryError
from broadsheet.query import DateRange
from broadsheet.query.parser import parse
from broadsheet.query.render import field_filter, render, with_filter, without_filter


@settings(max_examples=300)
@given(query_texts())
def test_what_is_rendered_means_the_same(text: str) -> None:
    """Fails when, for one, `_render_not` leaves out the brackets around -(5)."""
    try:
        query = parse(text)
    except InvalidQueryError:
        return
    assert parse(render(query)) == query


@pytest.mark.parametrize(
    "text",
    [
        "-(5)",
        "-(a OR b)",
        "-(a b)",
        "(a b) OR c",
        '"x" OR -(-y)',
        "(a OR b c) OR d",
        "-(author:x)",
        "NOT (a b) OR NOT -5",
    ],
)
def test_brackets_stay_where_they_matter(text: str) -> None:
    assert parse(render(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        (DateRange(20240101, 20241231), "year:2024"),
        (DateRange(20200101, 20231231), "year:2020..2023"),
        (DateRange(0, 20231231), "year:..2023"),
        (DateRange(20240201, 20240229), "date:2024-02"),
        (DateRange(20240101, 20240630), "date:2024-01..2024-06"),
        (DateRange(20240301, 99991231), "date:2024-03.."),
        (DateRange(20240105, 20240105), "date:2024-01-05"),
        (DateRange(20240105, 20240131), "date:2024-01-05..2024-01-31"),
    ],
)
def test_dates_are_as_short_as_they_can_be(dates: DateRange, text: str) -> None:
    assert render(parse(text)) == text
    assert parse(text).filters == (dates,)


def test_filters_come_and_go() -> None:
    text = with_filter('graph "never closed', field_filter("venue", 'The "Best" 2023'))
    assert text == "graph never closed venue:\"The 'Best' 2023\""
    assert with_filter(text, text.partition("venue")[1] + text.partition("venue")[2]) == text
    assert without_filter(text, field_filter("venue", 'The "Best" 2023')) == "graph never closed"
    assert without_filter("graph", "has:code") == "graph"


def test_a_new_date_range_takes_the_place_of_the_old() -> None:
    assert with_filter("graph year:2020..2023", "date:2024-03") == "graph date:2024-03"


@pytest.mark.parametrize(
    ("field", "value"),
    [("category", "cs.LG"), ("source", "my source"), ("venue", "ACL"), ("venue", "A (b), c: d"),
     ("author", "Ng, A."), ("category", "q-bio.NC"), ("venue", "“Smart”")],
)  # fmt: skip
def test_a_facet_value_makes_one_filter(field: str, value: str) -> None:
    (node,) = parse(field_filter(field, value)).filters
    assert getattr(node, "field", None) == field
    assert getattr(node, "value", "").replace("'", "") == value.translate(
        {ord(c): None for c in "“”"}
    )
