"""Duels of configurations: what is asked, who leads, and how surely."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.tuning.contest import (
    FEWEST_QUERIES,
    Lead,
    Place,
    Round,
    choose,
    compare,
    estimate,
    make_round,
    order,
)

UP, DOWN = range(1, 11), range(20, 10, -1)


def make_rounds(count: int) -> list[Round]:
    """Two configurations without a paper in common, and one that is as the first."""
    return [make_round(f"query {number}", [UP, DOWN, UP]) for number in range(count)]


def judge(rounds: list[Round], *right: int) -> dict[Place, float]:
    """All papers are judged; the right ones are relevant."""
    return {
        Place(each.query, paper): float(paper in right) for each in rounds for paper in each.papers
    }


def test_the_weights_of_a_list_are_those_of_its_places() -> None:
    made = make_round("q", [[7, 5, *range(30, 50)], []])
    assert len(made.papers) == 10
    weights = dict(zip(made.papers, made.weights[0], strict=True))
    assert weights[7] / weights[5] == pytest.approx(np.log2(3))
    assert made.weights.sum(axis=1) == pytest.approx([1, 0])


def test_a_list_is_worth_its_relevant_papers() -> None:
    rounds = make_rounds(3)
    worth = estimate(rounds, judge(rounds, *UP))
    assert worth.shape == (3, 3)
    assert worth[0] - worth[1] == pytest.approx(1)
    assert order(worth, 3) == [0, 2, 1]
    assert order(estimate(rounds, judge(rounds, *DOWN)), 3) == [1, 0, 2]
    assert order(estimate(rounds, {}), 3) == [0, 1, 2]


def test_queries_that_nobody_judged_say_nothing() -> None:
    """Break to see it fail: leave out the `if` in `estimate`."""
    rounds = make_rounds(5)
    assert estimate(rounds, judge(rounds[:2], *UP)).shape == (3, 2)
    assert estimate([], {}).shape == (0, 0)
    assert compare(estimate(rounds, {}), 0, 1) == Lead(0, 0, 0)


def test_a_lead_is_sure_only_after_enough_queries() -> None:
    """Break to see it fail: leave FEWEST_QUERIES out of `compare`."""
    rounds = make_rounds(FEWEST_QUERIES)
    few = compare(estimate(rounds, judge(rounds[:-1], *UP)), 0, 1)
    assert few.mean == pytest.approx(1)
    assert not few.is_significant
    lead = compare(estimate(rounds, judge(rounds, *UP)), 0, 1)
    assert lead.is_significant
    assert lead == compare(estimate(rounds, judge(rounds, *UP)), 0, 1)
    behind = compare(estimate(rounds, judge(rounds, *UP)), 1, 0)
    assert (behind.high < 0, behind.is_significant) == (True, False)


def test_a_lead_of_some_queries_only_is_not_sure() -> None:
    rounds = make_rounds(10)
    judged = judge(rounds[:6], *UP) | judge(rounds[6:], *DOWN)
    lead = compare(estimate(rounds, judged), 0, 1)
    assert lead.low < 0 < lead.mean < lead.high


def test_what_the_leaders_disagree_on_most_is_asked() -> None:
    """First places of one that the other does not show at all; the same in both is never asked."""
    rounds = [make_round(query, [[1, 2, 3], [4, 2, 3]]) for query in ("a", "b")]
    first = choose(rounds, {}, 4)
    assert sorted(first) == [Place("a", 1), Place("a", 4), Place("b", 1), Place("b", 4)]
    assert [place.query for place in first] == ["a", "a", "b", "b"]
    assert choose(rounds, dict.fromkeys(first, 1.0), 4) == []
    assert choose(rounds, {}, 4, skipped=first[:3]) == first[3:]
    assert choose([], {}, 4) == []


def test_a_leader_has_to_beat_the_one_in_use() -> None:
    """Three questions of four are about these two; while the one in use leads, all are about it
    and the next one. Break to see it fail: duel the first two only."""
    rounds = [make_round(f"q{number}", [[1], [2], [3]]) for number in range(20)]
    judged = {Place(each.query, 2): 1.0 for each in rounds}
    judged |= {Place(f"q{number}", 1): 1.0 for number in range(4)}
    papers = [place.work_id for place in choose(rounds, judged, 8, in_use=2)]
    assert (papers.count(3), papers.count(1)) == (6, 2)
    assert {place.work_id for place in choose(rounds, judged, 8, in_use=1)} == {1}


def test_where_the_leaders_agree_the_others_are_asked_about() -> None:
    rounds = [make_round("q", [[1], [1], [2]])]
    assert choose(rounds, {}, 5) == [Place("q", 1), Place("q", 2)]
