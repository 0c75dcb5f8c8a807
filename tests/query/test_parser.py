"""What a search text means, and that nothing but a wrong field or sheer size is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from query_texts import query_texts

from broadsheet.errors import InvalidQueryError
from broadsheet.model import Identifier
from broadsheet.query import (
    And,
    DateRange,
    FieldIs,
    HasCode,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Word,
)
from broadsheet.query.bounds import MAX_PHRASES
from broadsheet.query.parser import MAX_DEPTH, MAX_LENGTH, parse
from effort import takes_less_than


def word(text: str) -> Word:
    return Word(text)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("graph networks", (word("graph"), word("networks"))),
        ('"message  passing" now', (Phrase("message passing"), word("now"))),
        ("“curly quotes”", (Phrase("curly quotes"),)),
        ("a OR b c", (Or((word("a"), word("b"))), word("c"))),
        ("a OR b OR c", (Or((word("a"), word("b"), word("c"))),)),
        ("(a b) OR -c", (Or((And((word("a"), word("b"))), Not(word("c")))),)),
        ("(a OR (b OR c)) d", (Or((word("a"), word("b"), word("c"))), word("d"))),
        ("(a b) c", (word("a"), word("b"), word("c"))),
        ("(graph OR author:erdos)", (Or((word("graph"), FieldIs("author", "erdos"))),)),
    ],
)
def test_terms(text: str, terms: tuple[Node, ...]) -> None:
    assert parse(text) == Query(parse(text).text, terms)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("-survey", (Not(word("survey")),)),
        ('-"a survey"', (Not(Phrase("a survey")),)),
        ("-author:ng", (Not(FieldIs("author", "ng")),)),
        ("-(a OR b)", (Not(Or((word("a"), word("b")))),)),
        ("--x -(-y)", ()),
        ('author:"Ada Lovelace"', (FieldIs("author", "Ada Lovelace", phrase=True),)),
        ("Category:cs.LG,", (FieldIs("category", "cs.LG"),)),
        ("category:cs.LG OR category:cs.CL", (
            Or((FieldIs("category", "cs.LG"), FieldIs("category", "cs.CL"))),
        )),
        ("id:10.1016/S0140-6736(20)30183-5", (FieldIs("id", "10.1016/S0140-6736(20)30183-5"),)),
        ("has:code", (HasCode(),)),
        ("NOT survey", (Not(word("survey")),)),
        ('NOT "a survey" AND NOT author:ng', (
            Not(Phrase("a survey")), Not(FieldIs("author", "ng")),
        )),
        ("NOT (a OR b)", (Not(Or((word("a"), word("b")))),)),
        ("NOT(a OR b)", (Not(Or((word("a"), word("b")))),)),
        ("NOT -a NOT NOT b NOT AND c", (Not(word("c")),)),
        ("year:2024", (DateRange(20240101, 20241231),)),
        ("year:2020..2023", (DateRange(20200101, 20231231),)),
        ("year:2020..", (DateRange(20200101, 99991231),)),
        ("date:..2024-06", (DateRange(0, 20240630),)),
        ("date:2024-02", (DateRange(20240201, 20240229),)),
        ("date:2024-01-05..2024-3", (DateRange(20240105, 20240331),)),
    ],
)  # fmt: skip
def test_filters(text: str, filters: tuple[Node, ...]) -> None:
    assert parse(text).filters == filters


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BERT: pre-training of transformers", "BERT: pre-training of transformers"),
        ("The first year: a study", "The first year a study"),
        ('a 5" disk and a 6" one', 'a 5" disk and a 6" one'),
        ('never "closed', "never closed"),
        ("smile :( or (not", "smile : or not"),
        ("f(x) = -2 x - 1", "f(x) = -2 x - 1"),
        ("(semi-)supervised and (un)-supervised", "semi- supervised and un supervised"),
        ("C++ 🎉 $a<b$", "C++ 🎉 $a<b$"),
        ("OR a OR", "a"),
        ("a AND b", "a b"),
        ("AND NOT OR a AND b NOT", "a b"),
        ("to be and not to be", "to be and not to be"),
        ("colour:red shift", "colour:red shift"),
        ('() "" "…" a', "a"),
        ("nul\x00 and \ud800lone", "nul and lone"),
    ],
)
def test_ordinary_text_is_just_words(text: str, words: str) -> None:
    query = parse(text)
    assert query.text == words
    assert all(isinstance(term, Word) for term in query.terms)
    assert not query.filters


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a year:abc", 7),
        ("year:2020..20", 11),
        ("year:20²4", 5),
        ("year:2024..2020", 11),
        ("year:..", 5),
        ("year:0000", 5),
        ("date:2024-13", 10),
        ("date:2024-02-30", 13),
        ('date:"2024-1x"', 6),
        ("has:foo", 4),
        ("graph author:", 6),
        ("(author:)", 1),
        ('title:""', 0),
        ("(" * MAX_DEPTH + "(a", MAX_DEPTH),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH),
    ],
)
def test_a_mistake_points_at_its_character(text: str, position: int) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("2106.09685v2", (("arxiv", "2106.09685"),)),
        ("https://arxiv.org/abs/2106.09685", (("arxiv", "2106.09685"),)),
        (" https://doi.org/10.1000/XYZ ", (("doi", "10.1000/xyz"),)),
        ("https://github.com/Someone/Thing", (("github", "someone/thing"),)),
        ("low rank 2106.09685", ()),
        ("2106.09685 year:2021", ()),
    ],
)
def test_a_pasted_identifier(text: str, ids: tuple[tuple[str, str], ...]) -> None:
    assert parse(text).ids == tuple(Identifier(*pair) for pair in ids)


def test_an_empty_text_is_an_empty_query() -> None:
    assert parse("").empty
    assert parse(' ( ) "" OR ').empty


@settings(max_examples=200)
@given(query_texts())
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        parse(text)
    except InvalidQueryError as error:
        assert 0 <= error.position <= len(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, "a OR " * 100_000, "x" * 1_000_000, "(" * 4000, "(x" * 2000, "x(" * 2000,
     '"' * 4000, "a OR " * 800, "a " * 2000, "-" * 4000, "title:" * 666,
     "\ud800" * 4000, "\x00(" * 2000,
     "https://doi.org/10.1000/" + "(" * 1900, 'a"' * 2000, "a(b" * 1333, "year:2020.." * 360],
    ids=lambda text: f"{text[:6]!a}x{len(text)}",
)  # fmt: skip
def test_nothing_takes_long(text: str) -> None:
    """Fails when a bound goes: without MAX_LENGTH the first three take seconds."""

    def read() -> None:
        with suppress(InvalidQueryError):
            parse(text)

    assert takes_less_than(0.25, read)


PAIRS = [f"red-{number}" for number in range(60)]


def test_what_stands_there_twice_counts_once() -> None:
    """Break to see it fail: join without looking at what was seen."""
    twice = parse('"red fox" "red fox" title:a-b title:a-b (c OR c OR d) e e' + ' "red fox"' * 90)
    assert twice.terms == (Phrase("red fox"), Or((word("c"), word("d"))), word("e"), word("e"))
    assert twice.filters == (FieldIs("title", "a-b"),)


@pytest.mark.parametrize("form", ['"{}"', "title:{}", '-author:"{}"', "(x OR venue:{})"])
def test_phrases_are_counted(form: str) -> None:
    """Break to see it fail: take the bound out, and hundreds of phrases take seconds."""
    texts = [form.format(pair) for pair in PAIRS[: MAX_PHRASES + 1]]
    parse(" ".join(texts[:-1] + texts[:-1][:1]) if "OR" not in form else " ".join(texts[:-1]))
    with pytest.raises(InvalidQueryError, match="at most 24 phrases") as caught:
        parse(" ".join(texts))
    last = " ".join(texts)[caught.value.position - 1 :]
    assert PAIRS[MAX_PHRASES] in last and PAIRS[MAX_PHRASES - 1] not in last


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" ".join(PAIRS), tuple(map(Word, PAIRS))),
        (" OR ".join(PAIRS), (Or((word("red"), *(word(str(n)) for n in range(60)))),)),
        (" OR ".join(PAIRS[:5]), (Or(tuple(map(Word, PAIRS[:5]))),)),
    ],
)
def test_hyphens_are_never_too_many(text: str, expected: tuple[Node, ...]) -> None:
    """Break to see it fail: count hyphened words as phrases are counted."""
    assert parse(text).terms == expected
    negated = parse(" ".join(f"-x{pair}" for pair in PAIRS)).filters
    assert negated[0] == Not(And((word("xred"), word("0"))))
