"""Texts that fit: bounded, without control characters, and not on top of each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Control characters are not allowed in XML; direction marks could turn what follows around.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]+"
)
SIZE = 12.0
_LONGEST = 1000
_NARROW, _WIDE = 0.6, 1.05
"""Widths of a character in font sizes; those of DejaVu Sans, which is wider than most."""


def clean(text: str) -> str:
    """The text on one line, without characters that act instead of being shown."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def measure(text: str, size: float = SIZE) -> float:
    """About how wide a text is, in the unit of `size`; rather too wide."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (_WIDE * wide + _NARROW * (len(text) - wide))


def fit(text: str, width: float, size: float = SIZE) -> str:
    """The text cleaned, and cut with an ellipsis where it is wider than `width`."""
    text = clean(text[:_LONGEST])
    if measure(text, size) <= width:
        return text
    room, kept = width - measure("…", size), 0
    while kept < len(text) and room >= measure(text[kept], size):
        room -= measure(text[kept], size)
        kept += 1
    return text[:kept].rstrip() + "…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to `wanted` as can be with `gap` between any two, between `low` and `high`.

    Neighbours that are too near become a block about their mean, blocks that meet become one
    (isotonic regression by pooling). Where there is no room for all, they run over `high`.
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    blocks: list[tuple[float, int]] = []
    for rank, number in enumerate(order):
        mean, size = wanted[number] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    top = high - gap * (len(wanted) - 1)
    means = [min(max(mean, low), max(top, low)) for mean, size in blocks for _ in range(size)]
    places = [0.0] * len(wanted)
    for rank, number in enumerate(order):
        places[number] = means[rank] + rank * gap
    return places
