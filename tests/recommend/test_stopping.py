"""When enough of a backlog has been seen, and when it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.recommend.stopping import LEAST_KEPT, TARGET, look_back, may_stop, say


def draw(rng: np.random.Generator, papers: int = 1_000, steep: float = 1.6) -> list[bool]:
    """A ranked backlog of which papers are kept less and less often."""
    places = np.sqrt(np.arange(papers) / papers) * 5
    return list((rng.random(papers) < 1 / (1 + np.exp(-(1 - steep * places)))).tolist())


def test_where_it_lets_stop_enough_has_been_seen() -> None:
    """Break to see it fail: let one half be enough for `DEMANDED`."""
    rng, reached, unread = np.random.default_rng(1), [], []
    for _ in range(20):
        kept = draw(rng, 600)
        looks = range(150, 600, 50)
        read = next((n for n in looks if may_stop(look_back(kept[:n], 600))), 600)
        reached.append(sum(kept[:read]) >= TARGET * sum(kept))
        unread.append(1 - read / 600)
    assert np.mean(reached) >= 0.9
    assert np.median(unread) >= 0.2


def test_a_ranking_that_says_nothing_never_lets_stop_early() -> None:
    """Break to see it fail: hold the slope at less than -1 in `_fit`."""
    kept = (np.random.default_rng(2).random(600) < 0.1).tolist()
    assert not any(may_stop(look_back(kept[:read], 600)) for read in range(20, 500, 20))


def test_one_more_kept_at_the_end_makes_it_less_sure() -> None:
    """Break to see it fail: leave the last tenth of the labels out of the fit."""
    quiet = [True] * 30 + [False] * 370
    late = [*quiet[:-5], True, *quiet[-4:]]
    before, after = look_back(quiet, 1_000), look_back(late, 1_000)
    assert before is not None
    assert after is not None
    assert after.sure < before.sure
    assert before.low <= before.recall <= before.high <= 1


def test_too_early_to_tell() -> None:
    """Break to see it fail: drop `LEAST_KEPT`."""
    kept = [True] * (LEAST_KEPT - 1) + [False] * 200
    assert look_back(kept, 1_000) is None
    assert look_back([], 10) is None
    assert not may_stop(None)
    assert say(None, 1_000, 204, 4) == (
        "Too early to tell: how far you are can be said once you have kept 1 more paper."
    )


def test_what_is_all_seen_is_done() -> None:
    """Break to see it fail: look for the unread where there are none."""
    done = look_back([False] * 8, 8)
    assert may_stop(done)
    assert say(done, 8, 8, 0) == "All papers have been seen."


def test_it_says_what_it_knows() -> None:
    """Break to see it fail: swap the two quantiles."""
    early = look_back(draw(np.random.default_rng(3))[:100], 1_000)
    assert early is not None
    assert early.low < early.high
    said = say(early, 1_000, 100, 40)
    assert said.startswith(f"Go on: between {early.low:.0%} and {early.high:.0%} of what you")
    late = look_back([True] * 40 + [False] * 860, 1_000)
    assert say(late, 1_000, 900, 40) == (
        "You may stop: at least 95% of what you would keep has been seen, with 90% confidence; "
        "100 papers can stay unread."
    )


@pytest.mark.parametrize("papers", [6, 7, 40])
def test_small_backlogs(papers: int) -> None:
    """Break to see it fail: make bins without a paper."""
    for read in range(papers + 1):
        coverage = look_back([True] * read, papers)
        assert coverage is None or 0 <= coverage.low <= coverage.high <= 1


def test_the_same_again() -> None:
    """Break to see it fail: draw without a seed."""
    kept = draw(np.random.default_rng(4))[:200]
    assert look_back(kept, 1_000) == look_back(kept, 1_000)
