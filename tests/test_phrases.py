"""Names, texts and sentences."""

from __future__ import annotations

import pytest

from broadsheet.errors import InvalidInputError
from broadsheet.phrases import clean_name, clean_text, count, list_names, quote
from broadsheet.text import clean_lines


def test_sentences() -> None:
    assert [list_names(list("abcd"[:n])) for n in (1, 2, 3, 4)] == [
        "a",
        "a and b",
        "a and 2 others",
        "a and 3 others",
    ]
    assert (count(1, "paper"), count(0, "paper"), count(1234, "shelf", "shelves")) == (
        "1 paper",
        "0 papers",
        "1,234 shelves",
    )
    assert quote("x" * 80) == f"“{'x' * 80}”" and len(quote("x" * 81)) == 82


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\n\n  indented\n\tcode\n\n", "  indented\n    code"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a \x00\x1b[1m\u202eb\u200b \ud800", "a [1mb"),
        ("e\u0301", "é"),
        ("", ""),
    ],
)
def test_lines_stay_and_nothing_else_acts(typed: str, kept: str) -> None:
    assert clean_lines(typed) == kept == clean_lines(kept)


def test_what_is_much_too_long_is_not_cleaned_first() -> None:
    """A megabyte of what cleaning drops is as long as it was sent."""
    with pytest.raises(InvalidInputError, match="not 1,000,000"):
        clean_text("\x00" * 1_000_000, "A note", 10_000)
    with pytest.raises(InvalidInputError, match="not 1,000,000"):
        clean_name("\x00" * 1_000_000, "A name")
    assert clean_text("\x00" * 30_000 + "a", "A note", 10_000) == "a"
