"""The tree back to text: the same search again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_texts import query_texts

from broadsheet.errors import InvalidQueryError
from broadsheet.query import DateRange, FieldIs
from broadsheet.query.parser import parse
from broadsheet.query.render import field_filter, render


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


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).filter(
    lambda value: any(map(str.isalnum, value))
)


@settings(max_examples=80)
@given(st.sampled_from(["category", "source", "venue", "author"]), VALUES)
def test_any_value_of_a_facet_makes_a_filter_of_that_field(field: str, value: str) -> None:
    """Break to see it fail: write values unquoted; a bracket or comma then cuts them."""
    [node] = parse(field_filter(field, value)).filters
    assert isinstance(node, FieldIs)
    assert node.field == field
    plain = str.maketrans(dict.fromkeys('"“”„‟', "'"))
    assert node.value == value.translate(plain)
