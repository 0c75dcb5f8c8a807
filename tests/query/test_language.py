"""Each construct of the search language, alone, negated, beside an OR and in brackets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.query import (
    IS,
    And,
    DateRange,
    FieldIs,
    HasCode,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Word,
)
from broadsheet.query.bounds import join
from broadsheet.query.parser import parse, speaks
from broadsheet.query.render import render
from broadsheet.query.tokens import FIELDS, Kind, tokenize

LEAVES: dict[str, Node] = {
    "graph": Word("graph"),
    '"message passing"': Phrase("message passing"),
    **{f"{name}:x1": FieldIs(name, "x1") for name in FIELDS},
    **{f'{name}:"two words"': FieldIs(name, "two words", phrase=True) for name in FIELDS},
    "has:code": HasCode(),
    **{f"is:{what}": Is(what) for what in IS},
    "year:2024": DateRange(20240101, 20241231),
    "date:2024-03": DateRange(20240301, 20240331),
    "date:2024-03-17": DateRange(20240317, 20240317),
}


def only_node(text: str) -> Node:
    query = parse(text)
    [node] = (*query.terms, *query.filters)
    return node


@pytest.mark.parametrize("text", LEAVES)
def test_a_leaf_alone_in_brackets_and_negated(text: str) -> None:
    leaf = LEAVES[text]
    assert only_node(text) == only_node(f"({text})") == only_node(f"(( {text} ))") == leaf
    for negated in (f"-{text}", f"NOT {text}", f"-({text})", f"NOT ({text})", f"(-{text})"):
        assert only_node(negated) == Not(leaf)
    for twice in (f"-(-{text})", f"NOT -{text}", f"NOT NOT {text}", f"NOT (NOT {text})"):
        assert only_node(twice) == leaf


@pytest.mark.parametrize("text", LEAVES)
def test_a_leaf_beside_an_or(text: str) -> None:
    leaf = LEAVES[text]
    assert only_node(f"{text} OR other") == Or((leaf, Word("other")))
    assert only_node(f"other OR -{text}") == Or((Word("other"), Not(leaf)))
    assert only_node(f"({text} other) OR last") == Or((And((leaf, Word("other"))), Word("last")))
    assert only_node(f"{text} OR {text}") == leaf


@pytest.mark.parametrize("text", LEAVES)
def test_a_leaf_ranks_or_filters(text: str) -> None:
    ranks = isinstance(LEAVES[text], Word | Phrase)
    assert speaks(LEAVES[text]) is ranks
    query = parse(f"{text} AND -{text}")
    assert (len(query.terms), len(query.filters)) == ((1, 1) if ranks else (0, 2))


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_told_in_any_case_and_its_value_is_kept(name: str) -> None:
    for written in (name.upper(), name.title()):
        assert only_node(f"{written}:AbC") == FieldIs(name, "AbC")


@pytest.mark.parametrize("name", ["colour", "titles", "ti", "http", "doi", "xyear"])
def test_what_is_no_field_is_words(name: str) -> None:
    assert parse(f"{name}:red").terms == (Word(f"{name}:red"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a AND b", "a b"),
        ("a AND NOT b", "a -b"),
        ("a AND (b AND c)", "a b c"),
        ("a AND AND b", "a b"),
        ("AND a", "a"),
        ("a OR AND b", "a OR b"),
        ("a AND b OR c", "a (b OR c)"),
        ("a b OR c d", "a (b OR c) d"),
        ("a OR b OR c", "a OR (b OR c)"),
        ("NOT a OR b", "-a OR b"),
        ("NOT (a b)", "-(a b)"),
        ("NOT a AND NOT b", "-a -b"),
        ("a OR OR b", "a OR b"),
        ("(a OR) b", "a b"),
        ("a NOT", "a"),
        ("a (NOT) b", "a b"),
        ("a ) b ( c", "a b c"),
    ],
)
def test_two_ways_to_write_one_search(text: str, expected: str) -> None:
    assert parse(text) == parse(expected)


@pytest.mark.parametrize("text", ["and", "or", "not", "And", "Or", "Not", "ORB", "NOTE", "ANDES"])
def test_only_capitals_are_operators(text: str) -> None:
    assert parse(f"a {text} b").terms == (Word("a"), Word(text), Word("b"))


@pytest.mark.parametrize(
    "text", ["-5", "x-ray", "- x", "a -", "(semi-)x", "-", "--", "α-β", "-.5", "a-b-c"]
)
def test_hyphens_that_negate_nothing(text: str) -> None:
    assert parse(text).filters == ()


@pytest.mark.parametrize(
    "text", ['"a b"', "“a b”", "„a b“", '"a b”', '"  a   b "', '"a\tb"', '"a\nb"']
)
def test_quotes_of_any_kind(text: str) -> None:
    assert parse(text).terms == (Phrase("a b"),)


def test_what_is_embedded_are_the_words_that_rank() -> None:
    query = parse('graph "message passing" -survey author:ng (net OR web OR -bad) year:2024')
    assert query.text == "graph message passing net web"
    assert parse("author:ng year:2024 -survey").text == ""


def test_tokens_say_where_they_stand() -> None:
    text = 'ab  -"c d" OR (NOT author:"e f") year:2024'
    tokens = list(tokenize(text))
    assert [token.kind for token in tokens] == [
        Kind.WORD, Kind.PHRASE, Kind.OR, Kind.OPEN, Kind.FIELD, Kind.CLOSE, Kind.FIELD,
    ]  # fmt: skip
    for token in tokens:
        if token.text and token.kind is not Kind.PHRASE:
            assert text[token.position :].startswith(token.text)
    assert [token.negated for token in tokens] == [False, True, False, False, True, False, False]


def test_one_node_for_several() -> None:
    a, b = Phrase("a a"), Phrase("b b")
    assert join(And, []) is None
    assert join(Or, [a]) is a
    assert join(Or, [a, a]) is a
    assert join(And, [And((a, b)), a]) == And((a, b))
    assert join(And, [Or((a, b)), a]) == And((Or((a, b)), a))
    assert join(And, [Word("x"), Word("x")]) == And((Word("x"), Word("x")))


PARTS = st.recursive(
    st.sampled_from(sorted(LEAVES)),
    lambda inner: st.one_of(
        inner.map("({})".format),
        inner.map("-({})".format),
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(" OR ".join),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(PARTS)
def test_spaces_and_case_of_fields_change_nothing(text: str) -> None:
    query = parse(text)
    assert parse(f"  {text.replace(' OR ', '  OR  ')} ") == query
    assert parse(render(query)) == query
    assert parse(f"({text})") == query


def test_an_empty_query_is_one_without_anything() -> None:
    assert Query().empty
    assert parse(" AND ").empty and parse("NOT").empty and parse("()()").empty
    assert not parse("x").empty and not parse("has:code").empty
