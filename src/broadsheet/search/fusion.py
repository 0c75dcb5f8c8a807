"""Two opinions made one: a convex combination of what the words say and what the meaning says.

Reciprocal ranks are not shipped: with a weak dense side they fall below BM25 alone, the convex
combination does not (Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval";
our own figures in docs/design.md). A library that is tuned may turn out to be better off with them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from broadsheet.model import Blend
from broadsheet.search.columns import Numbers
from broadsheet.search.dense import Scores

SHIPPED = Blend()
# How slowly reciprocal ranks fall, as the authors have it.
RANKS = 60


class Fused(NamedTuple):
    """Works in their final order, their scores in 0..1, and each side's own (NaN: silent)."""

    numbers: Numbers
    scores: Scores
    words: Scores
    meaning: Scores


class Opinion(NamedTuple):
    """Scores of works on one side (NaN: silent), and the score that counts as nothing."""

    scores: Scores
    floor: float


def fuse(
    numbers: Numbers, words: Opinion, meaning: Opinion, weight: float, blend: Blend = SHIPPED
) -> Fused:
    """Order works by (1 - weight) x words + weight x meaning, each scaled to 0..1; by reciprocal
    ranks where the blend says so, which also makes the odds of the weight other than told.

    Both opinions speak of `numbers`; silence counts as 0. Equal works go by number.
    """
    lean = blend.lean * weight
    weight = lean / (1 - weight + lean) if lean else 0.0
    measure = scale_ranks if blend.by_rank else scale
    total = (1 - weight) * measure(words) + weight * measure(meaning)
    total = np.round(total, 6).astype(np.float32)
    order = np.lexsort((numbers, -total))
    return Fused(numbers[order], total[order], words.scores[order], meaning.scores[order])


def scale(opinion: Opinion) -> Scores:
    """Scores between the floor (0) and their maximum (1); silence and less than that are 0."""
    scores, floor = opinion
    known = scores[~np.isnan(scores)]
    top = float(known.max()) if len(known) else floor
    above = np.maximum(np.nan_to_num(scores, nan=floor) - np.float32(floor), 0)
    scaled: Scores = above / np.float32(max(top - floor, 1e-9))
    return scaled


def scale_ranks(opinion: Opinion) -> Scores:
    """1 for the greatest score, less by reciprocal rank (Cormack, Clarke and Büttcher 2009) for
    those that follow; equal ones in the order given; silence and less than the floor are 0."""
    scaled = scale(opinion)
    places = np.empty(len(scaled), np.float32)
    places[np.argsort(-scaled, kind="stable")] = np.arange(len(scaled), dtype=np.float32)
    ranked: Scores = np.where(scaled > 0, RANKS / (RANKS + places), 0).astype(np.float32)
    return ranked


def calibrate(better: Scores, common: Scores) -> Scores:
    """`better` where it speaks, on the scale of `common`, and `common` elsewhere.

    Two models spread their scores differently. Those of `better` are moved and stretched so that
    over the works that both scored, mean and deviation are those of `common`; with fewer than
    two such works, or no spread, `common` stands.
    """
    both = ~np.isnan(better) & ~np.isnan(common)
    spread = float(better[both].std()) if both.sum() > 1 else 0.0
    if spread < 1e-6:
        return common
    factor = float(common[both].std()) / spread
    moved = (better - better[both].mean()) * factor + common[both].mean()
    return np.where(np.isnan(better), common, moved).astype(np.float32)
