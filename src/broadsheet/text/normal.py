"""Unicode normalisation whose cost is linear, whoever wrote the text."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

MOST_MARKS = 30
"""So many combining marks may follow one letter, as in the stream-safe text format of Unicode
(UAX #15, section 13); no orthography needs more than a few."""

# Combining marks are neither letters nor digits nor white space. What else is none of these
# (punctuation, symbols) is told apart where a run of them is as long as this, which is rare.
_RUNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS},}}")
# The two letters that become marks under compatibility normalisation.
_HALFWIDTH = (("\uff9e", "\u3099"), ("\uff9f", "\u309a"))


def normalise(text: str, form: Literal["NFC", "NFKC", "NFKD"]) -> str:
    """`text` in a normal form, without the marks of a letter that go beyond MOST_MARKS.

    To bring marks into their order takes time that grows with the square of their number, while
    no other thread runs; so runs of them are cut short first.
    """
    if text.isascii():
        return text
    if form != "NFC":
        for letter, mark in _HALFWIDTH:
            text = text.replace(letter, mark)
    text = _RUNS.sub(_shorten, text)
    return text if unicodedata.is_normalized(form, text) else unicodedata.normalize(form, text)


def _shorten(run: re.Match[str]) -> str:
    kept, marks = [], _marks_after(run.string[max(0, run.start() - 1) : run.start()], 0)
    for sign in run[0]:
        marks = _marks_after(sign, marks)
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _marks_after(sign: str, before: int) -> int:
    """How many marks the text ends with once this sign is taken apart and added."""
    for part in unicodedata.normalize("NFKD", sign):
        before = before + 1 if unicodedata.combining(part) else 0
    return before
