"""HTML as plain text: what is shown stays, what runs goes, mathematics survives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.html_text import MAX_HTML, html_text, is_html
from effort import takes_less_than

TEX_NOTE = '<annotation encoding="application/x-tex">x_1</annotation>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("We have $a<b$ and $c>d$", "We have $a<b$ and $c>d$"),
        ("so $a<b and c>d$ holds", "so $a<b and c>d$ holds"),
        ("<p>so $a&lt;b$</p>", "so $a<b$"),
        (r"\(a<b\) and <i>c</i>", r"\(a<b\) and c"),
        ("if x<y then <i>z</i> <- w", "if x<y then z <- w"),
        ("from $5 <b>and</b> $6", "from $5 and $6"),
        ("<p>One<p>two<br/>three", "One two three"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("Fe<sub>2</sub>O<sub>3</sub>", "Fe2O3"),
        ("AT&amp;T &#8217; &eacute;", "AT&T ’ é"),
        ("a <svg/onload=alert(1)> b", "a b"),
        ("<script>x<b>y</script>ok<style>p{}</style>", "ok"),
        ('<img src=x onerror="alert(1)">after', "after"),
        ('<a href="javascript:alert(1)">go</a>', "go"),
        ('<div title="a>b">q</div>', "q"),
        ("<!-- c > d --> e", "e"),
        ("<![CDATA[ x ]]>", "x"),
        ("<unknown>tag</unknown>", "<unknown>tag</unknown>"),
        ("<jats:p>In <jats:italic>vitro</jats:italic></jats:p>", "In vitro"),
        ('<img class="latex" alt="\\alpha_1">', r"$\alpha_1$"),
        ('<math alttext="x^2"><mi>x</mi></math> y', "$x^2$ y"),
        (f"<math><semantics><mi>x</mi>{TEX_NOTE}</semantics></math>", "$x_1$"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
        ("", ""),
        (" plain \n text ", "plain text"),
    ],
)
def test_what_a_person_would_read(html: str, text: str) -> None:
    """Deliberate break: hand the HTML to the parser as it came, and `$a<b$` is eaten."""
    assert html_text(html) == text


@pytest.mark.parametrize(
    "text", ["a < b", "AT&T", "$a<b$", "<unknown>", "x<y and z>w", "R&D;", "on <b>"]
)
def test_text_is_not_taken_for_html(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize("text", ["<b>a</b>", "x&#8217;s", "a<br/>b", "&lt;", '<a href="x">y</a>'])
def test_html_is_known_by_its_signs(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "unit",
    ["<b>", "<div>", "<math>", "<", "<!--", "$<b>", '<a href="', "<?", "<table><b>", "&amp;",
     f"<math>{TEX_NOTE}", "<img class=latex alt=x>", "<template>", "<script>"],
)  # fmt: skip
def test_any_repetition_takes_bounded_time(unit: str) -> None:
    """Deliberate break: let blocks reach the parser, or formulas without `MAX_FORMULAS`."""
    html = unit * (2 * MAX_HTML // len(unit))
    assert takes_less_than(1, lambda: html_text(html))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(
    ["<", ">", "</", "<b", "<p>", "$", "\\(", "<math>", "]]>", "<![CDATA[", "&", "&lt;", "\ud800",
     "<script>", "</script>", '"', "x", " ", "<!--", "\0"]
), max_size=60))  # fmt: skip
def test_nothing_raises_and_text_stays_on_one_line(pieces: list[str]) -> None:
    text = html_text("".join(pieces))
    assert text == " ".join(text.split())
    is_html(text)


def test_text_with_formulas_is_left_as_it_is() -> None:
    """A thousand invented sentences with formulas, as text that was called HTML."""
    dice = random.Random(3)
    for _ in range(1000):
        left, right = dice.choices("abijkxyz", k=2)
        text = f"For all ${left}<{right}$ and $0<{left}_{{{right}}}<1$ we have {left} < {right}."
        assert html_text(text) == text
