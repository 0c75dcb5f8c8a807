"""The Markdown of comments: what it has, and that nothing can run in it or reach out."""

from __future__ import annotations

import time

import pytest
from selectolax.lexbor import LexborHTMLParser as Html

from broadsheet.web import mathematics
from broadsheet.web.markdown import LONGEST, to_markup
from hostile import PAYLOADS

OURS = {"p", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "br", "a"}
ALLOWED = OURS | mathematics._ELEMENTS | {"html", "head", "body", "-text"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*soft* and **loud**", "<p><em>soft</em> and <strong>loud</strong></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("> said\n\nI agree", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>I agree</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("```html\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("# not a heading", "<p># not a heading</p>"),
        ("not a heading\n===", "<p>not a heading<br>\n===</p>"),
        ("<b>plain</b>", "<p>&lt;b&gt;plain&lt;/b&gt;</p>"),
        ("a &amp; b &lt;i&gt;", "<p>a &amp; b &lt;i&gt;</p>"),
        ("| a |\n| - |", "<p>| a |<br>\n| - |</p>"),
        ("$5 and $6", "<p>$5 and $6</p>"),
        ("", ""),
    ],
)
def test_what_it_has(typed: str, shown: str) -> None:
    assert to_markup(typed).strip() == shown


def test_formulas_are_not_read_as_emphasis() -> None:
    """Break to see it fail: put the rule of formulas behind that of escapes."""
    markup = to_markup(r"with $a_i * b_i * c$ and \(x_1\) *so*")
    assert markup.count("<math>") == 2 and markup.count("<em>") == 1
    assert "$x_{$" in to_markup("unreadable $x_{$ stays")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("[a paper](https://a.example/x?y=1)", "https://a.example/x?y=1"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("see https://a.example/a_b_c, or not", "https://a.example/a_b_c"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("[write](mailto:ada@a.example)", "mailto:ada@a.example"),
        ("[$x$](https://a.example)", "https://a.example"),
    ],
)
def test_links(typed: str, address: str) -> None:
    link = Html(to_markup(typed)).css_first("a")
    assert link is not None and link.attributes["href"] == address
    assert link.attributes["rel"] == "nofollow ugc noreferrer"


@pytest.mark.parametrize(
    "typed",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "[x](//elsewhere.example)",
        "[x](/account/delete)",
        "[x](\\\\elsewhere.example)",
        "<javascript:alert(1)>",
        "[x](file:///etc/passwd)",
        "[x](&#106;avascript:alert(1))",
        "[x](mailto:?bcc=all@a.example)",
        "[ref]: https://a.example\n\n[ref]",
    ],
)
def test_where_no_link_leads(typed: str) -> None:
    """Break to see it fail: let `_is_safe` accept every address."""
    assert Html(to_markup(typed)).css_first("a[href*=':']:not([href^='http'])") is None
    for link in Html(to_markup(typed)).css("a"):
        assert str(link.attributes["href"]).startswith("https://a.example")


@pytest.mark.parametrize(
    "frame", ["%s", "> - *%s*", "[x](%s)", "[%s](https://a.example/%s)", "```%s"]
)
def test_nothing_can_run(frame: str) -> None:
    """Break to see it fail: turn `html` on with its two rules, or write a fence's text without
    `escape`."""
    for payload in PAYLOADS:
        for node in Html(to_markup(frame.replace("%s", payload))).css("*"):
            assert node.tag in ALLOWED, payload
            if node.tag in OURS:
                assert set(node.attributes) <= {"href", "rel", "start"}, payload
            if href := node.attributes.get("href"):
                assert href.startswith(("http://", "https://", "mailto:")), payload


@pytest.mark.parametrize(
    "piece",
    [">", "*a ", "[", "`", "- ", "$a$", "**", "[a](", "<", "![a", "*_`[", "\\", "http://a.b/"],
)
def test_the_time_is_bounded(piece: str) -> None:
    """Break to see it fail: take the bound on brackets away."""
    text = (piece * LONGEST)[:LONGEST]
    start = time.process_time()
    to_markup(text)
    assert time.process_time() - start < 1.5


def test_what_is_too_long_is_shown_as_it_was_typed() -> None:
    assert to_markup("*a*<b>" + "x" * LONGEST).startswith("<p>*a*&lt;b&gt;")
