"""Text to word pieces."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.embed.wordpiece import LONGEST_WORD, WordPieces, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \n\t ... !", []),
        ("Attention-Free RNNs, in 2026.", ["attention", "free", "rnns", "in", "2026"]),
        ("Poincaré and Erdős–Rényi", ["poincare", "and", "erdos", "renyi"]),
        ("ﬁne-tuning", ["fine", "tuning"]),
        ("snake_case and $a<b$", ["snake", "case", "and", "a", "b"]),
        ("a\ud800b", ["a", "b"]),
    ],
)
def test_words_are_folded_and_punctuation_is_dropped(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text())
def test_splitting_is_stable(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words
    assert all(words)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_gives_what_the_general_way_gives(text: str) -> None:
    # A letter outside ASCII at the end forces the general way.
    assert split_words(text) == split_words(text + " ω")[:-1]


def test_a_word_of_the_vocabulary_is_one_row() -> None:
    pieces = WordPieces(["deep", "learn", "##ing"])
    assert pieces["deep"] == (0,)


def test_another_word_is_spelled_from_the_longest_pieces() -> None:
    pieces = WordPieces(["l", "learn", "##i", "##ing", "##s"])
    assert pieces["learnings"] == (1, 3, 4)


def test_an_unknown_letter_is_left_out() -> None:
    pieces = WordPieces(["a", "##b"])
    assert pieces["aλb"] == (0, 1)
    assert pieces["λ"] == ()


def test_spelling_does_not_depend_on_what_was_spelled_before() -> None:
    tokens = ["ab", "a", "##b", "##bc", "##c"]
    fresh, used = WordPieces(tokens), WordPieces(tokens)
    _ = used["abc"], used["bc"]
    assert used["abcc"] == fresh["abcc"]


def test_memory_is_bounded() -> None:
    pieces = WordPieces(["a", "##a", "##b"], cached=5)
    for length in range(2, 12):
        assert len(pieces["a" * length]) == length
    assert len(pieces) == 3 + 5
    assert len(pieces["a" * 10_000]) == LONGEST_WORD


def test_normal_forms_are_the_same_text() -> None:
    text = "Gödel’s théorème"
    assert split_words(unicodedata.normalize("NFD", text)) == split_words(text)
