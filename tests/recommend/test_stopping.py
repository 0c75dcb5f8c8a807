"""When enough of a backlog has been seen, and when it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, pdtr

from broadsheet.recommend.stopping import LEAST_KEPT, TARGET, look_back, may_stop, say


def draw(rng: np.random.Generator, papers: int = 1_000, steep: float = 1.6) -> list[bool]:
    """A ranked backlog of which papers are kept less and less often."""
    places = np.sqrt(np.arange(papers) / papers) * 5
    return list((rng.random(papers) < 1 / (1 + np.exp(-(1 - steep * places)))).tolist())


def stop(kept: list[bool], looks: range) -> tuple[bool, float]:
    """Whether enough had been seen where the rule let stop, and the share left unread."""
    papers = len(kept)
    read = next((n for n in looks if may_stop(look_back(kept[:n], papers))), papers)
    return sum(kept[:read]) >= TARGET * sum(kept), 1 - read / papers


def test_where_it_lets_stop_enough_has_been_seen() -> None:
    """Break to see it fail: let one half be enough for `CONFIDENCE`."""
    rng, looks = np.random.default_rng(1), range(150, 600, 10)
    reached, unread = zip(*(stop(draw(rng, 600), looks) for _ in range(20)), strict=True)
    assert np.mean(reached) >= 0.9
    assert np.median(unread) >= 0.2


def test_stragglers_are_reckoned_with() -> None:
    """One in twenty of what would be kept lies anywhere, whatever the ranking says.

    Break to see it fail: leave all of `STRAGGLERS` but the first out.
    """
    rng, looks, reached = np.random.default_rng(5), range(100, 1_000, 40), []
    for _ in range(20):
        wanted = rng.random(1_000) < 0.1
        scores = rng.normal(size=1_000) + 3 * (wanted & (rng.random(1_000) > 0.05))
        reached.append(stop(wanted[np.argsort(-scores)].tolist(), looks)[0])
    assert np.mean(reached) >= 0.9


def test_a_fall_without_a_tail_is_seen_as_one() -> None:
    """Break to see it fail: leave all of `POWERS` but the first out."""
    chances = 1 / (1 + np.exp(15 * (np.arange(1_000) / 1_000 - 0.2)))
    rng, looks = np.random.default_rng(6), range(100, 1_000, 25)
    unread = [stop((rng.random(1_000) < chances).tolist(), looks)[1] for _ in range(5)]
    assert np.median(unread) >= 0.5


@pytest.mark.parametrize(
    ("kept", "papers"),
    [([True] * 30, 1_000), ([True, False, False, False] * 30, 1_000), ([True] * 5, 40)],
)
def test_each_paper_that_is_not_kept_makes_it_surer(kept: list[bool], papers: int) -> None:
    """Break to see it fail: add up what is expected of all papers, not of the unread; with few
    papers, make bins without one."""
    more = range(papers // 10, papers - len(kept), papers // 20)
    looks = [look_back(kept + [False] * n, papers) for n in more]
    sure = [each.sure for each in looks if each]
    assert len(sure) == len(looks)
    assert sure == sorted(sure)
    assert sure[-1] > sure[0]


def find_sure(kept: list[bool], papers: int) -> float:
    """How probable it is that the target has been reached, by going through lines on a grid."""
    places, found = (np.arange(papers) + 0.5) / papers, sum(kept)
    first, change = np.meshgrid(np.linspace(-12, 12, 81), np.linspace(-40, 40, 81))
    heights, missed = [], []
    for power in (0.25, 0.5, 0.75, 1.0):
        for share in (0.0, 0.01, 0.03, 0.1):
            floor = share * found / papers
            lines = first[..., None] + change[..., None] * places**power
            chance = np.clip(floor + (1 - floor) * expit(lines), 1e-12, 1 - 1e-12)
            seen, unseen = chance[..., : len(kept)], chance[..., len(kept) :]
            height = np.log(np.where(kept, seen, 1 - seen)).sum(axis=-1)
            heights.append(height - (first / 3) ** 2 / 2 - (change / 10) ** 2 / 2)
            missed.append(unseen.sum(axis=-1))
    likely = np.exp(np.array(heights) - np.max(heights))
    allowed = int(found * (1 - TARGET) / TARGET + 1e-8)
    return float((likely * pdtr(allowed, np.array(missed))).sum() / likely.sum())


@pytest.mark.parametrize("read", [40, 60, 80])
def test_it_is_as_sure_as_all_rates_together(read: int) -> None:
    """Break to see it fail: one node; leave the determinant out; all powers 1."""
    places = (np.arange(120) + 0.5) / 120
    kept = (np.random.default_rng(4).random(120) < expit(2.5 - 9 * np.sqrt(places)))[:read].tolist()
    look = look_back(kept, 120)
    assert look is not None
    assert look.sure == pytest.approx(find_sure(kept, 120), abs=0.005)


def test_where_no_more_are_left_than_may_be_missed_it_is_certain() -> None:
    """Break to see it fail: ask the posterior there, too, which knows of no end."""
    look = look_back([True] * 100, 105)
    assert look is not None
    assert look.sure == 1


def test_a_higher_target_is_harder() -> None:
    """Break to see it fail: leave the target out of what may be missed."""
    kept = draw(np.random.default_rng(7))[:400]
    looks = [look_back(kept, 1_000, target) for target in (0.7, 0.8, 0.9, 0.95, 0.99)]
    sure = [each.sure for each in looks if each]
    assert len(sure) == len(looks)
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1]


def test_a_ranking_that_says_nothing_never_lets_stop_early() -> None:
    """Break to see it fail: hold the slope of each line at -10 or less."""
    kept = (np.random.default_rng(2).random(600) < 0.1).tolist()
    assert not any(may_stop(look_back(kept[:read], 600)) for read in range(20, 500, 20))


def test_one_more_kept_at_the_end_makes_it_less_sure() -> None:
    """Break to see it fail: leave the last tenth of the labels out of the hits."""
    quiet = [True] * 30 + [False] * 370
    late = [*quiet[:-5], True, *quiet[-4:]]
    before, after = look_back(quiet, 1_000), look_back(late, 1_000)
    assert before is not None
    assert after is not None
    assert after.sure < before.sure - 0.1
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
    """Break to see it fail: take the place of a bin to be before its start, which is no place."""
    for read in range(papers + 1):
        coverage = look_back([True] * read, papers)
        if coverage is not None:
            assert 0 <= coverage.low <= coverage.recall <= coverage.high <= 1
            assert 0 <= coverage.sure <= 1


def test_the_same_again() -> None:
    """Break to see it fail: move the nodes by chance, without a seed."""
    kept = draw(np.random.default_rng(4))[:200]
    assert look_back(kept, 1_000) == look_back(kept, 1_000)
