"""TeX in running text to Unicode: accents, quotes, escapes and plain emphasis; never maths.

Only the matched snippets go through pylatexenc, and each of them once: there are a few hundred
of them in all the abstracts of arXiv.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache

_ENVIRONMENTS = (
    r"(?:equation|align|alignat|aligned|eqnarray|gather|gathered|multline|displaymath|math"
    r"|array|matrix|pmatrix|bmatrix|cases|split|flalign|subequations)\*?"
)
_DELIMITER = re.compile(rf"\\[()\[\]\\$]|\$\$?|\\(?:begin|end)\{{{_ENVIRONMENTS}\}}")
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}

# A letter may have an accent already: TeX stacks them, as in Vietnamese names.
_BASE = r"(?:\\[ij](?![A-Za-z])|[A-Za-z\u00c0-\u024f])"
_ACCENT = (
    rf"[\"'`^~=.](?:\{{ ?{_BASE} ?\}}|{_BASE})|[uvHcdbkr] ?\{{ ?{_BASE} ?\}}"
    r"|v [cdenrstzCDENRSTZ]|c [cstCST]|H [ouOU]|k [aeAE]|u [agAG]|r [auAU]"
)
_LETTER = r"(?:ss|ae|AE|oe|OE|aa|AA|dj|DJ|dh|DH|th|TH|ng|NG|[oOlLij])(?![A-Za-z])"
_SYMBOL = (
    r"(?:l?dots|text(?:endash|emdash|quote(?:left|right|single|dblleft|dblright)|registered"
    r"|trademark|degree|bullet|ellipsis|asciitilde|asciicircum|backslash|braceleft|braceright"
    r"|underscore|greater|less|bar)|pounds|copyright)(?![A-Za-z])"
)
# Each alternative begins with a literal character, which makes the search several times faster.
_SNIPPET = re.compile(
    # Two backslashes are one unit (a line break), so that the second escapes nothing.
    rf"\\(?:\\|{_ACCENT}|{_LETTER}(?:\{{\}}| (?=[a-z]))?|{_SYMBOL}(?:\{{\}})?|[%&_# ,-]|~\{{\}})"
    rf"|\{{\\(?:{_ACCENT}|{_LETTER})\}}"
)
_PLAIN = {
    "\\\\": "\\\\", r"\%": "%", r"\&": "&", r"\_": "_", r"\#": "#", "\\ ": " ", r"\,": " ",
    r"\-": "", r"\~": "~", r"\textasciicircum": "^", r"\textbackslash": "\\",
}  # fmt: skip
_TIE = re.compile(r"~(?<=[\w.,;:)\]}\0]~)(?=[\w(\[\\\0])")
_EMPHASIS = re.compile(
    r"\\(?:emph|url|text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal))\{([^{}\\]*)\}"
    r"|\{\\(?:em|it|bf|sc|tt|sl|rm|sf) ([^{}\\]*)\}"
)
_HREF = re.compile(r"\\href ?\{([^{}\s\0]*)\} ?\{([^{}\\\0]*)\}")
# What is left of `\href{address}{address}` where somebody dropped the command.
_TWICE = re.compile(r"(https?://[^\s{}\0]{4,300}+)(?:\{\1\})+")
# Whether a text may have anything for the patterns above, in one fast scan.
_MAYBE = re.compile(
    rf"\\(?:[\"'`^~=.%&_# ,-]|[uvHcdbkr](?: ?\{{| \w)|{_LETTER}|l?dots|text|pounds|copyright|emph"
    r"|url|href|(?:em|it|bf|sc|tt|sl|rm|sf) )"
)
_ROUNDS = 4


def split_maths(text: str) -> list[str]:
    """`text` cut into prose and maths in turn, prose first: joined again they are `text`.

    Maths is `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]` and the usual environments, with delimiters; an
    opening without its closing is prose.
    """
    tokens = list(_DELIMITER.finditer(text))
    last = {token[0]: index for index, token in enumerate(tokens)}
    parts: list[str] = []
    done, begin, closer = 0, 0, ""
    for index, token in enumerate(tokens):
        if closer:
            if token[0] == closer:
                parts += text[done:begin], text[begin : token.end()]
                done, closer = token.end(), ""
        elif last.get(wanted := _closer(token[0]), -1) > index:
            begin, closer = token.start(), wanted
    parts.append(text[done:])
    return parts


def decode_tex(text: str, tidy: Callable[[str], str]) -> str:
    """TeX in the prose of `text` as Unicode; `tidy` cleans white space after each round.

    Rounds go on until nothing changes, so that doing it again changes nothing either. A text
    that is not done after a few was not written by an author, and is left as it is.
    """
    special = "~" in text or "``" in text or "{http" in text
    if not (special or ("\\" in text and _MAYBE.search(text))):
        return text
    before = text
    for _ in range(_ROUNDS):
        after = _decode_once(before)
        if after == before:
            return after
        before = tidy(after)
    return text


def _closer(opening: str) -> str:
    if opening.startswith(r"\begin"):
        return r"\end" + opening.removeprefix(r"\begin")
    return _CLOSERS.get(opening, "")


def _decode_once(text: str) -> str:
    """One round over all prose at once, with a NUL (which no clean text has) for each maths."""
    parts = split_maths(text)
    prose = _decode_prose("\0".join(parts[::2]))
    if len(parts) == 1:
        return prose
    parts[::2] = prose.split("\0")
    return "".join(parts)


def _decode_prose(text: str) -> str:
    if "~" in text:
        text = _TIE.sub(" ", text)
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    if "\\" in text:
        text = _SNIPPET.sub(_convert, text)
    if "\\" in text:
        text = _EMPHASIS.sub(lambda found: found[1] or found[2] or "", text)
        text = _HREF.sub(_show_link, text)
    if "{http" in text:
        text = _TWICE.sub(r"\1", text)
    return text


def _convert(found: re.Match[str]) -> str:
    snippet = found[0]
    if snippet.startswith(r"\~") and found.string.startswith("/", max(0, found.start() - 1)):
        return "~" + snippet[2:]  # a home page's address, not an accent
    plain = _PLAIN.get(snippet.removesuffix("{}"))
    return _through_pylatexenc(snippet) if plain is None else plain


@lru_cache(maxsize=4096)
def _through_pylatexenc(snippet: str) -> str:
    return read_tex(snippet).strip()


def read_tex(tex: str) -> str:
    """What pylatexenc makes of some TeX; whatever it stumbles over, it has no common error.

    The time doubles with each "[" in another one's optional argument: whoever hands it more than
    a letter or a symbol bounds them.
    """
    from pylatexenc.latex2text import LatexNodes2Text  # slow to import, and often not needed

    # It warns about every unknown command: what strangers typed does not belong in our log.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return str(LatexNodes2Text().latex_to_text(tex))


def _show_link(found: re.Match[str]) -> str:
    url, text = found[1], found[2].strip()
    return url if not text or text in url else f"{text} ({url})"
