"""People are found by typing their names, as words or as a phrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.model import Work
from broadsheet.query.parser import parse
from broadsheet.search.lexical import LexicalIndex

WORKS = (
    Work(1, "Gates for slow memories", authors=("Ada Quimby", "Björn Lindqvist")),
    Work(2, "Memories without gates", authors=("Bela Quist", "Ada Stone")),
    Work(3, "A crowd", authors=tuple(f"Person Number{n}" for n in range(50))),
)


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    opened = LexicalIndex.open(tmp_path / "lexical")
    with opened.writing():
        opened.add(WORKS)
        opened.commit()
    return opened


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("quimby gates", [1, 2]),
        ("lindqvist", [1]),
        ('"ada stone"', [2]),
        ('"ada lindqvist"', []),
        ("number7", [3]),
        ("number49", []),
        ("author:number49", [3]),
    ],
)
def test_names_are_words_too(index: LexicalIndex, text: str, found: list[int]) -> None:
    """Fails without the authors in `text`, or the author field in phrases."""
    numbers, _ = index.candidates(parse(text), 10)
    assert numbers.tolist() == found
