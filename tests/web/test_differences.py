from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.web.differences import GONE, MOST_WORDS, NEW, SAME, Piece, compare

texts = st.text(alphabet="ab, .é<$\n", max_size=40)


def without(pieces: tuple[Piece, ...], kind: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != kind)


@given(texts, texts)
def test_both_texts_can_be_read_off_the_pieces(old: str, new: str) -> None:
    """Break: forget the words that both end with."""
    pieces = compare(old, new)
    assert without(pieces, NEW) == " ".join(old.split())
    assert without(pieces, GONE) == " ".join(new.split())


def test_words_and_punctuation_are_told_apart() -> None:
    assert compare("We weigh red lanterns.", "We weigh lanterns, too.") == (
        Piece(SAME, "We weigh"),
        Piece(GONE, " red"),
        Piece(SAME, " lanterns"),
        Piece(NEW, ", too"),
        Piece(SAME, "."),
    )


@pytest.mark.parametrize("kinds", [1, 2, 7, 101, MOST_WORDS])
def test_the_longest_texts_take_no_time(kinds: int) -> None:
    """Break: let texts of any length through, and give them all 100,000 words."""
    dice = random.Random(kinds)
    for length in (MOST_WORDS, 100_000):
        old, new = (" ".join(str(dice.randrange(kinds)) for _ in range(length)) for _ in "12")
        begun = time.process_time()
        compare(old, new)
        assert time.process_time() - begun < 2.0
