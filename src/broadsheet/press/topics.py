"""What a day is about: phrases that its titles have more often than the library as a whole. Pure.

A phrase counts by how far its number of titles lies above what the library would let one expect,
in standard deviations of a binomial count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt

from broadsheet.press.candidates import Candidate, is_ranked
from broadsheet.trends.words import fold, terms_of

MOST = 2
FEWEST_TITLES = 3
TRIED = 8
UNUSUAL = 2.0
COMMON = 0.1
"""A phrase that more of the library has than this is no topic of a day."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of the day: a search, the papers of the day that have it, and why it is one."""

    name: str
    query: str
    numbers: frozenset[int] = frozenset()
    note: str = ""


def find_topics(
    news: Iterable[Candidate], count: Callable[[str], int], works: int
) -> tuple[Topic, ...]:
    """The phrases of two words that stand out most, at most two of them.

    `count` says how many of the library's `works` a search finds; it is asked a few times.
    """
    ranked = [each for each in news if is_ranked(each.work)]
    with_phrase: dict[str, set[int]] = defaultdict(set)
    spelled: dict[str, str] = {}
    for each in sorted(ranked, key=lambda each: each.work.id):
        for term in terms_of(each.work.title):
            if " " in term:
                with_phrase[fold(term)].add(each.work.id)
                spelled.setdefault(fold(term), term)
    often = [key for key, numbers in with_phrase.items() if len(numbers) >= FEWEST_TITLES]
    often.sort(key=lambda key: (-len(with_phrase[key]), key))
    found = []
    for key in often[:TRIED]:
        numbers, query = frozenset(with_phrase[key]), f'title:"{spelled[key]}"'
        share = (count(query) + 1) / (works + 1)
        usual = len(ranked) * share
        unusual = (len(numbers) - usual) / sqrt(usual * max(1 - share, 0.5))
        if share <= COMMON and unusual >= UNUSUAL:
            note = (
                f"“{spelled[key]}” is in {len(numbers):,} titles of the day; "
                f"{usual:,.1f} would be usual."
            )
            found.append((unusual, key, Topic(spelled[key], query, numbers, note)))
    found.sort(key=lambda each: (-each[0], each[1]))
    return tuple(topic for _, _, topic in found[:MOST])
