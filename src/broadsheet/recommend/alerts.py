"""Alerts of saved searches with a promise: of what is sent, at most so much is a miss.

Conformal selection (Jin and Candès, "Selection by Prediction with Conformal p-values", 2023): a new
paper is as likely as those that readers judged before to be beaten by a miss of theirs; p-values
from that, and the step-up of Benjamini and Hochberg (1995).

Over a batch of new papers (`select`) the promise holds on average over batches, and a silent batch
counts as one without misses: the smaller the batches, the further the rate among those that were
sent may lie above the promise. So an instance does the step-up over what was judged, which stands
for all that its searches bring, and has one bar for everything (`find_bar`): of the papers above it
at most the promised share were misses. `keep_record` works out what came of it in any case, and
whoever shows a promise shows that beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from broadsheet.phrases import count

PROMISES = (0.1, 0.2, 0.3)
LEAST_JUDGED = 30
"""With fewer judged papers nothing is promised, and nothing held back."""

LIKELY = 0.975

Floats = NDArray[np.float64]


class Batch(NamedTuple):
    """What was sent at once, all searches together, as far as it was judged."""

    sent: int
    missed: int


class Share(NamedTuple):
    """A share, and between what it lies (95 %)."""

    value: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Record:
    """A promise beside what came of it.

    `overall` is the share of misses on average over all batches, silent ones counted as none;
    `among_sent` over those that were sent; `of_papers` the share of all `papers` sent. Intervals
    are those of Student's t over batches, 0 to 1 where fewer than two were sent.
    """

    promise: float
    batches: int
    silent: int
    papers: int
    overall: float
    among_sent: Share
    of_papers: Share

    @property
    def sentence(self) -> str:
        """What came of it, for the reader."""
        if not self.papers:
            return "Nothing was sent yet that could be judged."
        share, low, high = self.of_papers
        were = "was" if self.papers == 1 else "were"
        return (
            f"Among the batches that were sent: {share:.0%} "
            f"[{100 * low:.0f}, {100 * high:.0f}] of {count(self.papers, 'paper')} {were} passed "
            f"over; {count(self.silent, 'batch was', 'batches were')} silent."
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


def find_bar(judged_scores: ArrayLike, kept: ArrayLike, promise: float) -> float:
    """The least score with which a paper is sent, whatever comes beside it; infinite where nothing
    is to be. What was sent above a bar gives the same bar again."""
    return find_cut(judged_scores, kept, judged_scores, promise)


def keep_record(promise: float, batches: Sequence[Batch]) -> Record:
    """What came of a promise."""
    sent = np.array([each.sent for each in batches if each.sent], dtype=np.float64)
    missed = np.array([each.missed for each in batches if each.sent], dtype=np.float64)
    among = missed / sent
    return Record(
        promise,
        len(batches),
        len(batches) - len(sent),
        int(sent.sum()),
        float(among.sum()) / max(len(batches), 1),
        _share(among, np.ones(len(among))),
        _share(missed, sent),
    )


def _share(parts: Floats, wholes: Floats) -> Share:
    """The share of all parts in all wholes, and its interval: that of a ratio of two means."""
    many = len(parts)
    if not many:
        return Share(0.0)
    value = float(parts.sum() / wholes.sum())
    if many < 2:
        return Share(value)
    off = parts - value * wholes
    spread = (float(off @ off) * many / (many - 1)) ** 0.5 / float(wholes.sum())
    wide = float(stdtrit(many - 1, LIKELY)) * spread
    return Share(value, max(0.0, value - wide), min(1.0, value + wide))
