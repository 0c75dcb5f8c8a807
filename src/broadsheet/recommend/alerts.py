"""Alerts of saved searches with a promise: of what is sent, at most so much is a miss.

Conformal selection (Jin and Candès, "Selection by Prediction with Conformal p-values", 2023): a new
paper is as likely as those that readers judged before to be beaten by a miss of theirs; p-values
from that, and the step-up of Benjamini and Hochberg (1995) over all new papers of all searches. The
promise holds on average over batches, and a silent batch counts as one without misses. So the rate
among the batches that were sent can be above the promise: `keep_record` works it out, and whoever
shows a promise shows that rate beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from broadsheet.phrases import count

PROMISES = (0.1, 0.2, 0.3)
LEAST_JUDGED = 20
"""With fewer judged papers nothing is promised, and nothing held back."""

LIKELY = 0.975

Floats = NDArray[np.float64]


class Batch(NamedTuple):
    """What was sent at once, all searches together, as far as it was judged."""

    sent: int
    missed: int


@dataclass(frozen=True, slots=True)
class Record:
    """A promise beside what came of it.

    `overall` is the share of misses on average over all batches, silent ones counted as none;
    `among_sent` over those that were sent, between `low` and `high` (95 %, Student's t over
    batches; 0 to 1 where fewer than two were sent).
    """

    promise: float
    batches: int
    silent: int
    overall: float
    among_sent: float
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """The record, for the reader."""
        if self.batches == self.silent:
            return f"Promised: at most {self.promise:.0%} misses. Nothing was sent yet."
        sent = self.batches - self.silent
        return (
            f"Promised: at most {self.promise:.0%} misses on average. Of what was sent in "
            f"{count(sent, 'batch', 'batches')}, {self.among_sent:.0%} were misses "
            f"(between {self.low:.0%} and {self.high:.0%}); "
            f"{count(self.silent, 'batch was', 'batches were')} silent."
        )


def select(
    judged_scores: ArrayLike, kept: ArrayLike, new_scores: ArrayLike, promise: float
) -> NDArray[np.bool_]:
    """Which new papers to send, at most a share `promise` of them misses on average over batches.

    `judged_scores` [n] and `kept` [n] are of papers that readers judged, `new_scores` [m] of all
    new papers of all searches; scores mean alike from search to search (`scale`).
    """
    new = np.asarray(new_scores, dtype=np.float64)
    return new >= find_cut(judged_scores, kept, new, promise)


def find_cut(
    judged_scores: ArrayLike, kept: ArrayLike, new_scores: ArrayLike, promise: float
) -> float:
    """The least score that is sent; infinite where the batch is silent."""
    new = np.sort(np.asarray(new_scores, dtype=np.float64))[::-1]
    judged = np.asarray(judged_scores, dtype=np.float64)
    missed = np.sort(judged[~np.asarray(kept, dtype=np.bool_)])
    above = len(missed) - np.searchsorted(missed, new, side="left")
    chances = (1 + above) / (1 + len(judged))
    sent = np.flatnonzero(chances <= promise * np.arange(1, len(new) + 1) / max(len(new), 1))
    return float(new[sent[-1]]) if len(sent) else math.inf


def scale(words: ArrayLike, meaning: ArrayLike, best: float, terms: int) -> Floats:
    """Scores of the hits of one search that mean alike from search to search and day to day.

    The sum of BM25 against the `best` that any paper of the library has for this search, BM25 by
    the root of the number of `terms` asked for, and the cosine; what is silent (NaN) counts as 0.
    """
    by_words = np.nan_to_num(np.asarray(words, dtype=np.float64))
    by_meaning = np.nan_to_num(np.asarray(meaning, dtype=np.float64))
    against_best = by_words / best if best > 0 else by_words
    return np.asarray(against_best + by_words / (5 * max(terms, 1) ** 0.5) + 2 * by_meaning)


def pick_alerts(
    found: Mapping[int, Sequence[tuple[int, float]]],
    judged: Sequence[tuple[float, bool]],
    promise: float,
) -> Mapping[int, Sequence[int]]:
    """The papers to send for each search, in the order given.

    `found` are the new papers of all of an instance's searches that are sent at once, with scores;
    `judged` what readers made of earlier ones: score, and whether it was kept. With no promise (0)
    or too few judgements all are sent.
    """
    if not promise or len(judged) < LEAST_JUDGED:
        return {search: [number for number, _ in papers] for search, papers in found.items()}
    scores, kept = zip(*judged, strict=True)
    new = [score for papers in found.values() for _, score in papers]
    cut = find_cut(scores, kept, new, promise)
    return {
        search: [number for number, score in papers if score >= cut]
        for search, papers in found.items()
    }


def keep_record(promise: float, batches: Sequence[Batch]) -> Record:
    """What came of a promise."""
    shares = np.array([each.missed / each.sent for each in batches if each.sent])
    silent = len(batches) - len(shares)
    if not len(shares):
        return Record(promise, len(batches), silent, 0.0, 0.0, 0.0, 1.0)
    among = float(shares.mean())
    low, high = 0.0, 1.0
    if len(shares) > 1:
        wide = stdtrit(len(shares) - 1, LIKELY) * float(shares.std(ddof=1)) / len(shares) ** 0.5
        low, high = max(0.0, among - wide), min(1.0, among + wide)
    return Record(
        promise, len(batches), silent, float(shares.sum()) / len(batches), among, low, high
    )
