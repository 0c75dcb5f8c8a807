"""Texts of others as a letter shows them: one line, of bounded length, formulas without TeX."""

from __future__ import annotations

import re
from functools import lru_cache

from broadsheet.text import clean_line, split_maths

_LONGEST_FORMULA = 200
_DEEPEST = 8
# What defines, reads files or spans lines is no formula for the middle of a sentence.
_REFUSED = re.compile(r"\\(?:[egx]?def|let|(?:re)?newcommand|input|include|begin|verb)(?![a-z])")


def tidy(text: str, longest: int) -> str:
    """A text for a letter, cut where a word ends if it is longer than that."""
    line = clean_line(text[: 4 * longest])
    if "$" in line or "\\" in line:
        line = " ".join(without_tex(line).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    end = cut.rfind(" ")
    return (cut[:end] if end > longest // 2 else cut).rstrip(" ,;:.") + "…"


def without_tex(text: str) -> str:
    """A text with its formulas as plain text ("α-divergence", "O(n log n)", "ℝ^d"); one that
    cannot be read stays as it was typed."""
    parts = split_maths(text)
    parts[1::2] = map(_say_formula, parts[1::2])
    return "".join(parts)


@lru_cache(maxsize=4096)
def _say_formula(tex: str) -> str:
    if len(tex) > _LONGEST_FORMULA or _REFUSED.search(tex) or _depth(tex) > _DEEPEST:
        return tex
    from pylatexenc.latex2text import LatexNodes2Text  # slow to import, and often not needed
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        said = str(LatexNodes2Text(math_mode="text").latex_to_text(tex))
    except (LatexWalkerError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return tex  # it has no common error: whatever it stumbles over is there
    return clean_line(said) or tex


def _depth(tex: str) -> int:
    """How deep braces lie in each other, at most."""
    depth = deepest = 0
    for letter in tex:
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return deepest
