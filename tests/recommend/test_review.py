"""Working through a backlog: the likeliest first, nothing twice, and how far one has come."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from broadsheet.ports import Pool
from broadsheet.recommend.review import Judged, Reviewer, look

PAPERS = 300


def make_pool(seed: int = 1) -> tuple[Pool, list[bool]]:
    """Papers of forty words; those that are wanted have the first words more often."""
    rng = np.random.default_rng(seed)
    wanted = rng.random(PAPERS) < 0.1
    chances = np.where(wanted[:, None] & (np.arange(40) < 8), 0.6, 0.15)
    words = sparse.csr_array((rng.random((PAPERS, 40)) < chances).astype(np.float32))
    vectors = rng.normal(size=(PAPERS, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = np.arange(PAPERS) + 1_000
    pool = Pool(
        numbers=numbers,
        words=words / np.float32(3),
        vectors=vectors,
        graph=sparse.csr_array((PAPERS, PAPERS), dtype=np.float32),
        terms=[f"word{column}" for column in range(40)],
        fame=np.zeros(PAPERS, np.float32),
        days=np.zeros(PAPERS, np.int64),
        rows={number: row for row, number in enumerate(numbers.tolist())},
    )
    return pool, wanted.tolist()


def judge(wanted: list[bool], rows: list[int]) -> list[Judged]:
    return [Judged(row, wanted[row]) for row in rows]


def test_a_backlog_is_worked_through() -> None:
    """Following `next` finds what is wanted long before half of all has been read.

    Break to see it fail: turn the order in `Reviewer.rank` round.
    """
    pool, wanted = make_pool()
    rows, order = np.arange(PAPERS), [wanted.index(True), wanted.index(False)]
    for _ in range(15):
        state = look(3, "graphs", pool, rows, judge(wanted, order), limit=10)
        order += [pool.rows[number] for number in state.next]
    assert len(set(order)) == len(order) == 152
    assert sum(wanted[row] for row in order) >= 0.8 * sum(wanted)
    state = look(3, "graphs", pool, rows, judge(wanted, order), limit=10)
    assert (state.shelf_id, state.query, state.papers, state.seen) == (3, "graphs", PAPERS, 152)
    assert state.kept == sum(wanted[row] for row in order)
    assert state.coverage is not None
    assert state.may_stop or state.sentence.startswith("Go on")


def test_what_was_judged_elsewhere_teaches_and_does_not_count() -> None:
    """Break to see it fail: count all that were judged as seen."""
    pool, wanted = make_pool()
    elsewhere = list(range(150))
    rows, others = np.arange(150, PAPERS), [150, 151]
    state = look(1, "", pool, rows, judge(wanted, [*elsewhere, *others]), limit=30)
    assert (state.papers, state.seen) == (150, 2)
    hits = sum(wanted[pool.rows[number]] for number in state.next)
    assert hits >= 2 * 30 * np.mean(wanted[150:])
    assert state.coverage is None


def test_with_nothing_to_go_by_the_order_of_the_search_stays() -> None:
    """Break to see it fail: learn from papers that were not kept alone."""
    pool, wanted = make_pool()
    rows = np.array([5, 3, 9, 1])
    assert look(1, "", pool, rows, [], limit=3).next == (1_005, 1_003, 1_009)
    negatives = [row for row in (5, 3, 9, 1) if not wanted[row]][:1]
    left = [row for row in rows.tolist() if row not in negatives]
    found = look(1, "", pool, rows, judge(wanted, negatives), limit=9)
    assert [pool.rows[number] for number in found.next] == left


def test_an_empty_and_a_finished_backlog() -> None:
    """Break to see it fail: ask the rule about no papers."""
    pool, wanted = make_pool()
    nothing = look(1, "", pool, np.empty(0, np.int64), [], limit=5)
    assert (nothing.next, nothing.papers, nothing.may_stop) == ((), 0, False)
    assert nothing.sentence == "The search finds no papers to work through."
    done = look(1, "", pool, np.arange(5), judge(wanted, [0, 1, 2, 3, 4]), limit=5)
    assert done.next == ()
    assert done.may_stop
    assert done.sentence == "All papers have been seen."


def test_starting_where_the_model_stood_changes_little() -> None:
    """Break to see it fail: let `_solve` stop after two steps."""
    pool, wanted = make_pool()
    rows, judged = np.arange(150, PAPERS), judge(wanted, list(range(150)))
    warm = Reviewer(pool, rows, range(150))
    for read in range(20, 150, 10):
        warm.rank(rows, judged[:read])
    cold = Reviewer(pool, rows, range(150))
    first, other = warm.rank(rows, judged), cold.rank(rows, judged)
    assert len(set(first[:30].tolist()) & set(other[:30].tolist())) >= 28
    warm.forget()
    assert warm.rank(rows, judged).tolist() == other.tolist()
