"""One ranked list from words and meaning, the same whatever page of it is asked for.

Its head is fused: the best matches by words, and the nearest works that these leave out. All other
matches by words follow in their own order.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from broadsheet.model import Blend, Hit, Spoke
from broadsheet.query import Query
from broadsheet.search.columns import Numbers
from broadsheet.search.dense import EXACT
from broadsheet.search.fusion import SHIPPED, Fused, Opinion, fuse
from broadsheet.search.lexical import LexicalIndex
from broadsheet.search.near import Question

FUSED = 1000
ADDED = 200


class Ranking(NamedTuple):
    """The fused head of a list; a score of meaning of `telling` or more says something.

    `open_end` says that matches by words may follow.
    """

    head: Fused
    telling: float
    open_end: bool


class Material(NamedTuple):
    """What the words and the meaning say of works, before it is made one list; `weight` is what
    the meaning deserves in it."""

    numbers: Numbers
    words: Opinion
    meaning: Opinion
    weight: float
    telling: float
    open_end: bool


def gather(lexical: LexicalIndex, question: Question, query: Query) -> Material:
    """What the words and the meaning of a query find."""
    numbers, scores = lexical.candidates(query, FUSED)
    open_end = len(numbers) == FUSED
    floor = float(scores[-1]) if open_end else 0.0
    if question.silent:
        silence = Opinion(np.full(len(numbers), np.nan, np.float32), 0.0)
        return Material(numbers, Opinion(scores, floor), silence, 0.0, math.inf, open_end)
    added = _leave_out(numbers, _find_near(lexical, question, query))[:ADDED]
    judged = question.judge(np.concatenate([numbers, added]))
    near = judged.opinion.scores[len(numbers) :] >= judged.telling
    kept = np.append(np.ones(len(numbers), np.bool_), near)
    words = np.full(len(kept), np.nan, np.float32)
    words[: len(scores)] = scores
    return Material(
        np.concatenate([numbers, added])[kept],
        Opinion(words[kept], floor),
        Opinion(judged.opinion.scores[kept], judged.opinion.floor),
        judged.weight,
        judged.telling,
        open_end,
    )


def rank(material: Material, blend: Blend = SHIPPED) -> Ranking:
    """Fuse what the words and the meaning of a query have found."""
    fused = fuse(material.numbers, material.words, material.meaning, material.weight, blend)
    return Ranking(fused, material.telling, material.open_end)


def take_page(
    lexical: LexicalIndex, ranking: Ranking, query: Query, *, limit: int, offset: int
) -> list[Hit]:
    """Hits `offset` to `offset` + `limit` of the list."""
    head = ranking.head
    hits = [_make_hit(ranking, place) for place in range(len(head.numbers))[offset:][:limit]]
    if len(hits) < limit and ranking.open_end:
        numbers = lexical.tail(
            query,
            exclude=head.numbers.tolist(),
            limit=limit - len(hits),
            offset=max(0, offset - len(head.numbers)),
        )
        hits += [Hit(number, 0.0, Spoke.WORDS) for number in numbers.tolist()]
    return hits


def _find_near(lexical: LexicalIndex, question: Question, query: Query) -> Numbers:
    """The nearest works that satisfy all that the query demands of every result.

    A demand that few satisfy gives a list of works to choose from. Where more do, the nearest of
    all works are asked whether they satisfy it, and only if too few of them do, everything that
    satisfies it is gone through.
    """
    if not lexical.restricts(query):
        return question.find_nearest(FUSED)
    allowed = lexical.filter_ids(query, EXACT)
    if allowed is None:
        nearest = question.find_nearest(FUSED)
        passed = nearest[lexical.matches(nearest, query)]
        if len(passed) >= 2 * ADDED:
            return passed
        allowed = lexical.filter_ids(query, lexical.num_docs())
        if allowed is None:
            return passed
    return question.find_nearest(FUSED, np.sort(allowed))


def _leave_out(known: Numbers, numbers: Numbers) -> Numbers:
    """Those of `numbers` that are not `known`, in their order."""
    if not len(known):
        return numbers
    ordered = np.sort(known)
    places = np.searchsorted(ordered, numbers).clip(max=len(ordered) - 1)
    new: Numbers = numbers[ordered[places] != numbers]
    return new


def _make_hit(ranking: Ranking, place: int) -> Hit:
    number, score, words, meaning = (float(column[place]) for column in ranking.head)
    lexical = None if math.isnan(words) else words
    dense = None if math.isnan(meaning) else meaning
    told = dense is not None and dense >= ranking.telling
    spoke = Spoke.MEANING if lexical is None else Spoke.BOTH if told else Spoke.WORDS
    return Hit(int(number), score, spoke, lexical, dense)
