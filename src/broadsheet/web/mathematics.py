"""TeX formulas in running text to MathML: what authors and readers wrote, read with bounds.

The markup is rebuilt element by element from what `latex2mathml` understood, through a list of
what is allowed; its own serialiser, which takes escapes back, is never used. A formula that cannot
be read stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

from broadsheet.model import Span
from broadsheet.web.marks import mark

LONGEST = 600
DEEPEST = 40
MOST_ELEMENTS = 500

_DELIMITER = re.compile(r"\\[\\$()\[\]]|\$\$?")
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_DISPLAYED = frozenset({"$$", r"\["})
_TEX = re.compile(r"[\\^_{]")
_MONEY = re.compile(r"\s*[0-9][0-9.,]*.*?[A-Za-z]{2}", re.DOTALL)
# Definitions can grow without bound, and these commands reach out of the formula.
_REFUSED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|Declare\w*|(?:re)?newenvironment"
    r"|href|url|class|style|cssId|html\w*|include\w*|input|require|unicode|verb|tag)\b"
)
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")
_LENGTH = re.compile(r"[+-]?(?:[0-2]?\.[0-9]{1,4}|[0-3])(?:em|ex|px|pt)?")

_ROWS = frozenset({"math", "mrow", "mstyle", "mtd"})
_ELEMENTS = _ROWS | {
    "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mpadded",
    "mphantom",
}  # fmt: skip
_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3,
    "munderover": 3,
}  # fmt: skip
_FLAGS = frozenset(
    {
        "stretchy", "fence", "separator", "accent", "accentunder", "movablelimits", "largeop",
        "symmetric", "displaystyle",
    }
)  # fmt: skip
_LENGTHS = frozenset(
    {"width", "height", "depth", "lspace", "rspace", "voffset", "minsize", "maxsize"}
)
_WORDS = {
    "mathvariant": frozenset({"normal"}),
    "form": frozenset({"prefix", "infix", "postfix"}),
    "scriptlevel": frozenset({"0", "1", "2"}),
    "columnalign": frozenset({"left", "right", "center"}),
    "linethickness": frozenset({"0"}),
}
_THIN_SPACE = Markup('<mspace width="0.167em"></mspace>')
# What most authors define for themselves and forget to spell out in an abstract.
_SHORTHANDS = re.compile(r"\\(?:(RR?|NN?|ZZ?|QQ?|CC)|(eps))(?![A-Za-z])")


class Formula(NamedTuple):
    """A formula in a text: where it stands with its delimiters, and what is between them."""

    start: int
    end: int
    tex: str
    displayed: bool


class _UnreadableError(Exception):
    """The formula cannot be shown as one."""


def prose(text: str, spans: Sequence[Span] = ()) -> Markup:
    """A text for a page: escaped, `<mark>` around its spans, its formulas as MathML.

    A formula that a span touches is marked whole.
    """
    if "$" not in text and "\\" not in text:
        return mark(text, spans)
    parts: list[Markup] = []
    done = 0
    for formula in find_formulas(text):
        shown = to_mathml(formula.tex, formula.displayed)
        if shown is None:
            continue
        parts.append(_plain(text, done, formula.start, spans))
        touched = any(start < formula.end and end > formula.start for start, end in spans)
        parts.append(Markup("<mark>%s</mark>") % shown if touched else shown)
        done = formula.end
    return Markup("").join([*parts, _plain(text, done, len(text), spans)])


def find_formulas(text: str) -> Iterator[Formula]:
    """The formulas of a text in order: `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`; in linear time.

    A dollar sign opens a formula only where what follows up to the next one can be one: "$5 and
    $6" are sums of money.
    """
    tokens = [found for found in _DELIMITER.finditer(text) if found[0] not in ("\\\\", "\\$")]
    done = 0
    for token, following in zip(tokens, tokens[1:], strict=False):
        if token.start() < done or _CLOSERS.get(token[0]) != following[0]:
            continue
        tex = text[token.end() : following.start()]
        if len(tex) > LONGEST:
            continue
        if token[0] == "$" and not _is_formula(tex, text[following.end() : following.end() + 1]):
            continue
        done = following.end()
        yield Formula(token.start(), done, tex, token[0] in _DISPLAYED)


def keep_whole(text: str, at: int) -> int:
    """The place nearest before `at` where a text can be cut without cutting a formula."""
    if "$" not in text and "\\" not in text:
        return at
    return next((f.start for f in find_formulas(text) if f.start < at < f.end), at)


@lru_cache(maxsize=4096)
def to_mathml(tex: str, displayed: bool = False) -> Markup | None:
    """A formula as MathML, or None where it cannot be read within the bounds."""
    if len(tex) > LONGEST or not tex.strip() or _REFUSED.search(tex):
        return None
    try:
        return _Rebuilding().write(_read(tex, displayed), 0)
    except _UnreadableError:
        return None


def _is_formula(tex: str, following: str) -> bool:
    """Whether what stands between two dollar signs is a formula rather than prose about money."""
    if not tex.strip():
        return False
    if _TEX.search(tex):
        return True
    tight = not tex[0].isspace() and not tex[-1].isspace() and not following.isdecimal()
    return tight and not _MONEY.match(tex)


def _plain(text: str, start: int, end: int, spans: Sequence[Span]) -> Markup:
    """A stretch without formulas, marked; an escaped dollar sign is a dollar sign."""
    inside = [
        Span(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start
    ]
    return Markup(str(mark(text[start:end], inside)).replace("\\$", "$"))


def _read(tex: str, displayed: bool) -> Element:
    """What latex2mathml understands. It has no common error: whatever it stumbles over is there."""
    from latex2mathml import converter, exceptions

    own = [each for each in vars(exceptions).values() if isinstance(each, type)]
    usual = [ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError]
    troubles: tuple[type[Exception], ...] = (*own, *usual, StopIteration)
    try:
        tex = _SHORTHANDS.sub(_spell_out, tex)
        return converter.convert_to_element(tex, display="block" if displayed else "inline")
    except troubles as error:
        raise _UnreadableError from error


def _spell_out(found: re.Match[str]) -> str:
    return rf"\mathbb{{{found[1][0]}}}" if found[1] else r"\epsilon"


class _Rebuilding:
    """Writes a formula again, from what is allowed."""

    def __init__(self) -> None:
        self._count = 0

    def write(self, element: Element, depth: int) -> Markup:
        """An element with all that is in it. Raises _UnreadableError."""
        self._count += 1
        if depth > DEEPEST or self._count > MOST_ELEMENTS or element.tag not in _ELEMENTS:
            raise _UnreadableError
        tag, inside = element.tag, Markup("")
        if len(element) != _CHILDREN.get(tag, len(element)):
            raise _UnreadableError
        for child, following in zip_longest(element, element[1:]):
            inside += self.write(child, depth + 1)
            if tag in _ROWS and _needs_space(child, following):
                inside += _THIN_SPACE
        return Markup(f"<{tag}{_attributes(element)}>{_text(element)}{inside}</{tag}>")


def _needs_space(element: Element, following: Element | None) -> bool:
    """Whether it is a function's name before its argument, as in "log n"."""
    name = element.text or ""
    if element.tag != "mi" or following is None or following.tag == "mo":
        return False
    return len(name) > 1 and name.isalpha()


def _attributes(element: Element) -> str:
    kept = [(name, value) for name, value in element.attrib.items() if _is_allowed(name, value)]
    if element.tag == "math" and element.get("display") == "block":
        kept = [("display", "block")]
    return "".join(f' {name}="{value}"' for name, value in kept)


def _is_allowed(name: str, value: str) -> bool:
    """Names and values are from short lists; a length is at most a few ems."""
    if name in _FLAGS:
        return value in ("true", "false")
    if name in _LENGTHS:
        return _LENGTH.fullmatch(value) is not None
    return value in _WORDS.get(name, ())


def _text(element: Element) -> Markup:
    """An element's own text, escaped. A command that was not understood makes all unreadable."""
    text = _REFERENCE.sub(_letter, element.text or "")
    if text.startswith("\\") and len(text) > 1:
        raise _UnreadableError
    return escape(text)


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    letter = chr(code) if code < 0x110000 else ""
    return letter if letter.isprintable() or letter.isspace() else ""
