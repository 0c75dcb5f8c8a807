"""Combining marks without end: what they cost, and that ordinary texts are as they were."""

from __future__ import annotations

import gzip
import sys
import unicodedata
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.files import Upload
from broadsheet.search.embed.wordpiece import split_words
from broadsheet.search.schema import normalize
from broadsheet.text import (
    clean_abstract,
    clean_line,
    clean_lines,
    clean_title,
    fold,
    fold_name,
    normalise,
)
from broadsheet.text.normal import MOST_MARKS
from effort import takes_less_than
from shelfmarks import Readers

MARKS = "\u0301\u0328\u0345\u0344\u0f73\u0f75\u0958\u05b0\u3099\uff9e\uff9f\U0001d165\u00e9\u0390"
FUNCTIONS: list[Callable[[str], object]] = [
    clean_line, clean_lines, clean_abstract, clean_title, fold, fold_name, normalize, split_words,
]  # fmt: skip
MANY = 60_000


def worst(kind: str) -> str:
    """As many marks as take longest to be brought into their order."""
    half = MANY // 2
    return {
        "two runs": "b" + "\u0301" * half + "\u0328" * half,
        "in turn": "b" + "\u0301\u0328" * half,
        "parted by what is removed": "b"
        + ("\u0301" * 20 + "\u200b" + "\u0328" * 20) * (MANY // 41),
        "halfwidth": "b" + "\uff9e\u0328\u0301\uff9f" * (MANY // 4),
        "no class of their own": "b" + "\u0f75\u0f73" * half,
        "after every letter": ("b" + "\u0301" * 15 + "\u0328" * 15) * (MANY // 31),
    }[kind]


@pytest.mark.parametrize("work", FUNCTIONS)
@pytest.mark.parametrize(
    "kind",
    ["two runs", "in turn", "parted by what is removed", "halfwidth", "no class of their own"]
    + ["after every letter"],
)
def test_marks_without_end_cost_little(kind: str, work: Callable[[str], object]) -> None:
    """At 60,000 signs the bound is 3 % of what they took. Break: normalise without cutting, cut
    before what stands between marks is removed, or leave the halfwidth ones out."""
    text = worst(kind)
    assert takes_less_than(0.25, lambda: work(text))


def test_no_mark_of_unicode_is_overlooked() -> None:
    """Break: leave signs that are taken apart into marks to their own class of 0."""
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        if 0xD800 <= number < 0xE000 or not unicodedata.combining(
            unicodedata.normalize("NFKD", sign)[0]
        ):
            continue
        for form in ("NFC", "NFKC", "NFKD"):
            kept = normalise("b" + sign * 100, form)
            assert _longest_run(kept) <= MOST_MARKS or number in (0xFF9E, 0xFF9F), hex(number)


def _longest_run(text: str) -> int:
    longest = run = 0
    for sign in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.combining(sign) else 0
        longest = max(longest, run)
    return longest


@given(st.text(st.sampled_from(MARKS + "ab \u200b") | st.characters(), max_size=120))
@example("\u0958" + "\u0301" * 30)
@example("\u1ea5" + "\u0328" * 40 + "b")
def test_cutting_again_changes_nothing(text: str) -> None:
    """Break: do not count the marks that a letter brings along."""
    for form in ("NFC", "NFKC", "NFKD"):
        once = normalise(text, form)
        assert normalise(once, form) == once == unicodedata.normalize(form, once)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(st.characters(), max_size=30) | st.text(st.sampled_from(MARKS), max_size=12))
@example("क्षेत्रीय ประเทศไทย הָעִבְרִית Nguyễn Z̷̢a̵l̶g̴o̶ e" + "\u0301" * MOST_MARKS)
@example("…" * 100 + "—" * 100 + "😀" * 100)
def test_ordinary_texts_are_as_they_were(text: str) -> None:
    """Break: cut a run of whatever is neither letter nor space."""
    for form in ("NFC", "NFKC", "NFKD"):
        assert normalise(text, form) == unicodedata.normalize(form, text)


def test_long_texts_of_every_script_are_as_they_were() -> None:
    chance = Random(7)
    letters = [chr(n) for n in range(0x250, 0x3000) if chr(n).isalpha()]
    marks = [chr(n) for n in range(0x250, 0x3000) if unicodedata.combining(chr(n))]
    text = "".join(
        chance.choice(letters) + "".join(chance.choices(marks, k=chance.randrange(5)))
        for _ in range(20_000)
    )
    assert clean_line(text) == unicodedata.normalize("NFC", text)


def test_a_small_upload_does_not_take_long(readers: Readers) -> None:
    """A file of 500 bytes, whose abstracts are 50,000 marks each. Break: as above."""
    abstract = "b" + "\u0301" * 24_900 + "\u0328" * 24_900
    entries = [
        f"@article{{k{n}, title={{Marks, part {n}}}, author={{A B}}, abstract={{{abstract}}}}}"
        for n in range(3)
    ]
    packed = gzip.compress("\n".join(entries).encode())
    assert len(packed) < 1_000
    shelf = readers.library.shelves.make(readers.ada, "Marks").target
    upload = Upload("marks.bib.gz", packed)
    assert takes_less_than(3, lambda: readers.library.shelves.fill(readers.ada, shelf, [upload]))
