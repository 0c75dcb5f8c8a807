"""HTML of strangers as one line of plain text. Nothing of it is ever kept as HTML.

Feeds say HTML and often mean text, so a `<` is only taken for a tag where it begins one that HTML
knows: `$a<b$ and $c>d$` stays as it is, and within mathematics a tag must look like nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from broadsheet.text import split_maths

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

MAX_HTML = 300_000
"""Characters of HTML that are looked at; six times what is kept of an abstract."""

MAX_TAGS = 4_000
"""Tags that are handed to the parser: those of blocks, in which its time is quadratic, are not."""

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend "
    "li main menu nav ol optgroup option p pre search section select summary table tbody td tfoot "
    "th thead title tr ul jats:p jats:title jats:sec"
)
_SILENT = (
    "script style template iframe noscript noembed noframes object svg canvas audio video select "
    "textarea head"
)
_INLINE = (
    "a abbr acronym applet area b base basefont bdi bdo big button cite code col colgroup data "
    "datalist del dfn em embed font frame i img inf input ins kbd label link map mark math marquee "
    "menuitem meta meter nobr output param picture plaintext progress q rb rp rt rtc ruby s samp "
    "slot small source span strike strong sub sup time track tt u var wbr xmp annotation "
    "annotation-xml maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded "
    "mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr "
    "munder munderover none semantics jats:italic jats:bold jats:sub jats:sup path"
)
BLOCKS = frozenset(_BLOCKS.split())
SILENT = frozenset(_SILENT.split())
KNOWN = BLOCKS | SILENT | frozenset(_INLINE.split())

_OPENING = re.compile(
    r"<(?P<name>/?[A-Za-z][A-Za-z0-9:-]{0,20})(?=[\s/>])|<!--|<!\[CDATA\[|<!doctype|<\?|<",
    re.IGNORECASE,
)
_PLAIN_TAG = re.compile(r"/?[A-Za-z0-9:-]+(?:\s[^<>]{0,300}=[^<>]{0,3000})?\s?/?>")
_SIGNS = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|cite|code|div|em|font|h[1-6]|hr|i|img|inf|li|math|mml:math"
    r"|ol|p|pre|s|small|span|strike|strong|sub|sup|table|td|tt|u|ul|jats:[a-z]+)(?:\s[^<>]*)?/?>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});",
    re.IGNORECASE,
)


def is_html(text: str) -> bool:
    """Whether a text of which nobody says what it is has the usual tags or entities of HTML."""
    return ("<" in text or "&" in text) and _SIGNS.search(text[:MAX_HTML]) is not None


def html_text(html: str) -> str:
    """The text of a piece of HTML: scripts gone, a space between blocks, mathematics kept.

    Formulas in MathML or pictures that carry their TeX are that TeX between dollar signs. Takes
    bounded time for whatever comes; past `MAX_HTML` characters nothing is looked at.
    """
    html = html[:MAX_HTML]
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    from selectolax.lexbor import LexborHTMLParser

    parser = LexborHTMLParser(f"<!doctype html><body>{_prepare(html)}")
    for node in parser.css(",".join(SILENT - BLOCKS)):
        node.decompose()
    _write_formulas(parser)
    body = parser.body
    return " ".join(body.text(separator="").split()) if body else ""


def _prepare(html: str) -> str:
    """`html` in which blocks are spaces, and every `<` that begins no tag is written as text."""
    left = MAX_TAGS

    def replace(found: re.Match[str], maths: bool) -> str:
        nonlocal left
        name = (found["name"] or "").lower().removeprefix("/")
        opening = found[0] if name or len(found[0]) > 1 else ""
        if name and (name not in KNOWN and not name.startswith("mml:")):
            opening = ""
        if opening and maths and not _PLAIN_TAG.match(found.string, found.start() + 1):
            opening = ""
        if not opening:
            return "&lt;" + found[0][1:]
        if name in BLOCKS and name not in SILENT:
            return " <wbr"  # an element that holds nothing, with whatever attributes follow
        left -= 1
        return opening.replace("mml:", "", 1) if left >= 0 else "<wbr"

    parts = split_maths(html)
    for place, part in enumerate(parts):
        if "<" in part:
            inside = place % 2 == 1
            parts[place] = _OPENING.sub(lambda found, m=inside: replace(found, m), part)  # type: ignore[misc]
    return "".join(parts)


def _write_formulas(parser: LexborHTMLParser) -> None:
    for picture in parser.css("img[alt].latex, img[alt].tex, img[alt].math"):
        tex = (picture.attributes.get("alt") or "").strip().strip("$")
        picture.replace_with(f"${tex}$" if tex else "")
    for formula in parser.css("math"):
        tex = (formula.attributes.get("alttext") or "").strip().strip("$")
        note = None if tex else formula.css_first("annotation[encoding*=tex i]")
        tex = tex or (note.text().strip().strip("$") if note else "")
        if tex:
            formula.replace_with(f"${tex}$")
        else:
            for each in formula.css("annotation, annotation-xml"):
                each.decompose()
