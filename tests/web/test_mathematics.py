"""Formulas in running text: what becomes MathML, and that nothing else gets in."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as Html

from broadsheet.model import Span
from broadsheet.web import mathematics
from broadsheet.web.mathematics import find_formulas, keep_whole, prose, to_mathml
from hostile import PAYLOADS

ALLOWED = mathematics._ELEMENTS | {"mark", "html", "head", "body", "-text"}


def seen(markup: str) -> str:
    """The text of a piece of markup, as a reader sees it."""
    return Html(f"<body>{markup}</body>").body.text()  # type: ignore[union-attr]


def elements(markup: str) -> set[str]:
    return {str(node.tag) for node in Html(markup).css("*")}


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("the $k$-means method", ["k"]),
        (r"in \(O(n \log n)\) steps", [r"O(n \log n)"]),
        (r"so $$\sum_i x_i$$ and \[a^2\]", [r"\sum_i x_i", "a^2"]),
        ("$ x^2 $ with spaces", [" x^2 "]),
        ("$5 and $6", []),
        ("it costs $5, while $k$ is free", ["k"]),
        ("between $5 and US$ 7", []),
        (r"\$5 is no formula, \$6 neither", []),
        ("one dollar $ alone", []),
        ("$$", []),
        ("$ $", []),
        (r"\( never closed", []),
        ("$" + "x" * 601 + "$", []),
        (r"a line break \\(no formula\\)", []),
        ("", []),
    ],
)
def test_what_is_a_formula(text: str, formulas: list[str]) -> None:
    """Break to see it fail: let every pair of dollar signs be a formula."""
    assert [found.tex for found in find_formulas(text)] == formulas


def test_money_stays_text() -> None:
    assert prose("$5 and $6") == "$5 and $6"
    assert prose(r"it costs \$5") == "it costs $5"


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\alpha < b", "α<b"),
        (r"\frac{1}{2}", "12"),
        (r"x \in \mathbb{R}^d", "x∈ℝd"),
        (r"\R^n", "ℝn"),
        (r"\text{if } a \& b", "if\xa0a&b"),
        (r"\operatorname{arg\,max}_\theta", "argmaxθ"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(abcd)"),
    ],
)
def test_formulas_become_mathml(tex: str, shown: str) -> None:
    markup = to_mathml(tex)
    assert markup is not None and markup.startswith("<math>") and markup.endswith("</math>")
    assert seen(markup) == shown


def test_a_display_is_a_block_of_its_own() -> None:
    assert str(prose("$$x$$")).startswith('<math display="block">')
    assert "<mspace" in str(to_mathml(r"\log n"))


@pytest.mark.parametrize(
    "tex",
    [
        "x_{",
        r"\undefinedcommand{x}",
        r"\frac{1}",
        r"\left( x",
        "a^b^c",
        r"\newcommand{\x}{\x\x} \x",
        r"\def\a{\a\a}\a",
        r"\href{javascript:alert(1)}{x}",
        r"\class{skip}{x}",
        r"\style{color:red}{x}",
        r"\unicode{x3c}",
        r"\begin{matrix}",
        "{" * 200 + "}" * 200,
        r"\sqrt" * 119,
        "x" * 601,
        "   ",
    ],
)
def test_what_cannot_be_read_stays_as_it_was_typed(tex: str) -> None:
    """Break to see it fail: take a command out of the refused ones, or lift a bound."""
    assert to_mathml(tex) is None
    assert seen(prose(f"so ${tex}$ holds")) == f"so ${tex}$ holds"


@pytest.mark.parametrize("frame", ["%s", "$%s$", r"$\text{%s}$", r"\(%s\)", r"$\mbox{$%s$}$"])
def test_nothing_gets_out_of_a_formula(frame: str) -> None:
    """Break to see it fail: give `_Rebuilding.write` the text without `escape`, or any attribute
    that latex2mathml has set."""
    allowed = mathematics._FLAGS | mathematics._LENGTHS | set(mathematics._WORDS) | {"display"}
    for payload in PAYLOADS:
        page = Html(prose(frame % payload, [Span(0, 3)]))
        for node in page.css("*"):
            assert node.tag in ALLOWED and set(node.attributes) <= allowed, payload


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="$\\(){}[]_^&<>'\"ab1 x\n%~#", max_size=80))
def test_whatever_is_typed_is_shown(text: str) -> None:
    """Never an error, only our elements, and outside of formulas every character."""
    markup = prose(text)
    assert elements(str(markup)) <= ALLOWED
    if not list(find_formulas(text)):
        assert Html(f"<pre>x{markup}</pre>").css_first("pre").text() == "x" + text.replace(  # type: ignore[union-attr]
            "\\$", "$"
        )


def test_spans_are_kept() -> None:
    """Break to see it fail: forget the offset of the text behind a formula."""
    text = "the $k$-means method"
    assert prose(text, [Span(0, 3)]).startswith("<mark>the</mark> <math>")
    assert prose(text, [Span(8, 13)]).endswith("-<mark>means</mark> method")
    assert "<mark><math>" in prose(text, [Span(5, 6)])
    assert seen(prose(text, [Span(0, 20)])) == "the k-means method"


def test_a_cut_never_goes_through_a_formula() -> None:
    text = "before $a + b$ behind"
    assert keep_whole(text, 10) == 7
    assert [keep_whole(text, at) for at in (3, 7, 14, 20)] == [3, 7, 14, 20]


@pytest.mark.parametrize(
    "text",
    [
        "$" * 100_000,
        "\\(" * 50_000,
        "$" + "1" * 100_000 + "$",
        "$a$" * 20_000,
        "$" + r"\frac{" * 99 + "$",
        "$" + "x^" * 290 + "$",
    ],
    ids=["dollars", "openings", "digits", "formulas", "fractions", "powers"],
)
def test_the_time_is_bounded(text: str) -> None:
    start = time.process_time()
    prose(text)
    assert time.process_time() - start < 1.0


def test_random_tex_is_never_an_error() -> None:
    """What latex2mathml stumbles over has many kinds: none of them reaches a page."""
    rng = random.Random(4)
    pieces = [
        r"\frac", r"\sqrt", r"\left(", r"\right)", r"\begin{matrix}", r"\end{matrix}", "{", "}",
        "_", "^", r"\\", r"\sum", r"\limits", r"\mathbb", r"\substack", r"\overset", r"\color", "x",
        r"\genfrac", r"\xrightarrow", "[", "]", r"\hspace{1em}", r"\middle|", r"\sideset", "2", "'",
    ]  # fmt: skip
    for _ in range(1500):
        to_mathml(" ".join(rng.choices(pieces, k=rng.randint(1, 9))))
