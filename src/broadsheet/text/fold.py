"""Accent and case folding, for comparing names and words and for making ASCII keys."""

from __future__ import annotations

import unicodedata

from broadsheet.text.normal import normalise

# Letters whose stroke or ligature Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)

LONGEST_NAME = 32
"""Of a name to sign in by."""


def fold(text: str) -> str:
    """`text` casefolded and without accents: "Łukasz Gödel" gives "lukasz godel".

    Signs that only some scripts need (vowel signs of Indic scripts, Hangul) are kept.
    """
    if text.isascii():
        return text.lower()
    # Casefolding can bring accents out and decomposing can bring capitals out: do both twice.
    return _fold_once(_fold_once(text))


def fold_name(name: str) -> str:
    """A reader's name as names are compared.

    What is longer than a name can be is cut before anything else is done with it, to one sign
    more than a name has: no spelling of a name has fewer signs, so it is nobody's still.
    """
    name = name[: LONGEST_NAME + 1]
    return normalise(normalise(name, "NFKC").casefold(), "NFKC")


def _fold_once(text: str) -> str:
    decomposed = normalise(text.casefold(), "NFKD")
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return normalise(kept.casefold().translate(_LETTERS), "NFC")
