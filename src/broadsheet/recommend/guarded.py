"""Rankers that we did not write: what one of them gets wrong is an error with its name, and costs
no shelf but those that it ranks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import numpy as np

from broadsheet.errors import RankerError
from broadsheet.learning import Weight
from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend.lessons import Desires, Study

_log = logging.getLogger(__name__)

Found = TypeVar("Found")


class GuardedRanker:
    """A ranker whose every failure is a RankerError; so are scores that are no numbers, or not as
    many as papers."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self.id = ranker.id
        self.title = ranker.title

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        """See `Ranker.learn`."""
        with _blaming(self):
            profile = self._ranker.learn(lessons, pool)
        return _GuardedProfile(self, profile, len(lessons.rows))


class _GuardedProfile:
    def __init__(self, ranker: Ranker, profile: Profile, lessons: int) -> None:
        self._ranker = ranker
        self._profile = profile
        self._lessons = lessons

    def score(self, rows: Rows) -> Scores:
        with _blaming(self._ranker):
            return _check(self._profile.score(rows), (len(rows),))

    def contributions(self, rows: Rows) -> Scores:
        with _blaming(self._ranker):
            return _check(self._profile.contributions(rows), (len(rows), self._lessons))

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        with _blaming(self._ranker):
            return [Weight(str(name), float(points))
                    for name, points in self._profile.terms(row, limit)]  # fmt: skip


def _check(given: Scores, shape: tuple[int, ...]) -> Scores:
    scores = np.asarray(given, np.float32)
    if scores.shape != shape or not np.isfinite(scores).all():
        raise ValueError(f"not {shape} numbers, but {scores.shape}")
    return scores


@contextmanager
def _blaming(ranker: Ranker) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise RankerError(
            f"The ranker “{ranker.title}” ({ranker.id}), which a plug-in brought, failed "
            f"({type(error).__name__}): try another one under Experiment and keep that, or ask "
            "whoever runs this Broadsheet, whose log says more."
        ) from error


def try_alone(
    work: Callable[[Desires], Found],
    desires: Desires,
    study: Study,
    instead: Callable[[str], Found],
) -> Found:
    """What `work` makes of all that a reader's shelves learn from; where a ranker fails, of this
    shelf by itself, which another shelf's ranker cannot harm; where its own fails, `instead` of
    the sentence that says so. The log has the error once, with its traceback."""
    failures: list[RankerError] = []
    for mine in (desires, replace(desires, studies=[study])):
        try:
            found = work(mine)
        except RankerError as error:
            failures.append(error)
            continue
        break
    else:
        found = instead(str(failures[-1]))
    if failures:
        reader = study.shelf.reader_id
        _log.error("A shelf of reader %d cannot be ranked", reader, exc_info=failures[-1])
    return found
