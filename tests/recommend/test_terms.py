"""TF-IDF: which words count, and how much."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.recommend import terms
from broadsheet.recommend.terms import learn, read_text, tokenise, tokenise_pairs, weigh

TEXTS = [
    "Bees dance, and bees sing",
    "The bees sting 2024",
    "Looms dance: looms 2024",
    "",
    "of the",
]


def test_words_are_folded() -> None:
    assert tokenise("Gödel’s LOOMS, state-space; x 3d") == [
        "godel",
        "looms",
        "state",
        "space",
        "3d",
    ]


def test_terms_are_words_of_several_papers_that_say_something() -> None:
    vocabulary, weights = learn(TEXTS)
    assert list(vocabulary.terms) == ["bees", "dance"]
    assert vocabulary.places == {"bees": 0, "dance": 1}
    assert weights.shape == (5, 2)
    assert weights.dtype == np.float32


def test_weights_are_as_the_formula_says() -> None:
    _, weights = learn(TEXTS)
    idf = 1 + np.log((1 + 5) / (1 + 2))
    row = np.array([(1 + np.log(2)) * idf, idf])
    np.testing.assert_allclose(weights.toarray()[0], row / np.linalg.norm(row), rtol=1e-6)
    lengths = np.linalg.norm(weights.toarray(), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 0, 0], atol=1e-6)


def test_later_texts_are_weighed_by_the_words_that_are_known() -> None:
    vocabulary, weights = learn(TEXTS)
    again = weigh(TEXTS, vocabulary)
    np.testing.assert_allclose(again.toarray(), weights.toarray())
    assert weigh(["nothing known here"], vocabulary).nnz == 0
    assert weigh([], vocabulary).shape == (0, 2)


def test_the_commonest_terms_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "MOST_TERMS", 1)
    vocabulary, _ = learn(["bees hum", "bees hum", "bees"])
    assert list(vocabulary.terms) == ["bees"]


def test_nothing_to_read_is_no_error() -> None:
    vocabulary, weights = learn([])
    assert (list(vocabulary.terms), weights.shape) == ([], (0, 0))
    assert weigh(["bees"], vocabulary).shape == (1, 0)


def test_titles_count_twice_and_texts_are_cut() -> None:
    text = read_text("Bees", "x" * 50_000)
    assert text.startswith("Bees\nBees\nx")
    assert len(text) < 20_100


def test_pairs_of_words_are_terms_where_they_are_asked_for() -> None:
    """Break to see it fail: read words alone in `learn`, whatever is asked."""
    texts = ["High blood pressure", "Blood pressure of whales", "The blood of whales"]
    words, _ = learn(texts)
    pairs, weights = learn(texts, tokenise_pairs)
    assert sorted(words.terms) == ["blood", "pressure", "whales"]
    assert sorted(pairs.terms) == ["blood", "blood pressure", "of whales", "pressure", "whales"]
    assert weights.shape == (3, 5)
