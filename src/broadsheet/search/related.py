"""Works near given ones: by the middle of their vectors, or else by the words of their titles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from broadsheet.model import Hit, Matching, Results, Spoke, Work
from broadsheet.query import Query, Word
from broadsheet.search.columns import Numbers
from broadsheet.search.dense import find_nearest
from broadsheet.search.lexical import LexicalIndex
from broadsheet.search.meaning import Meaning
from broadsheet.search.space import Space

# A better space is used once it has this share of the works.
MOST = 0.9


def find_related(
    meaning: Meaning, lexical: LexicalIndex, works: Sequence[Work], limit: int
) -> Results:
    """The works nearest to the given ones, these left out."""
    given = np.array([work.id for work in works], np.int64)
    space = _choose(meaning, given)
    hits = _near(space, given, limit) if space else _alike(lexical, works, given, limit)
    return Results(hits=tuple(hits), total=len(hits), matching=Matching.ANY)


def _choose(meaning: Meaning, given: Numbers) -> Space | None:
    """The best space that has the given works and most others, or else any that has them."""
    spaces = [s for s in (*reversed(meaning.spaces), *meaning.old) if np.any(s.get(given))]
    enough = MOST * meaning.count()
    return next((space for space in spaces if space.count() >= enough), next(iter(spaces), None))


def _near(space: Space, given: Numbers, limit: int) -> list[Hit]:
    middle = space.get(given).sum(axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-9)
    numbers, scores = find_nearest(space, middle, limit + len(given))
    kept = ~np.isin(numbers, given)
    found = zip(numbers[kept].tolist(), scores[kept].tolist(), strict=True)
    hits = [Hit(n, min(max(s, 0.0), 1.0), Spoke.MEANING, dense=s) for n, s in found]
    return hits[:limit]


def _alike(lexical: LexicalIndex, works: Sequence[Work], given: Numbers, limit: int) -> list[Hit]:
    words = " ".join(work.title for work in works).split()
    query = Query(text=" ".join(words), terms=tuple(map(Word, words)))
    numbers, scores = lexical.candidates(query, limit + len(given))
    kept = ~np.isin(numbers, given)
    found = zip(numbers[kept].tolist(), scores[kept].tolist(), strict=True)
    top = float(scores.max(initial=0.0)) or 1.0
    return [Hit(n, s / top, Spoke.WORDS, lexical=s) for n, s in found][:limit]
