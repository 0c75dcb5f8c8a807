"""What readers made of the papers that saved searches brought them, pooled over an instance."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from statistics import median_low
from typing import NamedTuple

import numpy as np

from broadsheet.edition import Edition, Section
from broadsheet.errors import InvalidQueryError
from broadsheet.model import Sort
from broadsheet.ports import Index, Store
from broadsheet.query.parser import parse
from broadsheet.query.tree import Query
from broadsheet.recommend.alerts import Batch, scale
from broadsheet.recommend.offers import EDITIONS, RIPE
from broadsheet.recommend.said import Said, read_said

MOST_READERS = 200
"""Of a greater instance, as many readers are asked, drawn anew each day."""

DEPTH = 20
"""The best paper for a search is looked for among so many."""

LEAST_HEARD = 5
"""So many papers of a reader count in any case; twice as many, all passed over, would silence
twenty readers who kept one of four."""

SEARCH = "search-"
"""What the keys of sections of saved searches begin with."""


class Judged(NamedTuple):
    """A paper that a search brought to a reader, and whether the reader kept it."""

    query: str
    work_id: int
    kept: bool


class Told(NamedTuple):
    """What was judged and counts; of each edition that was printed by a promise, the batch that it
    was, by that promise (`Section.model` of its searches); and how much does not count, as its
    readers would weigh more than others."""

    judged: Sequence[Judged]
    batches: Sequence[tuple[str, Batch]]
    unheard: int


def read_told(store: Store, now: datetime) -> Told:
    """What became of the papers of readers' last editions. A paper is kept where it was saved or
    liked, and a miss where it was answered no to, or passed over for two days by somebody who did
    something with another paper of its edition: of others nobody knows whether they looked. Six
    queries."""
    readers = _choose_readers(store, now)
    printed = store.get_last_editions(readers, EDITIONS, arrived=True)
    since = min((edition.made_at for own in printed.values() for edition in own), default=now)
    said = read_said(store, readers, since)
    judged: list[list[Judged]] = []
    batches: list[tuple[str, Batch]] = []
    for number, editions in printed.items():
        own: list[Judged] = []
        for edition in editions:
            is_ripe = edition.made_at <= now - RIPE
            own += _judge(edition, said[number], is_ripe)
            if is_ripe:
                batches += _find_batch(edition, said[number])
        judged.append(own)
    heard = weigh_alike(judged)
    return Told(heard, batches, sum(map(len, judged)) - len(heard))


def weigh_alike(judged: Sequence[Sequence[Judged]]) -> list[Judged]:
    """Of what each reader judged, newest first, so little that nobody decides for all: at most as
    many papers as half of the readers judged, of those who judged any (or `LEAST_HEARD`, where that
    is more). Which ones count does not depend on whether they were kept, so new papers are as
    comparable with them as with all (`alerts`)."""
    sizes = [len(own) for own in judged if own]
    most = max(LEAST_HEARD, median_low(sizes)) if sizes else 0
    return [each for own in judged for each in own[:most]]


def _choose_readers(store: Store, now: datetime) -> list[int]:
    """Those who may have had searches in their editions."""
    readers = store.get_readers().values()
    asked = sorted(each.id for each in readers if not (each.disabled or each.example))
    chosen = random.Random(now.date().toordinal())  # no secret hangs on it
    return chosen.sample(asked, min(len(asked), MOST_READERS))


def _of_searches(edition: Edition) -> list[Section]:
    return [each for each in edition.sections if each.key.startswith(SEARCH) and each.query]


def _judge(edition: Edition, said: Said, is_ripe: bool) -> Iterator[Judged]:
    """Nothing of searches without words, whose papers have no score."""
    if not said.has_looked(edition):
        return
    for section in _of_searches(edition):
        if read_words(section.query) is None:
            continue
        for entry in section.entries:
            kept = entry.work_id in said.kept
            if kept or is_ripe or entry.work_id in said.refused:
                yield Judged(section.query, entry.work_id, kept)


def _find_batch(edition: Edition, said: Said) -> list[tuple[str, Batch]]:
    """What all searches of an edition together brought by a promise, if they did by one. Silence
    is told whoever looked."""
    by_promise = [each for each in _of_searches(edition) if each.model]
    sent = [entry.work_id for section in by_promise for entry in section.entries]
    if not by_promise or (sent and not said.has_looked(edition)):
        return []
    missed = sum(number not in said.kept for number in sent)
    return [(by_promise[0].model, Batch(len(sent), missed))]


@lru_cache(maxsize=4096)  # readers' editions bring the same searches day by day
def read_words(text: str) -> Query | None:
    """A search; None for one without words, which finds no paper better than another."""
    try:
        query = parse(text)
    except InvalidQueryError:  # the query language has changed since
        return None
    return query if query.terms else None


class Scorer:
    """Scores what searches find, so that scores mean alike from search to search."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._best: dict[str, float] = {}

    def score(self, text: str, numbers: Collection[int]) -> Mapping[int, float]:
        """The scores of those of some papers that a search with words finds; none for another."""
        query = read_words(text)
        if query is None or not numbers:
            return {}
        found = self._index.search(
            query,
            limit=len(numbers),
            offset=0,
            sort=Sort.RELEVANCE,
            facets=False,
            within=numbers,
        ).hits
        words = np.array([hit.lexical for hit in found], dtype=np.float64)
        meaning = np.array([hit.dense for hit in found], dtype=np.float64)
        scores = scale(words, meaning, self._find_best(text), len(query.terms))
        return {hit.work_id: float(score) for hit, score in zip(found, scores, strict=True)}

    def _find_best(self, text: str) -> float:
        """The best that any paper of the library has for a search, by its words."""
        if text not in self._best:
            found = self._index.search(
                parse(text), limit=DEPTH, offset=0, sort=Sort.RELEVANCE, facets=False
            )
            self._best[text] = max((hit.lexical or 0.0 for hit in found.hits), default=0.0)
        return self._best[text]


def score_all(scorer: Scorer, judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """Score, and whether it was kept, of all that was judged and is still found."""
    by_query: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_query[each.query].append(each)
    found = []
    for text, held in by_query.items():
        scores = scorer.score(text, {each.work_id for each in held})
        found += [(scores[each.work_id], each.kept) for each in held if each.work_id in scores]
    return found
