"""Accent and case folding, for comparing names and words and for making ASCII keys."""

from __future__ import annotations

import unicodedata

# Letters whose stroke or ligature Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def fold(text: str) -> str:
    """`text` casefolded and without accents: "Łukasz Gödel" gives "lukasz godel".

    Signs that only some scripts need (vowel signs of Indic scripts, Hangul) are kept.
    """
    if text.isascii():
        return text.lower()
    # Casefolding can bring accents out and decomposing can bring capitals out: do both twice.
    return _fold_once(_fold_once(text))


def _fold_once(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept.casefold().translate(_LETTERS))
