"""Made-up works for the search tests."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from broadsheet.model import Identifier, Link, PaperDate, Work
from broadsheet.search.lexical import LexicalIndex

_SUBJECTS = ("glacier", "enzyme", "orbit", "market", "lattice", "vaccine", "parser", "sonnet")
_VERBS = ("measure", "simulate", "predict", "classify", "compress", "translate")


def make_work(number: int, title: str = "A study", **facts: Any) -> Work:
    """A work; `date` may be given as an ISO prefix, `code` as an address."""
    if date := facts.pop("date", None):
        facts["date"] = PaperDate(date, "submitted")
    if code := facts.pop("code", None):
        facts["links"] = (Link("code", code),)
    return Work(id=number, title=title, **facts)


def make_works(count: int, seed: int = 7) -> list[Work]:
    """Works 1 to `count` that share a small vocabulary, so that scores tie and words meet."""
    dice = random.Random(seed)
    return [
        make_work(
            number,
            f"To {dice.choice(_VERBS)} a {dice.choice(_SUBJECTS)}",
            abstract=" ".join(dice.choices(_SUBJECTS + _VERBS, k=12)) + ".",
            authors=(f"Ada Example{number % 7}", "Bo Sample"),
            ids=(Identifier("arxiv", f"2401.{10_000 + number}"),),
            categories=(dice.choice(("cs.LG", "cs.CL", "math.NA")),),
            venue=dice.choice((None, "NeurIPS", "NeurIPS Workshop")),
            sources=("arxiv",) if number % 3 else ("arxiv", "demo"),
            date=dice.choice((None, "2023", "2024-02", "2024-02-10", "2025-12-31")),
            code="https://example.org/code" if number % 4 == 0 else None,
        )
        for number in range(1, count + 1)
    ]


def fill(folder: Path, works: list[Work]) -> LexicalIndex:
    """An index of these works, committed."""
    index = LexicalIndex.open(folder)
    with index.writing():
        index.add(works)
        index.commit()
    return index
