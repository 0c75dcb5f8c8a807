"""Counts by day against plain Python; the newest matches; vectors of works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hashed_words import HashedWords
from invented_works import make_work

from broadsheet.model import Work
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex

DATES = ("2026-04-17", "2026-04-17", "2026-04", "2026", None, "2025-12-31", "1999-12", "0988")
WORKS = [
    make_work(
        number,
        "glacier" if number % 2 else "glacier orbit",
        date=DATES[number % len(DATES)],
        categories=("cs.LG",) if number % 3 else ("cs.CL",),
    )
    for number in range(1, 65)
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    index = HybridIndex.open(tmp_path_factory.mktemp("counting") / "index", [HashedWords()])
    with index.writing():
        for half in (WORKS[:30], WORKS[30:]):  # two segments
            index.apply(half, [], position=1)
            index.commit()
    return index


TRUTHS: dict[str, Callable[[Work], bool]] = {
    "": lambda work: True,
    "glacier": lambda work: True,
    "orbit": lambda work: "orbit" in work.title,
    "category:cs.CL": lambda work: "cs.CL" in work.categories,
    "-orbit": lambda work: "orbit" not in work.title,
    "nothing": lambda work: False,
}


@pytest.mark.parametrize("text", TRUTHS)
def test_days_are_counted_as_exactly_as_they_are_known(index: HybridIndex, text: str) -> None:
    """Break to see it fail: count by `first`, which takes a year for its New Year's Day."""
    wanted = Counter(work.date.value for work in WORKS if work.date and TRUTHS[text](work))
    found = index.count_days(parse(text))
    assert found == wanted and list(found) == sorted(found)


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ("2026-04-17", "2026-04-17", {"2026", "2026-04", "2026-04-17"}),
        ("2026-04-18", "2026-04", {"2026", "2026-04"}),
        ("2026-05", "", {"2026"}),
        ("2025", "2025-12", {"2025-12-31"}),
        ("", "1999", {"0988", "1999-12"}),
        ("2027", "", set()),
    ],
)
def test_between_two_dates_is_what_may_lie_there(
    index: HybridIndex, first: str, last: str, wanted: set[str]
) -> None:
    assert set(index.count_days(parse(""), first, last)) == wanted


def test_the_largest_numbers_do_not_slip_into_the_next_day(tmp_path: Path) -> None:
    """Break to see it fail: let the interval of the histogram be one less."""
    index = HybridIndex.open(tmp_path / "index", [])
    works = [make_work(number, "a", date="2026-04-30") for number in (1, 2**31, 2**36 - 1024)]
    with index.writing():
        index.apply(works, [], position=1)
        index.commit()
    assert index.count_days(parse("")) == {"2026-04-30": 3}
    index.close()


def test_the_newest_matches_and_how_many_there_are(index: HybridIndex) -> None:
    numbers, count = index.matches(parse("orbit"), limit=4)
    dated = [work for work in WORKS if TRUTHS["orbit"](work)]
    assert count == len(dated) and len(numbers) == 4
    assert all(DATES[number % len(DATES)] == "2026-04-17" for number in numbers)
    assert list(index.matches(parse("nothing"), limit=4)[0]) == []


def test_vectors_are_of_length_one_and_of_those_that_have_one(index: HybridIndex) -> None:
    numbers, vectors = index.vectors([3, 9999, 1])
    assert list(numbers) == [3, 1]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-6)
    assert index.vectors([])[1].shape[0] == 0
