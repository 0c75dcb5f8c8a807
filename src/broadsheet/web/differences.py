"""How one text differs from another, word by word. Pure, and bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

SAME, GONE, NEW = "same", "gone", "new"

MOST_WORDS = 2000
"""What differs is compared word by word up to so many; beyond that it is shown as a whole.

The worst that was found within them takes 50 ms."""


class Piece(NamedTuple):
    """A stretch of text, and whether both have it (SAME), the old alone (GONE) or the new (NEW)."""

    kind: str
    text: str


@lru_cache(maxsize=256)
def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in order: without the new ones they are the old text, without the
    gone ones the new text, each run of white space as one space."""
    before, after = _words(old), _words(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    old_end, new_end = len(before) - end, len(after) - end
    pieces = [
        _piece(SAME, before[:start]),
        *_compare_words(before[start:old_end], after[start:new_end]),
        _piece(SAME, before[old_end:]),
    ]
    return tuple(piece for piece in pieces if piece.text)


def _words(text: str) -> list[str]:
    """Words and punctuation marks, each with the space before it."""
    return re.findall(r" ?(?:\w+|[^\w ])", " ".join(text.split()))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _compare_words(old: list[str], new: list[str]) -> Iterator[Piece]:
    if max(len(old), len(new)) > MOST_WORDS:
        yield from (_piece(GONE, old), _piece(NEW, new))
        return
    for act, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if act == "equal":
            yield _piece(SAME, old[a:b])
        else:
            yield from (_piece(GONE, old[a:b]), _piece(NEW, new[c:d]))


def _piece(kind: str, words: Sequence[str]) -> Piece:
    return Piece(kind, "".join(words))
