"""Labels and titles are what strangers typed: nothing of them is read, run, or let out."""

from __future__ import annotations

import re

import pytest
from drawn import DRAUGHTSMAN, SVG, draw, make_curve, make_map, make_plot, texts
from lxml import etree

from broadsheet.drawing import svg
from broadsheet.drawing.labels import clean

LABELS = (
    r"$\nonsense{x}$ and $\frac{$",
    "$x$ ^ _ \\",
    "_nolegend_",
    "<script>alert(1)</script>",
    "]]>\"'><svg/onload=alert(1)>",
    "עברית (ימין) لغة",
    "emoji 🎉👩‍🔬 and 漢字仮名",
    "a\x00b\x1b[31m\x85\u2028c\ud800",
    "right \u202eto left\u2066",
    "&amp; &#x3c; %s {0} {{x}}",
    "word " * 800,
    "x" * 4000,
    "",
)
ALLOWED = {"svg", "g", "defs", "path", "use", "text", "a", "title", "circle"}


def check(root: etree._Element) -> None:
    """Nothing but shapes, texts and links to pages."""
    for element in root.iter():
        assert etree.QName(element).localname in ALLOWED
        for name, value in element.attrib.items():
            assert not str(name).startswith("on") and name != "style"
            assert "url(" not in str(value) and "javascript" not in str(value).lower()
            if name == "href":
                assert re.match(r"/(?!/)|#|https?://", str(value))


@pytest.mark.parametrize("label", LABELS)
def test_labels_are_only_ever_shown(label: str) -> None:
    """Break to see it fail: leave `parse_math=False` out, or `clean` out of `fit`."""
    plot = make_plot(make_curve(label, [1, 2, 3]), make_curve("other", [3, 2, 1]))
    root = draw(plot)
    check(root)
    shown = [text for text in texts(root) if text.startswith(clean(label)[:12].rstrip())]
    assert shown and all(len(text) < 60 for text in shown)
    papers = make_map(label, "another", label)
    check(etree.fromstring(DRAUGHTSMAN.draw_map(papers, "svg", lambda number: f"/paper/{number}")))


@pytest.mark.parametrize("first", range(0, len(LABELS), 3))
def test_labels_are_painted(first: int) -> None:
    """Break to see it fail: leave `parse_math=False` out."""
    labels = LABELS[first : first + 3]  # a map names three regions
    plot = make_plot(*(make_curve(label, [1, 2, 3]) for label in labels))
    assert DRAUGHTSMAN.draw_plot(plot, "png").startswith(b"\x89PNG")
    assert DRAUGHTSMAN.draw_map(make_map(*labels), "png").startswith(b"\x89PNG")


def test_letters_that_the_font_lacks_are_still_the_pages() -> None:
    """Break to see it fail: keep what matplotlib drew instead of the true text."""
    assert "漢字" in texts(draw(make_plot(make_curve("漢字", [1, 2]))))


def test_only_what_is_on_the_list_gets_out() -> None:
    """Break to see it fail: leave out `_prune`."""
    drawn = f"""<svg xmlns="{SVG[1:-1]}" xmlns:xlink="http://www.w3.org/1999/xlink"
        viewBox="0 0 1 1" onload="alert(1)"><script>alert(1)</script><style>a{{}}</style>
        <foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>
        <image href="https://evil.example/x.png"/><g onclick="x"><animate/>
        <path d="M0 0" style="fill: #005fa3; background: url(x)"/></g></svg>"""
    places = ["javascript:alert(1)", "//evil.example", "data:text/html,x", "/search?q=1"]
    ways = [svg.Way(0, 0, 1, place, "t") for place in places]
    root = etree.fromstring(svg.refine(drawn.encode(), "c", {}, ways))
    check(root)
    assert [way.get("href") for way in root.iter(SVG + "a")] == [None, None, None, "/search?q=1"]
    path = next(root.iter(SVG + "path"))
    assert (path.get("fill"), path.get("class")) == ("#005fa3", "curve-1-ink")
