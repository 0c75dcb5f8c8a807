from __future__ import annotations

import pytest

from broadsheet.model import Sort
from broadsheet.query import FieldIs
from broadsheet.query.parser import parse
from broadsheet.web.links import SearchLinks, search_url
from broadsheet.web.narrowing import Narrowing, say_filter


def around(text: str) -> Narrowing:
    return Narrowing(parse(text))


def test_a_filter_more() -> None:
    texts = {"": "", "graphs -survey": "graphs -survey ", 'venue:"A & B"': 'venue:"A & B" '}
    for text, begin in texts.items():
        for sort in (Sort.RELEVANCE, Sort.VOTES):
            link = SearchLinks(around(text).text, sort).plus("category:é+C")
            assert link == search_url(f"{begin}category:é+C", sort)


def test_a_filter_less() -> None:
    held = around('graphs venue:"ICML" -survey year:2024')
    assert [held.without(node) for node in held.filters] == [
        "graphs -survey year:2024",
        'graphs venue:"ICML" year:2024',
        'graphs venue:"ICML" -survey',
    ]


def test_dates_take_the_place_of_dates() -> None:
    held = around("graphs year:2024 venue:ICML date:2024-03")
    assert held.dated and not around("graphs").dated
    assert held.undated == "graphs venue:ICML"


def test_a_filter_that_holds_is_found_however_it_is_spelled() -> None:
    held = around("category:cs.lg year:2024 -venue:ICML")
    assert held.find("category", "cs.LG") == FieldIs("category", "cs.lg")
    assert held.find("year", "2024") is not None
    assert held.find("year", "2023") is None
    assert held.find("venue", "ICML") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("category:cs.LG", "category cs.LG"),
        ('-venue:"NeurIPS 2023"', "not venue NeurIPS 2023"),
        ("author:hinton", "by hinton"),
        ("-survey", "not survey"),
        ('-"deep learning"', 'not "deep learning"'),
        ("has:code", "has code"),
        ("year:2024", "2024"),
        ("date:2024-03", "March 2024"),
        ("date:2024-03-05", "5 March 2024"),
        ("year:2020..2023", "2020 to 2023"),
        ("year:2020..", "since 2020"),
        ("year:..2020", "until 2020"),
    ],
)
def test_a_filter_in_words(text: str, words: str) -> None:
    assert [say_filter(node) for node in parse(text).filters] == [words]
