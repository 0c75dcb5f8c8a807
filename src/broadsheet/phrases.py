"""Names and texts as the rooms of readers accept them, and how sentences name things. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from broadsheet.errors import InvalidInputError
from broadsheet.text import clean_line, clean_lines

LONGEST_NAME = 80
LONGEST_ABOUT = 2_000
LONGEST_NOTE = 10_000
LONGEST_COMMENT = 10_000
LONGEST_AUTHOR = 200
SHOWN_TITLE = 80
_ROOM = 4
"""Cleaning makes texts shorter: what is more than so many times too long is not even cleaned."""


def clean_name(text: str, what: str, longest: int = LONGEST_NAME) -> str:
    """A name on one line, without controls of direction. `what` is its owner ("A shelf's name").

    Raises InvalidInputError where nothing is left that can be seen, or too much.
    """
    name = clean_line(text) if len(text) <= _ROOM * longest else text
    if len(name) > longest:
        raise InvalidInputError(f"{what} has at most {longest} characters, not {len(name):,}.")
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in name):
        raise InvalidInputError(f"{what} needs at least one letter.")
    return name


def clean_text(text: str, what: str, longest: int) -> str:
    """A text of several lines, or of none. Raises InvalidInputError where it is too long."""
    cleaned = clean_lines(text) if len(text) <= _ROOM * longest else text
    if len(cleaned) > longest:
        raise InvalidInputError(f"{what} has at most {longest:,} characters, not {len(cleaned):,}.")
    return cleaned


def quote(title: str) -> str:
    """A title in a sentence, cut where it is long."""
    short = title if len(title) <= SHOWN_TITLE else title[: SHOWN_TITLE - 1].rstrip() + "…"
    return f"“{short}”"


def list_names(names: Sequence[str]) -> str:
    """ "Diffusion", "Diffusion and Graphs", "Diffusion and 2 others"; of none, ""."""
    if not names:
        return ""
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} others"


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 paper", "1,234 papers"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
