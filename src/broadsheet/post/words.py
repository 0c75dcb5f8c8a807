"""Texts of others as a letter shows them: one line, of bounded length, formulas without TeX."""

from __future__ import annotations

import re
from functools import lru_cache

from broadsheet.text import clean_line, read_tex, split_maths

_LONGEST_FORMULA = 200
_DEEPEST = 8
_MOST_BRACKETS = 4
"""Each may open an optional argument within the one before, which doubles the time (`read_tex`);
formulas in formulas take their share of it."""
_MOST_FORMULAS = 12
"""So many formulas of one text are read; those after them stay as they were typed."""
_BRACKET = re.compile(r"\[|\$|\\\(")
# What defines, reads files or spans lines is no formula for the middle of a sentence; and a cube
# root would be read as a square root.
_REFUSED = re.compile(
    r"\\(?:(?:[egx]?def|let|(?:re)?newcommand|input|include|begin|verb)(?![a-z])|sqrt\s*\[)"
)


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
    last = 2 * _MOST_FORMULAS
    parts[1:last:2] = map(_say_formula, parts[1:last:2])
    return "".join(parts)


@lru_cache(maxsize=4096)
def _say_formula(tex: str) -> str:
    if len(tex) > _LONGEST_FORMULA or _REFUSED.search(tex) or _is_dear(tex):
        return tex
    from pylatexenc.latexwalker import LatexWalkerError  # slow to import, and often not needed

    try:
        said = read_tex(tex)
    except (
        LatexWalkerError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
        ValueError,
    ):  # fmt: skip
        return tex
    return clean_line(said) or tex


def _is_dear(tex: str) -> bool:
    """Whether reading a formula may take long."""
    return len(_BRACKET.findall(tex[1:-1])) > _MOST_BRACKETS or _depth(tex) > _DEEPEST


def _depth(tex: str) -> int:
    """How deep braces lie in each other, at most."""
    depth = deepest = 0
    for letter in tex:
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return deepest
