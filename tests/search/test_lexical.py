"""The lexical index finds what the query language promises, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from invented_works import fill, make_work

from broadsheet.model import FacetCount, Identifier, Matching, MonthCount, Sort
from broadsheet.query.parser import parse
from broadsheet.search.lexical import LexicalIndex

WORKS = [
    make_work(
        1,
        "Message passing on glaciers",
        abstract="Networks of ice. We classify crevasses with a transformer.",
        authors=("José Müller", "Ada Lovelace"),
        categories=("cs.LG", "physics.geo-ph"),
        venue="NeurIPS 2023",
        sources=("arxiv", "demo"),
        ids=(Identifier("arxiv", "2301.00001"), Identifier("doi", "10.1000/Ice")),
        date="2023-01-15",
        code="https://example.org/ice",
    ),
    make_work(
        2,
        "Passing the message of the ice",
        abstract="A survey of transformers for ice.",
        authors=("Lovelace Ada",),
        categories=("cs.CL",),
        venue="NeurIPS",
        sources=("arxiv",),
        ids=(Identifier("arxiv", "math/0301001"),),
        date="2023-02",
    ),
    make_work(3, "Sonnets by machine", abstract="Rhyme, metre: GPT-4 and C++.", date="2023"),
    make_work(4, "To be or not to be", authors=("Jean-Luc Ó Briain",), categories=("math.AG",)),
    make_work(5, "Égalité 𝔸 and naïve glaciers", summary="Told in our own words."),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return fill(tmp_path_factory.mktemp("lexical") / "index", WORKS)


@pytest.fixture
def found(index: LexicalIndex) -> Callable[[str], set[int]]:
    def find(text: str) -> set[int]:
        query = parse(text)
        numbers = set(index.candidates(query, 100)[0].tolist())
        assert index.count(query) == len(numbers) == index.aggregate(query).total
        assert set(index.ordered(query, Sort.NEWEST, 100).tolist()) == numbers
        return numbers

    return find


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("transformers", {1, 2}),
        ("network sonnet", {1, 3}),
        ("the networks of the", {1}),
        ("to be or not", {4}),
        ("egalite", {5}),
        ("own words", {5}),
        ("gpt", {3}),
        ("C++", {3}),
        ("🎉", set()),
        ("🎉 sonnet", {3}),
        ('"message passing"', {1}),
        ('"passing on glaciers networks"', set()),
        ('"message passing" sonnet', {1}),
        ("(sonnet OR crevasses) ice", {1, 3}),
        ("(ice -survey) OR sonnet", {1, 3}),
        ("ice -survey", {1}),
        ("-ice", {3, 4, 5}),
        ('-"message passing" -sonnets', {2, 4, 5}),
        ("title:ice", {2}),
        ("abstract:ice", {1, 2}),
        ("abstract:glacier", set()),
        ('abstract:"survey of transformers"', {2}),
        ("author:muller", {1}),
        ('author:"ada lovelace"', {1}),
        ('author:"Lovelace, Ada"', {1}),
        ('author:"lovelace josé"', set()),
        ("author:jean-luc", {4}),
        ("author:---", set()),
        ("category:cs.lg", {1}),
        ("category:cs", {1, 2}),
        ("category:math", {4}),
        ("category:cs.L", set()),
        ("category:cs.LG OR category:math.AG", {1, 4}),
        ("-category:cs", {3, 4, 5}),
        ("venue:neurips", {1, 2}),
        ('venue:"neurips"', {2}),
        ('venue:"NeurIPS 2023"', {1}),
        ("source:demo", {1}),
        ("id:2301.00001v3", {1}),
        ("id:arxiv:2301.00001", {1}),
        ("id:10.1000/ICE", {1}),
        ("id:https://doi.org/10.1000/ice", {1}),
        ("id:math/0301001", {2}),
        ("id:4", {4}),
        ("id:0", set()),
        ("has:code", {1}),
        ("-has:code ice", {2}),
        ("title:ice OR has:code", {1, 2}),
        ("transformers has:code", {1}),
    ],
)
def test_what_matches(found: Callable[[str], set[int]], text: str, numbers: set[int]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("year:2023", {1, 2, 3}),
        ("year:2022", set()),
        ("date:2023-01", {1, 3}),
        ("date:2023-02", {2, 3}),
        ("date:2023-02-28", {2, 3}),
        ("date:2023-01-15..2023-01-15", {1, 3}),
        ("date:2023-01-16..2023-01-31", {3}),
        ("date:..2022-12-31", set()),
        ("date:2023-03..", {3}),
        ("year:2023 -date:2023-01", {2}),
        ("-year:2000..", {4, 5}),
    ],
)
def test_a_partial_date_is_in_a_range_if_it_could_be(
    found: Callable[[str], set[int]], text: str, numbers: set[int]
) -> None:
    """Fails when a work's first day stands for its whole span."""
    assert found(text) == numbers


def test_the_title_weighs_more_and_filters_add_nothing(index: LexicalIndex) -> None:
    numbers, scores = index.candidates(parse("glaciers"), 10)
    assert sorted(numbers.tolist()) == [1, 5]
    assert index.candidates(parse("ice"), 10)[0].tolist()[0] == 2
    ranked, filtered = (index.candidates(parse(text), 10) for text in ("ice", "ice category:cs"))
    assert ranked[0].tolist() == filtered[0].tolist()
    assert ranked[1].tolist() == filtered[1].tolist()
    assert list(scores) == sorted(scores, reverse=True)


def test_facets_and_months_speak_of_all_matches(index: LexicalIndex) -> None:
    summary = index.aggregate(parse(""))
    assert summary.total == 5
    assert summary.facets["category"][0] == FacetCount("cs.CL", 1)
    assert summary.facets["source"] == (FacetCount("arxiv", 2), FacetCount("demo", 1))
    assert summary.facets["venue"] == (FacetCount("NeurIPS", 1), FacetCount("NeurIPS 2023", 1))
    assert summary.facets["year"] == (FacetCount("2023", 3),)
    assert summary.months == (
        MonthCount("2023", 1), MonthCount("2023-01", 1), MonthCount("2023-02", 1)
    )  # fmt: skip


def test_what_a_query_demands_of_everyone(index: LexicalIndex) -> None:
    demanding = parse('sonnet "message passing" category:cs')
    assert index.restricts(demanding)
    assert not index.restricts(parse("sonnet ice"))
    found = index.filter_ids(demanding, 10)
    assert found is not None and found.tolist() == [1]
    assert index.filter_ids(parse("-has:code"), 3) is None
    numbers = index.candidates(parse(""), 10)[0][::-1]
    assert numbers[index.matches(numbers, parse("category:cs"))].tolist() == [
        number for number in numbers.tolist() if number in (1, 2)
    ]


def test_stems_and_mode(index: LexicalIndex) -> None:
    assert index.terms(parse("the Networks of networks")) == ("network",)
    assert index.matching(parse("ice")) is Matching.ALL
    assert index.matching(parse("ice sonnet")) is Matching.ANY
    assert index.matching(parse("has:code")) is Matching.ALL
