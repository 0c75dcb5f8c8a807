"""What a floor on the chance means in papers a day, in precision and in misses."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from broadsheet.learning import TradeOff, TradeOffPoint
from broadsheet.recommend.calibration import Calibration, Floats

FLOORS = tuple(step / 10 for step in range(10))
DRAWS = 400
SEED = 20261122


def work_out(
    shelf_id: int,
    calibration: Calibration,
    scores: ArrayLike,
    days: ArrayLike,
    *,
    per_day: int,
    least: float = -np.inf,
) -> TradeOff:
    """What each floor would have meant on past candidates.

    `scores` [n] are the standardised scores of all papers that the shelf could have chosen from,
    `days` [n] the ordinals of the days on which they were news; of a day, at most the best
    `per_day` are sent, and none with a score below `least`. The interval holds both what is not
    known about the reader (draws from the posterior of the calibration) and chance (whether each
    paper is kept). Draws have a fixed seed.
    """
    given = np.asarray(scores, dtype=np.float64).ravel()
    when = np.asarray(days, dtype=np.int64).ravel()
    span = len(np.unique(when))
    if calibration.needed or not span:
        return TradeOff(shelf_id, span, calibration.needed, calibration.shown)
    chances = calibration.chance(given)
    eligible = np.flatnonzero((_place_in_day(given, when) < per_day) & (given >= least))
    eligible = eligible[np.lexsort((eligible, -chances[eligible]))]
    draws = _draw_kept(calibration, given[eligible])
    points = tuple(_point(floor, chances, eligible, draws, when, span) for floor in FLOORS)
    return TradeOff(shelf_id, span, 0, calibration.shown, points)


def _point(
    floor: float,
    chances: Floats,
    eligible: NDArray[np.int64],
    draws: Floats,
    when: NDArray[np.int64],
    span: int,
) -> TradeOffPoint:
    """`eligible` are in falling order of chance; `draws` [draws, n] count what is kept of the first
    1, 2, ... of them."""
    sent = eligible[: int((chances[eligible] >= floor).sum())]
    if not len(sent):
        return TradeOffPoint(floor, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    low, high = np.quantile(draws[:, len(sent) - 1], [0.025, 0.975]) / len(sent)
    kept = float(chances[sent].sum())
    return TradeOffPoint(
        floor,
        papers=len(sent) / span,
        precision=kept / len(sent),
        low=float(low),
        high=float(high),
        missed=max(0.0, 1 - kept / float(chances.sum())),
        quiet=1 - len(np.unique(when[sent])) / span,
    )


def _place_in_day(scores: Floats, when: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each paper on its day, from 0, the best first."""
    order = np.lexsort((np.arange(len(scores)), -scores, when))
    starts = np.flatnonzero(np.diff(when[order], prepend=when[order[0]] - 1))
    places = np.empty(len(scores), dtype=np.int64)
    sizes = np.diff(np.append(starts, len(scores)))
    places[order] = np.arange(len(scores)) - np.repeat(starts, sizes)
    return places


def _draw_kept(calibration: Calibration, scores: Floats) -> Floats:
    """How many of the first 1, 2, ... papers are kept, in each of many possible worlds."""
    rng = np.random.default_rng(SEED)
    centre = np.array([calibration.intercept, calibration.slope])
    theta = rng.multivariate_normal(centre, calibration.covariance, size=DRAWS)
    logits = theta[:, :1] + np.maximum(theta[:, 1:], 0) * scores
    kept = rng.random(logits.shape) < 1 / (1 + np.exp(-logits))
    return np.cumsum(kept, axis=1, dtype=np.float64)
