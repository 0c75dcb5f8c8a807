"""Terms of texts, and those that rise and fall: against planted changes and plain formulas."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import log, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import InvalidInputError
from broadsheet.library import Library
from broadsheet.plots import Interval
from broadsheet.trends import periods
from broadsheet.trends.terms import choose_period, last_period, score
from broadsheet.trends.words import Counted, fold, leave_out_parts, terms_of
from trendy import day, open_trendy, record


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """In March half of the papers are about glacial orchards, in April half about tidal engines."""
    rising = [
        record(n, day(2026, 4, n), f"Tidal engines and rivers, part {n}") for n in range(1, 29, 2)
    ]
    falling = [
        record(100 + n, day(2026, 3, n), f"Glacial orchards and rivers, part {n}")
        for n in range(1, 29, 2)
    ]
    steady = [
        record(200 + 30 * month + n, day(2026, month, n), "Rivers in the valley of lanterns")
        for month in (3, 4)
        for n in range(2, 29, 2)
    ]
    return open_trendy(tmp_path_factory.mktemp("terms"), [*rising, *falling, *steady])


def test_what_was_planted_comes_first(library: Library) -> None:
    """Break to see it fail: leave `leave_out_parts` out, or swap the periods."""
    found = library.trends.terms("", "2026-04")
    assert [term.text for term in found.rising] == ["tidal engines"]
    assert [term.text for term in found.falling] == ["glacial orchards"]
    first = found.rising[0]
    assert (first.now, first.before) == (14, 0) and first.z > 2.5
    assert found.period == ("2026-04-01", "2026-04-30")
    assert found.before == ("2026-03-01", "2026-03-31")
    assert found.papers == (28, 28) and not found.more


def test_the_last_month_that_is_over_is_compared(library: Library) -> None:
    assert library.trends.terms().period[0] == "2026-03-01"
    assert last_period(date(2026, 3, 31), Interval.MONTH) == "2026-03"
    assert last_period(date(2026, 3, 30), Interval.MONTH) == "2026-02"
    assert last_period(date(2026, 12, 30), Interval.YEAR) == "2025"
    assert last_period(date(2026, 12, 31), Interval.YEAR) == "2026"


@pytest.mark.parametrize(
    ("days", "chosen"),
    [
        ({"2026-03": 20, "2026-02-11": 19, "2026-02-12": 1}, "2026-03"),
        ({"2026-03": 19, "2026-02": 30, "2026-01": 40}, "2026-02"),
        ({"2026-03": 19, "2026-02": 30, "2025": 20, "2024": 20}, "2025"),
        ({"2025-06-01": 30, "2024": 15, "2024-02": 5}, "2025"),  # no month next to another
        ({"2026": 90, "2025": 19, "2024": 40, "2023": 20}, "2024"),  # this year is not over
        ({"2026-04-20": 500}, "2026-03"),
        ({}, "2026-03"),
    ],
)
def test_unasked_the_last_period_with_enough_papers_is_compared(
    days: dict[str, int], chosen: str
) -> None:
    """Break to see it fail: take the last month, whatever is in it."""
    assert choose_period(days, date(2026, 4, 20)) == chosen


def test_a_search_has_a_period_of_its_own(tmp_path: Path) -> None:
    """Break to see it fail: choose by the days of all papers."""
    many = [record(n, day(2026, 2 + n % 2, 1 + n % 28), "Rivers") for n in range(60)]
    many.append(record(90, "2026-04-19", "Rivers"))  # so March is over
    few = [record(100 + n, str(2023 + n % 2), "Lanterns") for n in range(44)]
    with open_trendy(tmp_path, [*many, *few]) as library:
        assert library.trends.terms().period == ("2026-03-01", "2026-03-31")
        assert library.trends.terms("lanterns").period == ("2024-01-01", "2024-12-31")


@pytest.mark.parametrize("name", ["2026-04", "2024-02", "2026", "2026-W16", "2020-W53"])
def test_a_period_is_known_by_its_ends(name: str) -> None:
    first, last = periods.span(name)
    assert periods.name_of(first.isoformat(), last.isoformat()) == name


def test_a_search_bounds_the_papers(library: Library) -> None:
    found = library.trends.terms("lanterns", "2026-04")
    assert found.papers == (14, 14) and not (found.rising or found.falling)


@pytest.mark.parametrize("period", ["soon", "2026-04-17", "2026-13"])
def test_only_periods_are_compared(library: Library, period: str) -> None:
    with pytest.raises(InvalidInputError):
        library.trends.terms("", period)


def test_words_and_pairs_without_stop_words() -> None:
    text = "We propose Fine-tuned graph networks, and the graph's $x_i$ kernel; see https://a.b/c"
    assert list(terms_of(text)) == [
        "fine-tuned", "graph", "fine-tuned graph", "networks", "graph networks", "graph", "kernel",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [("networks", "network"), ("studies", "study"), ("tidal engines", "tidal engine")],
)
def test_singular_and_plural_are_one_term(one: str, other: str) -> None:
    assert fold(one) == fold(other) == other


@pytest.mark.parametrize("word", ["bias", "loss", "analysis", "virus", "gas"])
def test_what_only_looks_like_a_plural_stays(word: str) -> None:
    assert fold(word) == word


def test_a_part_that_hardly_stands_alone_is_left_out() -> None:
    counts = {"language": 10, "model": 30, "language model": 10}
    assert leave_out_parts(list(counts), counts) == ["model", "language model"]


def counted(papers: int, **counts: int) -> Counted:
    return Counted(papers, Counter(counts), Counter(counts))


def test_the_score_is_that_of_the_paper() -> None:
    """Break to see it fail: leave the prior out of the variance."""
    one, other = counted(100, a=30), counted(80, a=8)
    prior = 0.1 * 80
    expected = prior * 38 / 180
    parts = [
        (30 + expected, 100 + prior - 30 - expected),
        (8 + expected, 80 + prior - 8 - expected),
    ]
    odds = log(parts[0][0] / parts[0][1]) - log(parts[1][0] / parts[1][1])
    variance = sum(1 / value for part in parts for value in part)
    assert dict(score(one, other, fewest=5)) == {"a": pytest.approx(odds / sqrt(variance))}


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_the_score_is_finite_antisymmetric_and_grows(n: int, m: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(1, n)), data.draw(st.integers(0, m))
    forth = dict(score(counted(n, a=a), counted(m, a=b), fewest=1))["a"]
    back = dict(score(counted(m, a=b), counted(n, a=a), fewest=1))["a"]
    assert forth == pytest.approx(-back)
    assert abs(forth) < 100
