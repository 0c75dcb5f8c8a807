"""Alerts that keep their promise, and say what came of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from broadsheet.recommend.alerts import (
    LEAST_JUDGED,
    Batch,
    find_cut,
    keep_record,
    pick_alerts,
    scale,
    select,
)


def draw(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of papers of which a third is wanted, and those lie higher."""
    wanted = rng.random(size) < 1 / 3
    return rng.normal(1.8 * wanted, 1), wanted


@pytest.mark.parametrize("promise", [0.1, 0.2, 0.3])
def test_the_promise_holds_on_average(promise: float) -> None:
    """Break to see it fail: count misses by `kept` instead of its opposite in `find_cut`."""
    rng, batches, found = np.random.default_rng(1), [], 0
    for _ in range(300):
        (judged, kept), (new, wanted) = draw(rng, 200), draw(rng, 60)
        sent = select(judged, kept, new, promise)
        batches.append(Batch(int(sent.sum()), int((sent & ~wanted).sum())))
        found += int((sent & wanted).sum())
    assert keep_record(promise, batches).overall <= promise + 0.02
    assert found > 100


def test_what_is_sent_is_the_best() -> None:
    """Break to see it fail: sort the new scores upwards."""
    rng = np.random.default_rng(2)
    judged, kept = draw(rng, 300)
    new, _ = draw(rng, 80)
    sent = select(judged, kept, new, 0.3)
    assert sent.any()
    assert new[sent].min() > new[~sent].max()


def test_it_is_silent_where_nothing_is_sure() -> None:
    """Break to see it fail: return the greatest score where nothing may be sent."""
    assert find_cut([3.0] * 50, [False] * 50, [1.0, 2.0], 0.1) == math.inf
    assert find_cut([1.0], [True], [], 0.1) == math.inf
    assert not select([3.0] * 50, [False] * 50, [1.0, 2.0], 0.1).any()


def test_too_few_judgements_promise_nothing_and_hold_nothing_back() -> None:
    """Break to see it fail: drop the question how many were judged."""
    found = {1: [(10, 0.1), (11, 0.9)], 2: [(12, 0.2)]}
    everything = {1: [10, 11], 2: [12]}
    few = [(0.5, False)] * (LEAST_JUDGED - 1)
    assert pick_alerts(found, few, 0.2) == everything
    assert pick_alerts(found, few * 5, 0) == everything
    assert pick_alerts(found, few * 5, 0.2) == {1: [11], 2: []}


def test_all_searches_are_decided_together() -> None:
    """Break to see it fail: ask `find_cut` search by search."""
    judged = [(0.5, False)] * 3 + [(1.0, True)] * 17
    found = {search: [(search, 0.9)] for search in range(1, 11)}
    assert pick_alerts(found, judged, 0.1) == {search: [search] for search in found}
    assert find_cut([0.95] * 2 + [1.0] * 18, [False] * 2 + [True] * 18, [0.9], 0.1) == math.inf


def test_silent_batches_are_counted_apart() -> None:
    """Two of four batches were silent; on average over all there were 25 % misses, among those
    that were sent 50 %.

    Break to see it fail: divide by all batches for `among_sent`.
    """
    record = keep_record(0.3, [Batch(0, 0), Batch(4, 3), Batch(0, 0), Batch(4, 1)])
    assert (record.batches, record.silent, record.overall) == (4, 2, 0.25)
    assert record.among_sent == 0.5
    assert (record.low, record.high) == (0, 1)
    assert record.sentence == (
        "Promised: at most 30% misses on average. Of what was sent in 2 batches, 50% were misses "
        "(between 0% and 100%); 2 batches were silent."
    )
    assert "Nothing was sent" in keep_record(0.3, [Batch(0, 0)]).sentence
    assert "Nothing was sent" in keep_record(0.3, []).sentence


def test_one_batch_says_little() -> None:
    """Break to see it fail: take the spread of one batch for 0."""
    record = keep_record(0.2, [Batch(10, 1)])
    assert (record.low, record.high) == (0, 1)


def test_scores_mean_alike_from_search_to_search() -> None:
    """Break to see it fail: leave `best` out."""
    short = scale([5.0, np.nan], [0.5, 0.5], 5.0, 1)
    long = scale([20.0, 10.0], [0.5, np.nan], 20.0, 16)
    assert short.tolist() == pytest.approx([1 + 1 + 1, 1])
    assert long.tolist() == pytest.approx([1 + 1 + 1, 0.5 + 0.5])
    assert scale([np.nan], [0.4], 0.0, 3).tolist() == pytest.approx([0.8])
