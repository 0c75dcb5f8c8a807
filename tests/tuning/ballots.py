"""An index whose lists a test makes up, for duels without a search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random

from broadsheet.model import Blend, Hit, Matching, Results, Sort, Spoke
from broadsheet.ports.index import NOTHING
from broadsheet.query import Query
from broadsheet.tuning.configurations import CONFIGURATIONS
from papers import DictIndex

Rank = Callable[[str, str], Sequence[int]]
"""The papers that a configuration shows for a query, by its id and the query's text."""


class Ballots(DictIndex):
    """Counts how often it is asked; searches find what `rank` says."""

    def __init__(self, rank: Rank) -> None:
        super().__init__()
        self.rank = rank
        self.asked: list[tuple[str, Blend | None]] = []

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int,
        sort: Sort,
        facets: bool,
        standing: Mapping[int, float] = NOTHING,
        within: Collection[int] | None = None,
        blend: Blend | None = None,
    ) -> Results:
        self.asked.append((query.text, blend))
        names = {each.blend: each.id for each in CONFIGURATIONS}
        found = self.rank(names[blend or Blend()], query.text)
        hits = tuple(Hit(number, 0.0, Spoke.WORDS) for number in found[:limit])
        return Results(hits, len(found), Matching.ALL)


def of_quality(
    worth: Mapping[str, float], relevant: Mapping[str, Collection[int]], papers: int, seed: int = 7
) -> Rank:
    """Lists in which relevant papers stand the higher, the more a configuration is worth."""

    def rank(name: str, text: str) -> list[int]:
        chance = Random(f"{seed} {name} {text}")
        good = relevant.get(text, ())
        scores = {
            number: chance.random() + worth.get(name, 0.0) * (number in good)
            for number in range(1, papers + 1)
        }
        return sorted(scores, key=lambda number: -scores[number])

    return rank
