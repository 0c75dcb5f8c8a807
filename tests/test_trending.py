"""The formula of what trends: it is what it says, and nobody's vote can hurt."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.press import trending
from broadsheet.press.trending import FORMULA, Evidence, as_of, total, weigh

NOW = datetime(2026, 4, 17, 12, tzinfo=UTC)
moments = st.datetimes(
    datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)
)  # some are yet to come
names = st.sampled_from(["huggingface upvotes", "example upvotes", "crossref citations", "x stars"])
series = st.lists(st.tuples(moments, st.floats(0, 1e6)), max_size=6).map(
    lambda points: tuple(sorted(points))
)
evidence = st.builds(
    Evidence,
    votes=st.lists(moments, max_size=8).map(tuple),
    measured=st.dictionaries(names, series, max_size=3),
    code=st.booleans(),
    day=st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)


def score(known: Evidence) -> float:
    return total(weigh(known, NOW))


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@settings(deadline=None)
@given(evidence, moments)
def test_one_more_vote_never_lowers_a_paper(known: Evidence, moment: datetime) -> None:
    """Break to see it fail: divide the weight of the votes by how many there are (a mean)."""
    more = Evidence((*known.votes, moment), known.measured, known.code, known.day)
    assert score(more) >= score(known)


@settings(deadline=None)
@given(evidence, names, st.integers(0, 5))
def test_one_more_upvote_on_a_list_never_lowers_a_paper(
    known: Evidence, name: str, first: int
) -> None:
    """It is seen from one of the looks at the list on.

    Break to see it fail: let the rises of a count be its differences, without the highest so far.
    """
    looks = known.measured.get(name, ((NOW, 0.0),))
    raised = tuple(
        (at, value + (1 if place >= min(first, len(looks) - 1) else 0))
        for place, (at, value) in enumerate(looks)
    )
    more = Evidence(known.votes, {**known.measured, name: raised}, known.code, known.day)
    assert score(more) >= score(Evidence(known.votes, {**known.measured, name: looks},
                                         known.code, known.day))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(evidence, st.permutations(range(8)))
def test_the_order_in_which_votes_are_counted_does_not_matter(
    known: Evidence, order: list[int]
) -> None:
    votes = [known.votes[place] for place in order if place < len(known.votes)]
    assert weigh(known, NOW) == weigh(
        Evidence(tuple(votes), known.measured, known.code, known.day), NOW
    )


@settings(max_examples=30, deadline=None)
@given(evidence)
def test_a_score_is_the_sum_of_its_parts(known: Evidence) -> None:
    parts = weigh(known, NOW)
    assert total(parts) == pytest.approx(sum(part.points for part in parts), abs=1e-3)
    assert all(part.points > 0 and part.seen for part in parts)


def test_the_printed_formula_is_the_one_that_is_used() -> None:
    """Worked out here from the figures in the text alone.

    Break to see it fail: write a figure of FORMULA by hand, or change `_halve`.
    """
    figures = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", FORMULA.replace("log2(1", ""))]
    votes, votes_days, lists, lists_days, lately, lately_days = figures[:6]
    citations, stars, slow_days, code, new, new_days = figures[6:]
    known = Evidence(
        votes=(days_ago(1), days_ago(9)),
        measured={
            "huggingface upvotes": ((days_ago(4), 30.0), (days_ago(1), 42.0)),
            "crossref citations": ((days_ago(20), 7.0),),
            "huggingface stars": ((days_ago(3), 500.0),),
        },
        code=True,
        day=days_ago(5).date(),
    )

    def halved(count: float, age: float, days: float) -> float:
        return float(count * 0.5 ** (age / days))

    expected = [
        votes * math.log2(1 + halved(1, 1, votes_days) + halved(1, 9, votes_days)),
        lists * math.log2(1 + halved(30, 4, lists_days) + halved(12, 1, lists_days)),
        lately * math.log2(1 + halved(30, 4, lately_days) + halved(12, 1, lately_days)),
        citations * math.log2(1 + halved(7, 20, slow_days)),
        stars * math.log2(1 + halved(500, 3, slow_days)),
        code,
        halved(new, 5, new_days),
    ]
    assert score(known) == pytest.approx(sum(expected), abs=0.005)


def test_what_is_new_and_what_has_code_is_not_voted_for() -> None:
    assert weigh(Evidence(day=NOW.date()), NOW) == ()
    parts = weigh(Evidence(code=True, day=NOW.date()), NOW)
    assert [part.name for part in parts] == ["code"]
    assert [part.name for part in weigh(Evidence((NOW,), day=NOW.date()), NOW)] == ["votes", "new"]


def test_later_votes_weigh_more_than_earlier_ones_and_growth_more_than_level() -> None:
    assert score(Evidence((days_ago(1),))) > score(Evidence((days_ago(8),)))
    risen = {"a upvotes": ((days_ago(6), 10.0), (days_ago(1), 60.0))}
    old = {"a upvotes": ((days_ago(6), 60.0),)}
    assert score(Evidence(measured=risen)) > score(Evidence(measured=old))


def test_what_comes_later_is_not_seen_and_as_of_a_moment_counts_in_full() -> None:
    later = Evidence((NOW + timedelta(days=2),), {"a upvotes": ((NOW + timedelta(days=2), 9.0),)})
    assert weigh(later, NOW) == ()
    assert score(as_of(later, NOW)) == score(Evidence((NOW,), {"a upvotes": ((NOW, 9.0),)}))


def test_numbers_that_say_nothing_of_interest_add_nothing() -> None:
    assert weigh(Evidence(measured={"huggingface comments": ((NOW, 99.0),)}), NOW) == ()
    assert trending.total(()) == 0.0
