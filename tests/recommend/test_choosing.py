"""What goes where: each paper to one shelf, lists that are spread, and room for what is new."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.learning import Steering
from broadsheet.recommend.choosing import choose, explore, room_for, share_out, spread
from broadsheet.recommend.invented import field_of, invent_pool
from broadsheet.recommend.matching import Ranking

POOL = invent_pool()


def make_ranking(*rows: int) -> Ranking:
    """Rows in this order, each a tenth less than the one before."""
    scores = 1 - 0.1 * np.arange(len(rows), dtype=np.float32)
    return Ranking(np.array(rows, np.int64), scores, None)


def test_a_paper_goes_where_it_stands_highest() -> None:
    one, other = make_ranking(1, 2, 3, 4), make_ranking(3, 5, 1)
    shared = share_out([one, other], [4, 4])
    assert [each.rows.tolist() for each in shared] == [[1, 2, 4], [3, 5]]


def test_of_equals_the_first_shelf_has_it() -> None:
    shared = share_out([make_ranking(1, 2), make_ranking(1, 2)], [2, 2])
    assert [each.rows.tolist() for each in shared] == [[1, 2], []]
    assert share_out([], []) == []


@pytest.mark.parametrize(
    ("steering", "days", "room"),
    [
        (Steering(1), 1, 6),
        (Steering(1, per_day=3), 7, 21),
        (Steering(1, per_day=40), 7, 40),
        (Steering(1, per_day=3, minutes=11), 1, 5),
        (Steering(1, minutes=1), 1, 1),
        (Steering(1), 0, 6),
    ],
)
def test_the_room_of_a_section(steering: Steering, days: int, room: int) -> None:
    assert room_for(steering, days) == room


def test_a_list_begins_with_the_best_and_is_spread() -> None:
    """Break to see it fail: set MMR to 1."""
    like_first = POOL.vectors @ POOL.vectors[0] + POOL.words @ POOL.words[[0]].toarray()[0]
    first, twin, *others = np.argsort(-like_first).tolist()
    stranger = others[-1]
    assert first == 0
    chosen = spread(make_ranking(first, twin, stranger, *others[100:106]), POOL, 3)
    assert chosen.rows.tolist()[:2] == [first, stranger]
    assert len(set(chosen.rows.tolist())) == 3


def test_a_list_of_nothing_or_one_is_no_error() -> None:
    assert len(spread(make_ranking(), POOL, 5).rows) == 0
    assert spread(make_ranking(3), POOL, 5).rows.tolist() == [3]


def test_exploring_takes_what_is_far_from_all_lessons() -> None:
    near = [row for row in range(len(POOL.numbers)) if field_of(row) == field_of(0)]
    far = next(row for row in range(len(POOL.numbers)) if field_of(row) != field_of(0))
    ranking = make_ranking(*near[3:8], far, *near[8:14])
    assert explore(ranking, POOL, np.array(near[:3]), 1).rows.tolist() == [far]


@pytest.mark.parametrize(("share", "explored"), [(0.0, 0), (0.5, 2), (1.0, 3)])
def test_one_place_at_least_is_sure(share: float, explored: int) -> None:
    ranking, lessons = make_ranking(*range(20)), np.array([20, 21])
    chosen, new = choose(ranking, POOL, lessons, Steering(1, explore=share), 4)
    assert len(chosen.rows) == 4
    assert len(new) == explored
    assert chosen.rows[0] == 0
