"""The contract of a ranker, as a check that anybody can run on theirs.

    problems = check_ranker(MyRanker())
    assert not problems, problems

The check lets the ranker learn from a few likes and dislikes in a small invented pool (`invented`),
and in another one where it is given, and tries what `ports.Ranker` and `ports.Profile` say.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Lessons, Pool, Profile, Ranker, Rows, Scores
from broadsheet.recommend.invented import invent_pool

MAX_SECONDS = 2.0
"""For learning and for scoring, of processor time, in the pools that are tried."""

MOST_TRIED = 2_000
TOLERANCE = 1e-3
"""How much of their spread scores that should be the same may differ by."""

CLOSE = 0.1
"""The share of a pool among whose best a paper stands that is the twin of a liked one."""

SLACK = 0.02
AGREEMENT = 0.9
TERMS = 5
_ID = re.compile(r"[a-z][a-z0-9._-]*@[0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A ranker, the pool that it is tried in, and lessons in it."""

    ranker: Ranker
    pool: Pool
    lessons: Lessons

    @property
    def rows(self) -> Rows:
        return np.arange(min(len(self.pool.numbers), MOST_TRIED))

    def learn(self, lessons: Lessons | None = None) -> Profile:
        return self.ranker.learn(lessons or self.lessons, self.pool)

    def score(self, lessons: Lessons | None = None) -> Scores:
        return self.learn(lessons).score(self.rows)


def check_ranker(ranker: Ranker, pool: Pool | None = None) -> Sequence[str]:
    """Everything in which a ranker breaks the contract, a sentence each; empty if nothing."""
    absent = [name for name in ("id", "title", "learn") if not hasattr(ranker, name)]
    if absent:
        return [f"it lacks {', '.join(absent)}"]
    own = invent_pool()
    twins = _Trial(ranker, own, make_lessons([0, 2, 14, 40], [24, 26]))
    trials = [twins]
    if pool is not None:
        likes, dislikes = np.split(np.linspace(0, len(pool.numbers) - 1, 8).astype(int), [6])
        trials.append(_Trial(ranker, pool, make_lessons(likes.tolist(), dislikes.tolist())))
    checks = [(check, trial) for trial in trials for check in _ALWAYS]
    checks += [(check, twins) for check in _WITH_TWINS]
    return [problem for check, trial in checks for problem in _try(check, trial)]


def make_lessons(
    likes: Sequence[int], dislikes: Sequence[int] = (), weights: Sequence[float] = ()
) -> Lessons:
    """Lessons that weigh 1 each, or the likes as given."""
    return Lessons(
        np.array(likes, np.int64),
        np.array(dislikes, np.int64),
        np.array(weights or [1.0] * len(likes), np.float32),
        np.ones(len(dislikes), np.float32),
    )


_Check = Callable[[_Trial], Iterator[str]]


def _try(check: _Check, trial: _Trial) -> list[str]:
    try:
        return list(check(trial))
    except Exception as error:  # noqa: BLE001  # the point is to name whatever escapes
        return [f"{check.__name__[7:].replace('_', ' ')}: {type(error).__name__} ({error}) escapes"]


# --- In any pool --------------------------------------------------------------------------------


def _check_manners(trial: _Trial) -> Iterator[str]:
    if not _ID.fullmatch(trial.ranker.id):
        yield f"its id {trial.ranker.id!r} is not a plain name with a version (name@1)"
    if not trial.ranker.title or "\n" in trial.ranker.title:
        yield "its title is not one line"


def _check_shapes(trial: _Trial) -> Iterator[str]:
    profile, lessons = trial.learn(), len(trial.lessons.rows)
    for rows in (trial.rows, trial.rows[:1], trial.rows[:0]):
        given = {
            "scores": (profile.score(rows), (len(rows),)),
            "contributions": (profile.contributions(rows), (len(rows), lessons)),
        }
        for name, (values, shape) in given.items():
            if values.shape != shape or values.dtype != np.float32:
                yield f"{name} of {len(rows)} papers are {values.dtype} {values.shape}"
            elif not np.isfinite(values).all():
                yield f"{name} are not all finite"


def _check_sameness(trial: _Trial) -> Iterator[str]:
    """Again, in another order of lessons, and for other rows: always the same."""
    profile, scores = trial.learn(), trial.score()
    if not np.array_equal(scores, trial.score()):
        yield "the same lessons give other scores the second time"
    if not np.array_equal(scores, profile.score(trial.rows)):
        yield "asking again gives other scores"
    if not _same(scores, trial.score(_reverse(trial.lessons))):
        yield "the order of the lessons changes the scores"
    for rows in (trial.rows[::-1], trial.rows[::3]):
        if not _same(scores[rows], profile.score(rows), like=scores):
            yield "the score of a paper depends on which others are asked for"


def _check_contributions(trial: _Trial) -> Iterator[str]:
    profile = trial.learn()
    scores, points = profile.score(trial.rows), profile.contributions(trial.rows)
    rest = scores - points.sum(axis=1)
    if float(np.ptp(rest)) > TOLERANCE * _spread(scores):
        yield "the contributions do not sum up to the score and a constant"
    turned = trial.learn(_reverse(trial.lessons)).contributions(trial.rows)
    if not _same(points, turned[:, _turn(trial.lessons)], like=scores):
        yield "the contributions do not stand in the order of the lessons"


def _check_reasons(trial: _Trial) -> Iterator[str]:
    """The like that is named first is the one without which a paper scores lowest."""
    likes = trial.lessons.likes
    best = np.argsort(-trial.score(), kind="stable")
    best = best[~np.isin(best, trial.lessons.rows)][:20]
    named = trial.learn().contributions(best)[:, : len(likes)].argmax(axis=1)
    without = [trial.score(leave_out(trial.lessons, place))[best] for place in range(len(likes))]
    truly = np.argmin(without, axis=0)
    if (share := float(np.mean(named == truly))) < AGREEMENT:
        yield f"only {share:.0%} of the likes named first are those that matter most"


def _check_terms(trial: _Trial) -> Iterator[str]:
    profile, known = trial.learn(), set(trial.pool.terms)
    for row in (None, int(trial.lessons.likes[0])):
        terms = profile.terms(row, TERMS)
        points = [term.points for term in terms]
        if any(term.name not in known for term in terms):
            yield "it names a term that the pool does not have"
        if len([each for each in points if each > 0]) > TERMS or len(points) > 2 * TERMS:
            yield "it names more terms than were asked for"
        if points != sorted(points, reverse=True) or not np.isfinite(points).all():
            yield "its terms do not come the greatest first"
        if row is not None and any(each <= 0 for each in points):
            yield "it explains a paper by terms that weigh against it"


def _check_refusals(trial: _Trial) -> Iterator[str]:
    count, profile = len(trial.pool.numbers), trial.learn()
    asked: dict[str, Callable[[Rows], object]] = {
        "score": profile.score,
        "contributions": profile.contributions,
        "learn": lambda rows: trial.learn(make_lessons(rows.tolist())),
    }
    for name, ask in asked.items():
        for row in (-1, count):
            if not _refuses(partial(ask, np.array([row])), IndexError):
                yield f"{name} does not refuse row {row} of {count} with an IndexError"
    if not _refuses(lambda: trial.learn(make_lessons([], [1])), ValueError):
        yield "learning without a like is not refused with a ValueError"


def _check_kept(trial: _Trial) -> Iterator[str]:
    before = [array.copy() for array in _arrays(trial)]
    profile = trial.learn()
    profile.score(trial.rows)
    profile.contributions(trial.rows)
    profile.terms(None, TERMS)
    changed = not all(map(np.array_equal, before, _arrays(trial)))
    if changed:
        yield "it changes the pool or the lessons"


def _check_one_like(trial: _Trial) -> Iterator[str]:
    one = make_lessons(trial.lessons.likes[:1].tolist())
    scores = trial.score(one)
    if not np.isfinite(scores).all() or not float(np.ptp(scores)):
        yield "one like teaches it nothing"


def _check_time(trial: _Trial) -> Iterator[str]:
    trial.score()  # what is worked out of a pool alone is kept
    begun = time.thread_time()
    trial.score()
    if (spent := time.thread_time() - begun) > MAX_SECONDS:
        yield f"learning and scoring take {spent:.1f} s"


# --- Where papers have twins --------------------------------------------------------------------


def _check_twins(trial: _Trial) -> Iterator[str]:
    places = _places(trial, trial.lessons)
    if any(places[row + 1] > CLOSE for row in trial.lessons.likes):
        yield "a paper that is the same as a liked one is not among the best"


def _check_removal(trial: _Trial) -> Iterator[str]:
    lessons = trial.lessons
    before = _places(trial, lessons)
    for number, row in enumerate(lessons.likes):
        after = _places(trial, leave_out(lessons, number))
        if after[row + 1] < before[row + 1] - SLACK:
            yield "without a like, the paper nearest to it comes to stand higher"


def _check_weights(trial: _Trial) -> Iterator[str]:
    likes = trial.lessons.likes.tolist()
    light, heavy = (
        _places(trial, make_lessons(likes, weights=[weight] + [1.0] * (len(likes) - 1)))
        for weight in (0.1, 3.0)
    )
    if heavy[likes[0] + 1] > light[likes[0] + 1] + SLACK or np.array_equal(light, heavy):
        yield "the weight of a like does not count"


def _check_dislikes(trial: _Trial) -> Iterator[str]:
    likes = trial.lessons.likes.tolist()
    before = _places(trial, make_lessons(likes))
    for row in range(60, 72, 2):
        after = _places(trial, make_lessons(likes, [row]))
        if after[row + 1] < before[row + 1] + min(SLACK, (1 - before[row + 1]) / 2):
            yield 'a paper that is the same as one "not for me" does not come to stand lower'
            return


_ALWAYS: tuple[_Check, ...] = (
    _check_manners,
    _check_shapes,
    _check_sameness,
    _check_contributions,
    _check_reasons,
    _check_terms,
    _check_refusals,
    _check_kept,
    _check_one_like,
    _check_time,
)
_WITH_TWINS: tuple[_Check, ...] = (_check_twins, _check_removal, _check_weights, _check_dislikes)


# --- Helpers ------------------------------------------------------------------------------------


def leave_out(lessons: Lessons, place: int) -> Lessons:
    """The lessons without one of the likes."""
    return replace(
        lessons,
        likes=np.delete(lessons.likes, place),
        like_weights=np.delete(lessons.like_weights, place),
    )


def _reverse(lessons: Lessons) -> Lessons:
    return Lessons(
        lessons.likes[::-1].copy(),
        lessons.dislikes[::-1].copy(),
        lessons.like_weights[::-1].copy(),
        lessons.dislike_weights[::-1].copy(),
    )


def _turn(lessons: Lessons) -> NDArray[np.int64]:
    """Where each lesson stands after `_reverse`."""
    likes, count = len(lessons.likes), len(lessons.rows)
    return np.concatenate([np.arange(likes)[::-1], np.arange(likes, count)[::-1]])


def _places(trial: _Trial, lessons: Lessons) -> NDArray[np.float64]:
    """For each paper, the share of the others that score higher."""
    scores = trial.score(lessons)
    return 1 - np.searchsorted(np.sort(scores), scores, side="right") / len(scores)


def _spread(scores: Scores) -> float:
    return float(scores.std()) + 1e-12


def _same(first: Scores, second: Scores, like: Scores | None = None) -> bool:
    allowed = TOLERANCE * _spread(first if like is None else like)
    return bool(np.abs(first - second).max(initial=0) <= allowed)


def _refuses(act: Callable[[], object], error: type[Exception]) -> bool:
    try:
        act()
    except error:
        return True
    except Exception:  # noqa: BLE001  # the wrong one
        return False
    return False


def _arrays(trial: _Trial) -> list[NDArray[np.generic]]:
    pool, lessons = trial.pool, trial.lessons
    return [
        pool.numbers, pool.vectors, pool.fame, pool.days,
        pool.words.data, pool.words.indices, pool.words.indptr,
        pool.graph.data, pool.graph.indices, pool.graph.indptr,
        lessons.likes, lessons.dislikes, lessons.like_weights, lessons.dislike_weights,
    ]  # fmt: skip
