"""Highlights: characters, not bytes; stems, phrases, and fields."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.query.parser import parse
from broadsheet.search.lexical import LexicalIndex

TEXT = "𝔸🎉 Passing messages: Message-passing NETWORKS for naïve glaciers, the network’s message."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.open(tmp_path_factory.mktemp("highlight") / "index")


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("network", ["NETWORKS", "network"]),
        ("naive", ["naïve"]),
        ("messaging the", ["messages", "Message", "message"]),
        ('"message passing"', ["Message-passing"]),
        ('"passing message" network', ["Passing messages", "NETWORKS", "network"]),
        ('"message passing" message', ["messages", "Message-passing", "message"]),
        ('"passing messages" "messages message"', ["Passing messages: Message"]),
        ("(glacier OR absent) -network", ["glaciers"]),
        ("title:glaciers author:network", ["glaciers"]),
        ("pre-passing", ["Passing", "passing"]),
        ("category:cs", []),
        ("", []),
    ],
)
def test_what_is_marked(index: LexicalIndex, query: str, marked: list[str]) -> None:
    (spans,) = index.highlight(parse(query), [TEXT])
    assert [TEXT[start:end] for start, end in spans] == marked


def test_one_list_for_each_text(index: LexicalIndex) -> None:
    assert index.highlight(parse("ice"), ["", "no", "ice", "\ud800 ice"]) == [
        [],
        [],
        [(0, 3)],
        [(2, 5)],
    ]


@example(text="A ab b1 a", query="a b1")
@settings(max_examples=60)
@given(
    text=st.text(alphabet="aAbs019 -_.,e'", max_size=60),
    query=st.text(alphabet="abse10 ", min_size=1, max_size=12),
)
def test_the_quick_way_marks_the_same(index: LexicalIndex, text: str, query: str) -> None:
    """Break: look for words without asking what stands beside them."""
    quick = index.highlight(parse(query), [text])
    slow = index.highlight(parse(query), [text + " 日"])
    assert quick == slow
