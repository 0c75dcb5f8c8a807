"""A click on a facet adds its filter, a click on a mark takes it away, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import InvalidQueryError
from broadsheet.query import DateRange, FieldIs
from broadsheet.query.parser import parse
from broadsheet.query.render import field_filter, with_filter, without_filter

SEARCHES = ("", "graph nets", '"message passing" -survey', "(a OR b) author:ng", "a OR has:code")
FILTERS = ("category:cs.LG", 'venue:"NeurIPS 2023"', "has:code", "-author:ng", "source:arxiv")


@pytest.mark.parametrize("text", SEARCHES)
@pytest.mark.parametrize("added", FILTERS)
def test_a_filter_comes_and_goes(text: str, added: str) -> None:
    narrowed = with_filter(text, added)
    assert parse(narrowed).terms == parse(text).terms
    assert parse(narrowed).filters == (*parse(text).filters, *parse(added).filters)
    assert parse(without_filter(narrowed, added)) == parse(text)


@pytest.mark.parametrize("added", [*FILTERS, "year:2024", "date:2024-03..2024-06"])
def test_adding_twice_is_adding_once(added: str) -> None:
    once = with_filter("graph", added)
    assert with_filter(once, added) == once


def test_several_filters_of_one_kind_stand_side_by_side() -> None:
    text = with_filter(with_filter("x", "category:cs.LG"), "category:cs.CL")
    assert text == "x category:cs.LG category:cs.CL"
    assert without_filter(text, "category:cs.LG") == "x category:cs.CL"


def test_only_the_very_filter_goes() -> None:
    text = "x category:cs.LG -category:cs.LG (category:cs.LG OR has:code)"
    assert without_filter(text, "category:cs.LG") == "x -category:cs.LG category:cs.LG OR has:code"
    assert without_filter("x category:cs", "category:cs.LG") == "x category:cs"
    assert without_filter('x venue:"ACL"', "venue:ACL") == 'x venue:"ACL"'


def test_a_date_takes_the_place_of_every_other() -> None:
    text = with_filter("x date:2020.. has:code date:..2023", "year:2022")
    assert parse(text).filters[-1] == DateRange(20220101, 20221231)
    assert sum(isinstance(node, DateRange) for node in parse(text).filters) == 1
    assert without_filter(text, "year:2022") == "x has:code"


def test_a_date_that_is_excluded_stays() -> None:
    assert with_filter("x -year:2021", "year:2020..2023") == "x -year:2021 year:2020..2023"


@pytest.mark.parametrize("pair", [("year:x", "has:code"), ("graph", "has:nothing")])
def test_a_mistake_on_either_side_is_told(pair: tuple[str, str]) -> None:
    for change in (with_filter, without_filter):
        with pytest.raises(InvalidQueryError):
            change(*pair)


def test_words_are_no_filter() -> None:
    assert parse(with_filter("graph", "nets")) == parse("graph")
    assert parse(without_filter("graph nets", "nets")) == parse("graph nets")


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).filter(
    lambda value: any(map(str.isalnum, value))
)


@settings(max_examples=80)
@given(st.sampled_from(["category", "source", "venue", "author"]), VALUES)
def test_any_value_of_a_facet_makes_a_filter_of_that_field(field: str, value: str) -> None:
    """Break to see it fail: write values unquoted; a bracket or comma then cuts them."""
    [node] = parse(with_filter("graph", field_filter(field, value))).filters
    assert isinstance(node, FieldIs)
    assert node.field == field
    plain = str.maketrans(dict.fromkeys('"“”„‟', "'"))
    assert node.value == value.translate(plain)
