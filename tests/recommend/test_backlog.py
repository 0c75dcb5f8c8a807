"""Backlogs are read in one at a time, and nobody waits for those of others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest

from broadsheet.errors import StorageBusyError
from broadsheet.learning import ReviewState
from broadsheet.recommend.backlog import MOST_WAITING
from broadsheet.recommend.pool import read_pool
from topics import Learners

ASKED = ("bees", "tides", "looms", "hive OR tide", "loom OR tide")


class Held:
    """Reading in stands still until `go`. `most` is how many did it at once, `calls` in all."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.reading = self.most = self.calls = 0

    @contextmanager
    def hold(self) -> Iterator[None]:
        self.calls += 1
        self.reading += 1
        self.most = max(self.most, self.reading)
        self.begun.set()
        self.go.wait(5)
        yield
        self.reading -= 1


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()

    def read_held(*args: Any) -> Any:
        with made.hold():
            return read_pool(*args)

    monkeypatch.setattr("broadsheet.recommend.backlog.read_pool", read_held)
    return made


def test_one_is_read_in_and_few_wait(learners: Learners, held: Held) -> None:
    """Who asks for one more is told so at once, and who works through what is at hand goes on.

    Breaks: build in `_read` under the lock (the known one waits), or without a turn (five are read
    in at once, and nobody is turned away).
    """
    shelf = learners.shelf("Bees", 1, 2, 3)
    held.go.set()
    review = learners.recommender.review
    known = review(learners.ada, shelf, "swarm", 5)
    held.go.clear()
    held.begun.clear()
    with ThreadPoolExecutor(len(ASKED)) as hands:
        first = hands.submit(review, learners.ada, shelf, ASKED[0], 5)
        assert held.begun.wait(5)
        others = [hands.submit(review, learners.ada, shelf, asked, 5) for asked in ASKED[1:]]
        turned_away = _find_turned_away(others)
        assert hands.submit(review, learners.ada, shelf, "swarm", 5).result(3) == known
        held.go.set()
        assert first.result(5).papers
        left = [each for each in others if each not in turned_away]
        assert len(left) == MOST_WAITING and all(each.result(5) for each in left)
    assert held.most == 1
    assert review(learners.ada, shelf, ASKED[0], 5).papers


def _find_turned_away(others: Sequence[Future[ReviewState]]) -> set[Future[ReviewState]]:
    """Those that were told to come again while the first one is still at it."""
    done: set[Future[ReviewState]] = set()
    while len(done) < len(others) - MOST_WAITING:
        more = wait(set(others) - done, timeout=5, return_when=FIRST_COMPLETED).done
        assert more, "nobody was turned away"
        done |= more
    for each in done:
        with pytest.raises(StorageBusyError, match="try again"):
            each.result()
    return done


def test_those_who_waited_for_the_same_papers_do_not_read_them_again(
    learners: Learners, held: Held
) -> None:
    """Break: leave the second look out of `_read`."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    review = learners.recommender.review
    with ThreadPoolExecutor(2) as hands:
        both = [hands.submit(review, learners.ada, shelf, "bees", 5) for _ in range(2)]
        assert held.begun.wait(5)
        threading.Timer(0.1, held.go.set).start()
        first, second = (each.result(5) for each in both)
    assert first == second and held.calls == 1
