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
"""Tags of one text that reach the parser. Those of blocks never do: it takes quadratic time for
blocks within blocks, and all that they are to a text is a space."""

MAX_FORMULAS = 200

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html "
    "legend li main menu nav ol optgroup option p pre search section select summary table tbody td "
    "tfoot th thead title tr ul jats:p jats:title jats:sec"
)
_INLINE = (
    "a abbr acronym applet area audio b base basefont bdi bdo big blink button canvas cite code "
    "col colgroup data datalist del dfn em embed font frame i img inf input ins kbd label link map "
    "mark marquee meta meter nobr noscript object output param path picture progress q rb rp rt "
    "rtc ruby s samp slot small source span strike strong sub sup svg textarea time track tt u "
    "var video wbr jats:italic jats:bold jats:sub jats:sup "
    "annotation annotation-xml maction math menclose merror mfenced mfrac mi mmultiscripts mn mo "
    "mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable "
    "mtd mtext mtr munder munderover none semantics"
)
BLOCKS = frozenset(_BLOCKS.split())
SILENT = frozenset(["script", "style", "template", "iframe", "noembed", "noframes"])
_KNOWN = BLOCKS | SILENT | frozenset(_INLINE.split())

_OPENING = re.compile(
    r"<(?:(?P<end>/?)(?:mml:)?(?P<name>[a-z][a-z0-9:-]{0,20})(?=[\s/>])|!--|!doctype|\?"
    r"|!\[CDATA\[)?",
    re.IGNORECASE,
)
_PLAIN_TAG = re.compile(r"</?[a-z0-9:-]+(?:\s[^<>]{0,300}=[^<>]{0,3000})?\s?/?>", re.IGNORECASE)
# The end of an element, an element that has none, or an entity: a lone "<b>" may be spoken of.
_SIGNS = re.compile(
    r"</(?:a|abbr|b|big|blockquote|cite|code|div|em|font|h[1-6]|i|inf|li|math|mml:math|ol|p|pre|s"
    r"|small|span|strike|strong|sub|sup|table|td|tt|u|ul|jats:[a-z]+)\s*>"
    r"|<(?:br|hr|img)(?:\s[^<>]*)?/?>"
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
    for node in parser.css(",".join(SILENT)):
        node.decompose()
    _write_formulas(parser)
    body = parser.body
    return " ".join(body.text(separator="").split()) if body else ""


def _prepare(html: str) -> str:
    """`html` in which blocks are spaces, and every `<` that begins no tag is written as text."""
    parts = split_maths(html.replace("]]>", "") if "<![CDATA[" in html else html)
    left = MAX_TAGS
    for place, part in enumerate(parts):
        if "<" in part:
            replace = _Replace(maths=place % 2 == 1, left=left)
            parts[place] = _OPENING.sub(replace, part)
            left = replace.left
    return "".join(parts)


class _Replace:
    """What stands in the place of a `<` and of the name after it."""

    def __init__(self, *, maths: bool, left: int) -> None:
        self._maths = maths
        self.left = left

    def __call__(self, found: re.Match[str]) -> str:
        opening, name = found[0], (found["name"] or "").lower()
        text = "&lt;" + opening[1:]
        if not name:
            if opening[1:2] == "!" and "[" in opening:
                return ""
            return text if self._maths or len(opening) == 1 else opening
        if name not in _KNOWN:
            return text
        if self._maths and not _PLAIN_TAG.match(found.string, found.start()):
            return text
        if name in BLOCKS:
            return " <wbr"  # an element that holds nothing, whatever attributes follow
        self.left -= 1
        return f"<{found['end']}{name}" if self.left >= 0 else "<wbr"


def _write_formulas(parser: LexborHTMLParser) -> None:
    for picture in parser.css("img[alt].latex, img[alt].tex")[:MAX_FORMULAS]:
        picture.replace_with(_dollars(picture.attributes.get("alt") or ""))
    formulas = parser.css("math")
    if len(formulas) > MAX_FORMULAS:  # they may lie within one another
        return
    for formula in formulas:
        note = formula.css_first("annotation[encoding*=tex i]")
        tex = _dollars(formula.attributes.get("alttext") or (note.text() if note else ""))
        if tex:
            formula.replace_with(tex)
        for each in formula.css("annotation, annotation-xml"):
            each.decompose()


def _dollars(tex: str) -> str:
    tex = tex.strip().strip("$")
    return f"${tex}$" if tex else ""
