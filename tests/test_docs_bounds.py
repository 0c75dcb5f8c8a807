"""The figures of `docs/learning.md` are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broadsheet.community import MOST_FOLLOWS
from broadsheet.post import letters
from broadsheet.recommend import (
    choosing,
    lessons,
    offers,
    review,
    starting,
    steering,
    stocking,
    trying,
)
from broadsheet.searches import LONGEST_QUERY, MOST_SEARCHES
from broadsheet.shelves import base
from broadsheet.tuning import queries

PAGE = (Path(__file__).parents[1] / "docs/learning.md").read_text(encoding="utf-8")
BOUNDS = {
    "shelves of a reader": base.MOST_SHELVES,
    "papers on a shelf": base.MOST_PAPERS,
    "papers on all shelves of a reader": base.MOST_SAVED,
    "papers that a shelf learns from, the newest": lessons.MOST_LESSONS,
    "papers that shelves choose from, the newest of the library": stocking.MOST_NEW,
    "papers of a shelf in an edition": choosing.MOST,
    "minutes of reading a day": steering.MOST_MINUTES,
    "categories, sources and authors in or out, of a shelf": steering.MOST_WISHES,
    "papers, or authors, to start from at once": starting.MOST_LINES,
    "papers in a review, the first that its search finds": review.MOST_PAPERS,
    "editions from which a trial is told, the newest": trying.MOST_EDITIONS,
    "saved searches of a reader": MOST_SEARCHES,
    "characters of a saved search": LONGEST_QUERY,
    "authors followed by a reader": MOST_FOLLOWS,
    "papers in a letter, the first of the edition": letters.SIZES[0][0],
    "bytes of a letter": letters.LARGEST,
    "questions of `tune` are about so many searches, the first": queries.MOST_QUERIES,
}
_ROW = re.compile(r"^\| (.+) \| ([0-9,]+) \|$", re.MULTILINE)


def rows() -> dict[str, str]:
    """The table of bounds, as it is written."""
    section = PAGE.split("## How much of each")[1].split("\n## ")[0]
    return dict(_ROW.findall(section))


def test_each_row_is_of_a_constant() -> None:
    assert rows().keys() == BOUNDS.keys()


@pytest.mark.parametrize("what", BOUNDS)
def test_a_bound_is_what_the_page_says(what: str) -> None:
    """Break to see it fail: change any of the constants, or a figure of the table."""
    assert rows()[what] == f"{BOUNDS[what]:,}"


def test_what_counts_for_the_match_is_what_the_page_says() -> None:
    """Break to see it fail: change `offers.EDITIONS`, `offers.ACTS` or `offers.RIPE`."""
    told = " ".join(PAGE.split())
    assert offers.EDITIONS == 14 and "of your last fourteen editions" in told
    assert f"the last {offers.ACTS:,} things you did" in told
    assert offers.RIPE.days == 2 and "without one after two days" in told
