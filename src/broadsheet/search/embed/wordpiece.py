"""Text to word pieces: the reading side of the static table.

The table wants nothing but words: a bag of rows has no use for punctuation, and without it plain
``str.translate`` and ``str.split`` do the work of a tokenizer several times faster than one that
builds an object for every text. The same code reads the training corpus and the library, so the
two can never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from broadsheet.text import normalise

CONTINUATION = "##"
LONGEST_WORD = 60
CACHED_WORDS = 200_000

_ASCII_SEPARATORS = str.maketrans({chr(i): " " for i in range(128) if not chr(i).isalnum()})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")


def split_words(text: str) -> list[str]:
    """The lower-cased words of a text, accents stripped, punctuation dropped.

    >>> split_words("Poincaré's Attention-Free models")
    ['poincare', 's', 'attention', 'free', 'models']
    """
    if text.isascii():
        return text.lower().translate(_ASCII_SEPARATORS).split()
    # Compatibility forms, so that a typeset ligature or a mathematical letter is the plain one.
    plain = _ACCENTS.sub("", normalise(text, "NFKD")).lower()
    return _WORD.findall(plain)


class WordPieces(dict[str, tuple[int, ...]]):
    """A vocabulary as a mapping from a word to the rows that spell it.

    Words of the vocabulary are one row. Any other word is spelled greedily from the longest
    pieces on its first use and remembered, so that looking up is a plain C-level ``dict`` access.
    """

    def __init__(self, tokens: Sequence[str], cached: int = CACHED_WORDS) -> None:
        """Read the vocabulary; the place of a token is its row."""
        rows = range(len(tokens))
        super().__init__(zip(tokens, zip(rows), strict=True))
        self._rows = dict(zip(tokens, rows, strict=True))
        self._limit = len(tokens) + cached

    def __missing__(self, word: str) -> tuple[int, ...]:
        """Spell a new word, and remember the spelling while there is room."""
        rows = tuple(self._spell(word[:LONGEST_WORD]))
        if len(self) < self._limit:
            self[word] = rows
        return rows

    def _spell(self, word: str) -> Iterator[int]:
        start = 0
        while start < len(word):
            end, row = self._longest_piece(word, start)
            if row is not None:
                yield row
            start = end

    def _longest_piece(self, word: str, start: int) -> tuple[int, int | None]:
        prefix = CONTINUATION if start else ""
        for end in range(len(word), start, -1):
            row = self._rows.get(prefix + word[start:end])
            if row is not None:
                return end, row
        # A letter that no paper of the training corpus used: it says nothing here.
        return start + 1, None
