"""Rankers that we did not write: what one of them gets wrong is an error with its name, and costs
no shelf but those that it ranks."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import numpy as np

from broadsheet.errors import RankerError
from broadsheet.learning import Weight
from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend.lessons import Desires, Study
from broadsheet.text import clean_line

_log = logging.getLogger(__name__)

LONGEST_TERM = 60
"""Of a term's name, as many characters are shown."""

Found = TypeVar("Found")


class GuardedRanker:
    """A ranker whose every failure is a RankerError; so are scores that are no numbers, or not as
    many as papers. It cannot write to the arrays of a pool, which all rankers share."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self.id = ranker.id
        self.title = ranker.title

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        """See `Ranker.learn`."""
        _freeze(pool)
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
        most = limit if row is not None else 2 * limit  # as many again that weigh against
        with _blaming(self._ranker):
            given = islice(self._profile.terms(row, limit), most)
            return [_check_term(name, points) for name, points in given]


def _freeze(pool: Pool) -> None:
    words, graph = pool.words, pool.graph
    matrices = [part for each in (words, graph) for part in (each.data, each.indices, each.indptr)]
    for array in (pool.numbers, pool.vectors, pool.fame, pool.days, *matrices):
        array.setflags(write=False)


def _check(given: Scores, shape: tuple[int, ...]) -> Scores:
    scores = np.asarray(given, np.float32)
    if scores.shape != shape or not np.isfinite(scores).all():
        raise ValueError(f"not {shape} numbers, but {scores.shape}")
    return scores


def _check_term(name: object, points: float) -> Weight:
    """A term that can be kept and shown: one short line, with a finite number."""
    if not math.isfinite(points):
        raise ValueError(f"a term of {points} points")
    return Weight(clean_line(str(name)[:LONGEST_TERM]), float(points))


@contextmanager
def _blaming(ranker: Ranker) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise RankerError(
            f"The ranker “{ranker.title}” ({ranker.id}), which a plug-in brought, failed "
            f"({type(error).__name__}): try another one under Experiment and keep that, or ask "
            "whoever runs this Broadsheet, whose log says more.",
            ranker.id,
        ) from error


class Failures:
    """What the log of a process has of rankers that failed: each kind of error of each once, with
    its traceback, since a page that is looked at again and again would fill the log."""

    def __init__(self) -> None:
        self._logged: set[tuple[str, type[BaseException | None]]] = set()

    def log(self, error: RankerError, reader_id: int) -> None:
        """Log what kept a shelf of a reader from being ranked, where that is new."""
        kind = error.ranker, type(error.__cause__)
        if kind not in self._logged:
            self._logged.add(kind)
            _log.error("A shelf of reader %d cannot be ranked", reader_id, exc_info=error)


def try_without(
    work: Callable[[Desires], Found],
    desires: Desires,
    study: Study,
    instead: Callable[[str], Found],
    failures: Failures,
) -> Found:
    """What `work` makes of all that a reader's shelves learn from. Where a ranker fails, the other
    shelves that it ranks are left out, so that it harms only these; where it fails for this shelf
    all the same, `instead` of the sentence that says so."""
    while True:
        try:
            return work(desires)
        except RankerError as error:
            failures.log(error, study.shelf.reader_id)
            left = [each for each in desires.studies if each is study or not _has(each, error)]
            if len(left) == len(desires.studies):
                return instead(str(error))
            desires = replace(desires, studies=left)


def _has(study: Study, error: RankerError) -> bool:
    return study.steering.ranker == error.ranker
