"""Keys by which titles and names meet: spellings of one agree, different ones stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.text.keys import compact, name_key, name_parts, title_key

NAMES = st.text(st.sampled_from("aeÉöŁ .,-'(){}\\\"vJr") | st.characters(), max_size=30)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Hölder Widgets", r"H{\"o}lder Widgets", r"H\"older widgets", "HOLDER WIDGETS."),
        ("Pre-training of Gears", "Pretraining of gears", "PRE TRAINING OF GEARS"),
        ("Gears & Widgets", "Gears and Widgets", r"Gears \& Widgets", "Gears &amp; Widgets"),
        ("The α-divergence", r"The $\alpha$-divergence", r"The \(\alpha\) divergence"),
        (r"On $\mathcal{O}(n)$ gears", "On O(n) gears", r"On ${\cal O}(n)$ gears"),
        ("Fast <i>gears</i>", "Fast gears", r"Fast \emph{gears}"),
        ("What’s a gear?", "What's a gear", "Whats a Gear"),
    ],
)
def test_spellings_of_a_title_agree(spellings: tuple[str, ...]) -> None:
    assert len({compact(title_key(title)) for title in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gears I", "Gears II"),
        (r"The $\alpha$ case", r"The $\beta$ case"),
        ("Gears in 2023", "Gears in 2024"),
        ("漢字 gears", "仮名 gears"),
    ],
)
def test_different_titles_stay_apart(one: str, other: str) -> None:
    assert compact(title_key(one)) != compact(title_key(other))


@pytest.mark.parametrize(
    "spellings",
    [
        ("Ada Byron", "Byron, Ada", "Byron A.", "A. Byron", "ADA BYRON"),
        ("Jörg Müller", "Mueller, Joerg", r"M{\"u}ller, J.", "J Muller"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig", "Beethoven, L. van"),
        ("Martin King Jr.", "King, Jr., Martin", "King, Martin, Jr.", "Martin King, Jr."),
        ("Ada Byron (Gear Lab)", "Ada Byron"),
    ],
)
def test_spellings_of_a_name_agree(spellings: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in spellings}) == 1


def test_different_people_stay_apart() -> None:
    names = ["Ada Byron", "Bo Byron", "Ada Poe", "The Gear Collaboration", "Plato"]
    assert len({name_key(name) for name in names}) == len(names)
    assert name_parts("The Gear Collaboration") == ("gear collaboration", "")


@settings(max_examples=100)
@given(NAMES)
def test_any_text_has_keys_that_can_be_compared(text: str) -> None:
    """Break to see it fail: keep punctuation in `_words`."""
    for key in (title_key(text), name_key(text)):
        assert key == " ".join(key.split())
        assert not set(key) & set(".,-'(){}\\\"$")
