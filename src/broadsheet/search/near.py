"""Asking the spaces: which works are near a query, and how near the given ones are.

With a fast space that covers everything and a better one that is still being filled, both are
asked, and the better one's scores replace the other's where it has a vector; once the better one
covers everything it is asked alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import EmbedderError
from broadsheet.search.columns import Numbers
from broadsheet.search.dense import best, find_nearest
from broadsheet.search.fusion import Opinion, calibrate
from broadsheet.search.meaning import Meaning
from broadsheet.search.space import Space

# What the meaning weighs in a hybrid score: the fast space's, and a better one's.
WEIGHTS = (0.3, 0.5)
# How many deviations above a random work's score a work has to be to count as found by meaning.
TELLING = 2.0


class Asked(NamedTuple):
    """A space with a query's vector [dim] in it, and the weight that its opinion deserves."""

    space: Space
    vector: NDArray[np.float32]
    weight: float


class Judged(NamedTuple):
    """What the meaning says of works, the weight that this deserves, and when it is telling.

    A work that scores less than `telling` is no nearer than many that have nothing to do with
    the query.
    """

    opinion: Opinion
    weight: float
    telling: float


class Question:
    """A query put to the spaces; `notes` says where one of them could not be asked."""

    def __init__(self, asked: list[Asked], notes: tuple[str, ...] = ()) -> None:
        self.notes = notes
        self._asked = asked

    @property
    def silent(self) -> bool:
        """Whether no space has anything to say."""
        return not self._asked

    def find_nearest(self, count: int, among: Numbers | None = None) -> Numbers:
        """The nearest works of every space, best first; see `dense.find_nearest`."""
        found = [find_nearest(a.space, a.vector, count, among)[0] for a in self._asked]
        if len(found) == 1:
            return found[0]
        numbers = np.unique(np.concatenate(found))
        return best(numbers, self.judge(numbers).opinion.scores, len(numbers))[0]

    def judge(self, numbers: Numbers) -> Judged:
        """How near works are to the query."""
        first, *rest = self._asked
        scores, weight = first.space.score(first.vector, numbers), first.weight
        for other in rest:
            better = other.space.score(other.vector, numbers)
            share = float(np.mean(~np.isnan(better))) if len(numbers) else 0.0
            weight += share * (other.weight - weight)
            scores = calibrate(better, scores)
        mean, deviation = first.space.find_ground(first.vector)
        return Judged(Opinion(scores, mean), weight, mean + TELLING * deviation)


def ask(meaning: Meaning, text: str) -> Question:
    """Embed a query's text for the spaces that have something to say about it."""
    last, notes = len(meaning.spaces) - 1, []
    asked: list[Asked] = []
    for place in range(last, -1, -1) if text.strip() else ():
        try:
            found = _embed_query(meaning, place, text)
        except EmbedderError as error:
            notes.append(f"Search by meaning is limited for now. {error}")
            continue
        asked[:0] = found
        if found and place and meaning.is_complete(place):
            break
    return Question(asked, tuple(notes))


def _embed_query(meaning: Meaning, place: int, text: str) -> list[Asked]:
    """The query in one space; nothing where the space or the query's vector is empty."""
    if not meaning.spaces[place].count():
        return []
    vector = meaning.embedders[place].embed_queries([text])[0]
    weight = WEIGHTS[min(place, len(WEIGHTS) - 1)]
    return [Asked(meaning.spaces[place], vector, weight)] if np.any(vector) else []
