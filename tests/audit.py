"""What may stand on a page of ours, whatever anybody wrote: elements, attributes, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser as Html

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STRUCTURE = _words(
    "html head meta title link script body header nav main aside section article footer div p span "
    "h1 h2 h3 h4 ul ol li dl dt dd a abbr bdi b strong em i s small sub sup code pre blockquote br "
    "hr q cite kbd mark time wbr data details summary dialog figure figcaption img picture table "
    "caption thead tbody tfoot tr th td colgroup col form fieldset legend label input textarea "
    "select option optgroup datalist button output progress meter noscript hgroup search address "
    "del ins var samp template"
)
DRAWING = _words(
    "svg g path circle rect line polyline polygon text tspan title desc defs use symbol clippath "
    "marker metadata pattern ellipse a"
)
MATHEMATICS = _words(
    "math mrow mstyle mtd mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover "
    "munderover mmultiscripts mprescripts mtable mtr mpadded mphantom semantics annotation "
    "menclose merror"
)
ALLOWED = STRUCTURE | DRAWING | MATHEMATICS

_ADDRESSED = _words(
    "href src action formaction xlink:href poster data srcset ping background cite manifest"
)
_LOADED = {"img": "src", "script": "src", "link": "href", "use": "href", "image": "href"}
_NEVER = _words("style srcdoc is ping background accesskey")
_SAFE_SCHEMES = frozenset({"", "http", "https", "mailto"})
_BLANKS = re.compile(r"[\x00-\x20]")

_COLLECT = """(addressed) => {
  const found = new Map();
  for (const node of document.querySelectorAll("*")) {
    const attributes = [...node.attributes].map((each) =>
      [each.name, addressed.includes(each.name) ? each.value : ""]);
    found.set(JSON.stringify([node.localName, attributes]), [node.localName, attributes]);
  }
  const marks = document.documentElement.outerHTML.match(/zqq[a-z_]+qq[0-9]+z/gi) ?? [];
  return [[...found.values()], [...new Set(marks)].join(" ")];
}"""

Element = tuple[str, list[tuple[str, str]]]


def audit_page(page: Page) -> tuple[list[str], str]:
    """What is wrong with the document that a browser made of a page; and the markers in it."""
    elements, marks = page.evaluate(_COLLECT, sorted(_ADDRESSED))
    return list(_judge(elements)), marks


def audit_text(html: str) -> list[str]:
    """The same of a page's text, read by another parser."""
    tree = Html(html)
    elements = [
        (node.tag or "", [(k, v or "") for k, v in node.attributes.items()])
        for node in tree.css("*")
    ]
    return list(_judge(elements))


def _judge(elements: list[Element]) -> Iterator[str]:
    for tag, attributes in elements:
        if tag.lower() not in ALLOWED:
            yield f"an element <{tag}>"
        given = dict(attributes)
        if tag == "script" and "src" not in given:
            yield "an inline script"
        if tag == "meta" and "http-equiv" in given:
            yield "a meta element that acts as a header"
        for name, value in attributes:
            yield from _judge_attribute(tag, name.lower(), value)


def _judge_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on") or name in {
        "style",
        "srcdoc",
        "is",
        "ping",
        "background",
        "accesskey",
    }:
        yield f"<{tag} {name}>"
    elif name in _ADDRESSED and not _is_safe(value):
        yield f"<{tag} {name}={value[:60]!r}>"
    elif _LOADED.get(tag) == name and not _is_own(value):
        yield f"<{tag}> loads {value[:60]!r}"
    elif name in {"action", "formaction"} and not _is_own(value):
        yield f"<{tag}> sends to {value[:60]!r}"


def _is_safe(address: str) -> bool:
    try:
        return urlsplit(_BLANKS.sub("", address)).scheme in _SAFE_SCHEMES
    except ValueError:
        return False


def _is_own(address: str) -> bool:
    return address.startswith(("/", "#", "?")) and not address.startswith(("//", "/\\"))
