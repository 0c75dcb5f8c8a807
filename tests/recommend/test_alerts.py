"""Alerts that keep their promise, and say what came of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from broadsheet.recommend.alerts import (
    Batch,
    Share,
    find_bar,
    find_cut,
    keep_record,
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


def test_above_the_bar_few_are_misses() -> None:
    """However small the batches: each paper here is one of its own.

    Break to see it fail: let `find_bar` ask for each of 100 new papers whether it alone may be sent
    (`find_cut(judged, kept, [score], promise)`).
    """
    rng, sent, missed = np.random.default_rng(3), 0, 0
    for _ in range(100):
        (judged, kept), (new, wanted) = draw(rng, 300), draw(rng, 40)
        above = new >= find_bar(judged, kept, 0.2)
        sent, missed = sent + int(above.sum()), missed + int((above & ~wanted).sum())
    assert sent > 500 and missed / sent <= 0.23


def test_a_bar_does_not_rise_by_itself() -> None:
    """What was sent above a bar is all that is judged next; it gives that bar again.

    Break to see it fail: set a tenth more papers of score 0 beside those judged, as not kept.
    """
    rng = np.random.default_rng(4)
    judged, kept = draw(rng, 2_000)
    bar = find_bar(judged, kept, 0.2)
    above = judged >= bar
    assert find_bar(judged[above], kept[above], 0.2) == pytest.approx(bar, abs=0.05)


def test_nothing_reaches_the_bar_where_nothing_was_kept() -> None:
    """Break to see it fail: return the greatest score where nothing may be sent."""
    assert find_bar([1.0, 2.0, 3.0] * 20, [False] * 60, 0.3) == math.inf


def test_silent_batches_are_counted_apart() -> None:
    """Two of four batches were silent; on average over all there were 20 % misses, among those
    that were sent 40 %, and of the papers in them a half.

    Break to see it fail: divide by all batches for `among_sent`.
    """
    record = keep_record(0.3, [Batch(0, 0), Batch(4, 3), Batch(0, 0), Batch(20, 1)])
    assert (record.batches, record.silent, record.papers) == (4, 2, 24)
    assert record.overall == pytest.approx(0.2)
    assert record.among_sent.value == pytest.approx(0.4)
    assert (record.among_sent.low, record.among_sent.high) == (0, 1)
    assert record.of_papers.value == pytest.approx(4 / 24)
    assert record.sentence == (
        "Among the batches that were sent: 17% [0, 100] of 24 papers were passed over; "
        "2 batches were silent."
    )
    assert "Nothing was sent" in keep_record(0.3, [Batch(0, 0)]).sentence
    assert "Nothing was sent" in keep_record(0.3, []).sentence


def test_one_batch_says_little() -> None:
    """Break to see it fail: take the spread of one batch for 0."""
    assert keep_record(0.2, [Batch(10, 1)]).of_papers == Share(0.1, 0, 1)


def test_the_interval_of_what_was_sent_holds_the_truth() -> None:
    """In about 95 of 100 cases, also where batches differ from each other.

    Break to see it fail: take all papers for independent, `many` for their number.
    """
    rng, held = np.random.default_rng(5), 0
    for _ in range(200):
        sizes = rng.integers(1, 12, 30)
        rates = rng.beta(1, 3, 30)
        record = keep_record(
            0.3, [Batch(int(n), int(rng.binomial(n, p))) for n, p in zip(sizes, rates, strict=True)]
        )
        held += record.of_papers.low <= 0.25 <= record.of_papers.high
    assert held / 200 >= 0.9


def test_scores_mean_alike_from_search_to_search() -> None:
    """Break to see it fail: leave `best` out."""
    short = scale([5.0, np.nan], [0.5, 0.5], 5.0, 1)
    long = scale([20.0, 10.0], [0.5, np.nan], 20.0, 16)
    assert short.tolist() == pytest.approx([1 + 1 + 1, 1])
    assert long.tolist() == pytest.approx([1 + 1 + 1, 0.5 + 0.5])
    assert scale([np.nan], [0.4], 0.0, 3).tolist() == pytest.approx([0.8])
