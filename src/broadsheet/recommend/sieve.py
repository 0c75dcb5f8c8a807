"""The bar that papers of saved searches have to reach, where an instance promises few misses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from broadsheet.learning import Sifted
from broadsheet.ports import Index, Store
from broadsheet.recommend.alerts import LEAST_JUDGED, Record, find_bar, keep_record
from broadsheet.recommend.judging import Scorer, read_told, score_all


class Sieve:
    """What passes by a promise in percent, as of a moment."""

    def __init__(self, store: Store, index: Index, percent: int, now: datetime) -> None:
        self._scorer = Scorer(index)
        told = read_told(store, now)
        judged = score_all(self._scorer, told.judged)
        begun = f"a bar that promises at most {percent} % misses"
        self.needed = max(LEAST_JUDGED - len(judged), 0)
        """How many judged papers are missing until there is a bar."""
        self.unheard = told.unheard
        """How many do not count, as their readers would weigh more than others."""
        self.record: Record = keep_record(
            percent / 100, [batch for model, batch in told.batches if model.startswith(begun)]
        )
        """What came of the promise."""
        self._model = f"{begun}, set by {len(judged):,} answers"
        self._bar = -math.inf
        if not self.needed:
            scores, kept = zip(*judged, strict=True)
            self._bar = find_bar(scores, kept, percent / 100)

    def sift(self, query: str, numbers: Sequence[int]) -> Sifted:
        """See `promises.Sieve.sift`."""
        scores = {} if self.needed else self._scorer.score(query, numbers)
        if not scores:
            return Sifted(numbers)
        sent = [number for number in numbers if scores.get(number, -math.inf) >= self._bar]
        return Sifted(sent, len(numbers) - len(sent), self._model)
