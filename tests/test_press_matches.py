"""The reasons that an edition gives for what a shelf has found."""

from __future__ import annotations

from broadsheet.learning import Because, Match, Weight
from broadsheet.model import Work
from broadsheet.press.matches import Told, say_why

WORKS = {number: Work(number, f"Lamps {number}") for number in (1, 2)}


def say(*because: Because, terms: tuple[Weight, ...] = (), saved: frozenset[int]) -> str:
    match = Match(9, 1.0, because=because, terms=terms)
    return say_why(match, because, Told("Light", WORKS, saved, 7))


def test_what_was_saved_and_what_was_liked_are_told_apart() -> None:
    """Break to see it fail: let `_name` say "liked" of all where not all were saved."""
    both = Because(1, 0.5), Because(2, 0.4)
    assert say(*both, saved=frozenset({1, 2})) == (
        "Your shelf “Light”: near “Lamps 1” and “Lamps 2”, which you saved."
    )
    assert say(*both, saved=frozenset({2})) == (
        "Your shelf “Light”: near “Lamps 1”, which you liked, and “Lamps 2”, which you saved."
    )


def test_words_of_little_weight_are_not_named() -> None:
    """Break to see it fail: leave STRONG out of the words of `say_why`."""
    terms = Weight("wick", 0.4), Weight("oil", 0.2), Weight("efficiency", 0.19)
    assert say(terms=terms, saved=frozenset()) == "Your shelf “Light”: wick, oil."
