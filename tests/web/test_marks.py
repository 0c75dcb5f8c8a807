from __future__ import annotations

from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.model import Span
from broadsheet.web.excerpts import EXCERPT, excerpt
from broadsheet.web.marks import code, mark

spans = st.lists(
    st.tuples(st.integers(-3, 30), st.integers(-3, 30)).map(lambda pair: Span(*pair)), max_size=6
)


def test_spans_are_marked_and_everything_is_escaped() -> None:
    marked = mark("<a> <b> & c", [Span(4, 7)])
    assert marked == "&lt;a&gt; <mark>&lt;b&gt;</mark> &amp; c"


def test_overlapping_spans_run_together() -> None:
    assert mark("abcdef", [Span(3, 5), Span(1, 4)]) == "a<mark>bcd</mark><mark>e</mark>f"


@settings(max_examples=40)
@given(st.text(alphabet="ab <>&\"'é", max_size=30), spans)
def test_marking_changes_nothing_but_the_marks(text: str, found: list[Span]) -> None:
    """Break: leave out the `escape` of the unmarked text, and `<` comes through."""
    marked = str(mark(text, found)).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in marked and ">" not in marked
    assert unescape(marked) == text


def test_a_short_text_is_shown_whole() -> None:
    text = "word " * (EXCERPT // 5 + 5)
    assert excerpt(text, []) == text


def test_a_long_text_is_cut_between_words_around_what_was_found() -> None:
    text = "filler " * 200 + "the needle lies here " + "filler " * 200
    at = text.index("needle")
    cut = excerpt(text, [Span(at, at + 6)])
    assert "<mark>needle</mark>" in cut
    assert cut.startswith("… ") and cut.endswith(" …")
    assert set(cut.replace("…", "").split()) <= {*text.split(), "<mark>needle</mark>"}
    assert len(cut) < EXCERPT + 40


def test_a_long_text_without_a_word_found_is_shown_from_its_beginning() -> None:
    cut = excerpt("first " + "word " * 300, [])
    assert cut.startswith("first word") and cut.endswith("word …")


def test_a_long_text_without_spaces_is_cut_all_the_same() -> None:
    assert len(excerpt("x" * 10_000, [Span(9_000, 9_010)])) < EXCERPT + 40


def test_commands_stand_out_and_nothing_else_is_markup() -> None:
    assert code("Say `broadsheet sync` <now>.") == "Say <code>broadsheet sync</code> &lt;now&gt;."
    assert code("a ` b `<i>` c") == "a <code> b </code>&lt;i&gt;` c"


def test_a_formula_is_shown_whole_or_not_at_all() -> None:
    """Break: cut without `keep_whole`."""
    text = (
        "words " * 60
        + "$\\alpha_1 + \\beta_2 + \\gamma_3 + \\delta_4 + \\epsilon_5$ and "
        + "more " * 90
    )
    cut = str(excerpt(text, []))
    assert "$" not in cut and "\\" not in cut and len(cut) < EXCERPT
