"""How far the tuning is: who leads, by how much, and what may follow from that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from broadsheet.phrases import count
from broadsheet.tuning.configurations import CONFIGURATIONS, Configuration
from broadsheet.tuning.contest import (
    FEWEST_QUERIES,
    LEVEL,
    Floats,
    Lead,
    Place,
    Round,
    compare,
    estimate,
    order,
)


@dataclass(frozen=True, slots=True)
class TuneState:
    """Who leads. `lead` is how far the leader is ahead of the configuration in use, or that one,
    where it leads, of the runner-up, in discounted precision of the first ten, with its interval;
    `askable` counts the queries that there are to ask about. `sentence` says what it means.
    """

    in_use: Configuration
    leader: Configuration
    runner_up: Configuration
    lead: Lead
    answers: int
    queries: int
    askable: int
    can_change: bool
    sentence: str

    @property
    def figures(self) -> str:
        """What there is of answers, and the lead; "" before there is anything."""
        if not self.queries:
            return ""
        searches = count(self.queries, "search", "searches")
        so_far = f"{count(self.answers, 'answer')} to {searches} so far"
        if self.queries < FEWEST_QUERIES:
            return f"{so_far}."
        mean, low, high = self.lead
        return (
            f"{so_far}; {self.leader.title} leads by {mean:+.3f} of precision at 10, between "
            f"{low:+.3f} and {high:+.3f} ({LEVEL:.0%})."
        )


def describe(
    rounds: Sequence[Round], judged: Mapping[Place, float], in_use: Configuration, askable: int
) -> TuneState:
    """What the answers say so far."""
    worth = estimate(rounds, judged)
    first, second, *_ = order(worth, len(CONFIGURATIONS))
    now = CONFIGURATIONS.index(in_use)
    lead = compare(worth, first, second if first == now else now)
    can_change = first != now and lead.is_significant
    return TuneState(
        in_use,
        CONFIGURATIONS[first],
        CONFIGURATIONS[second],
        lead,
        len(judged),
        worth.shape[-1],
        askable,
        can_change,
        _tell(worth, lead, CONFIGURATIONS[first], in_use, len(judged), askable),
    )


def _tell(
    worth: Floats, lead: Lead, leader: Configuration, in_use: Configuration, asked: int, left: int
) -> str:
    queries = worth.shape[-1]
    if not asked:
        if not left:
            return "There is nothing to ask about yet: keep a search, or save a few papers first."
        return f"Nothing was answered yet; there are {count(left, 'search', 'searches')} to ask by."
    if queries < FEWEST_QUERIES:
        missing = FEWEST_QUERIES - queries
        return (
            f"Answers to {count(missing, 'more search', 'more searches')} are needed before "
            "anything can be said."
        )
    if leader == in_use:
        return f"Search {in_use.title}, as now, does best; nothing is to be changed."
    if lead.is_significant:
        return f"Search {leader.title} does better than {in_use.title}, as now: make it so."
    more = _count_missing(lead, asked)
    return (
        f"Search {leader.title} is ahead, but that may be chance; about "
        f"{count(more, 'more answer')} would tell."
    )


def _count_missing(lead: Lead, asked: int) -> int:
    """How many answers are missing, if the lead stays as it is: intervals narrow by their root."""
    half = (lead.high - lead.low) / 2
    factor = (half / lead.mean) ** 2 if lead.mean > 0 else 4.0
    return min(max(ceil(asked * (min(factor, 11.0) - 1)), 5), 1000)
