"""What makes a paper trend: a sum of parts, each of which only grows with what people do. Pure.

A vote weighs by how long ago it was cast, an upvote of an outside list by how long ago it was first
seen there; `FORMULA` says it in words and figures, and is what pages print. One more vote, by
anyone at any time, or one more upvote on a list, from whichever look at it on, never lowers a
paper. `./run bench trending` says how well it foretells what people will like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import fsum, log2
from typing import NamedTuple

from broadsheet.edition import Part

Series = Sequence[tuple[datetime, float]]
"""What a source showed beside a paper, oldest first."""


class Weight(NamedTuple):
    """What a count adds: `points` × log2(1 + count), of which each loses half its weight every
    `days`."""

    points: float
    days: float


VOTES = Weight(2.0, 7.0)
UPVOTES = Weight(1.0, 14.0)
LATELY = Weight(0.5, 2.0)
CITATIONS = Weight(1.0, 60.0)
STARS = Weight(0.5, 60.0)
NEW = Weight(0.5, 7.0)
CODE = 0.25
LEAST = 0.001
"""What people did weighs this at least, however long ago: nobody is told that they did nothing."""

FORMULA = (
    f"{VOTES.points:g} × log2(1 + votes here), each vote halved every {VOTES.days:g} days; "
    f"for each outside list {UPVOTES.points:g} × log2(1 + upvotes), halved every "
    f"{UPVOTES.days:g} days since they were first seen, and {LATELY.points:g} × log2(1 + upvotes), "
    f"halved every {LATELY.days:g} days; "
    f"{CITATIONS.points:g} × log2(1 + citations) and {STARS.points:g} × log2(1 + stars of the "
    f"code), halved every {CITATIONS.days:g} days since they were first seen; "
    f"{CODE:g} for known code; and, for a paper with any of these but code, {NEW.points:g}, halved "
    f"every {NEW.days:g} days of its age."
)
"""The whole formula, as it is printed on the page of trending papers."""

SOURCES = {
    "acl": "the ACL Anthology",
    "arxiv": "arXiv",
    "crossref": "Crossref",
    "github": "GitHub",
    "huggingface": "Hugging Face",
    "openalex": "OpenAlex",
    "openreview": "OpenReview",
    "semanticscholar": "Semantic Scholar",
}
"""Sources by the names that sentences give them."""

_KINDS = {
    "upvotes": ((UPVOTES, ""), (LATELY, ", weighed by the last days")),
    "citations": ((CITATIONS, ""),),
    "stars": ((STARS, ""),),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a paper: when each vote here was cast, and what sources showed over time.

    Names of `measured` are a source and what it counts: "huggingface upvotes", "crossref
    citations". `code` says that a link to code is known; `day` is when the paper was news.
    """

    votes: tuple[datetime, ...] = ()
    measured: Mapping[str, Series] = field(default_factory=dict)
    code: bool = False
    day: date | None = None


def weigh(evidence: Evidence, now: datetime) -> tuple[Part, ...]:
    """The parts of a paper's score, those that add nothing left out; their sum is the score."""
    parts = [part for part in _counted(evidence, now) if part.points > 0]
    if parts and evidence.day:
        parts.append(_new(evidence.day, now))
    if evidence.code:
        parts.append(Part("code", "a link to its code", CODE))
    return tuple(part for part in parts if part.points > 0)


def as_of(evidence: Evidence, moment: datetime) -> Evidence:
    """The same evidence, what came after a moment moved there: it counts in full."""
    return replace(
        evidence,
        votes=tuple(min(each, moment) for each in evidence.votes),
        measured={
            name: tuple((min(at, moment), value) for at, value in series)
            for name, series in evidence.measured.items()
        },
    )


def total(parts: Iterable[Part]) -> float:
    """The score."""
    return round(fsum(part.points for part in parts), 3)


def _counted(evidence: Evidence, now: datetime) -> Iterator[Part]:
    cast = [moment for moment in evidence.votes if moment <= now]
    seen = "1 vote here" if len(cast) == 1 else f"{len(cast):,} votes here"
    yield _part("votes", seen, VOTES, [(moment, 1.0) for moment in cast], now)
    for name, series in sorted(evidence.measured.items()):
        rises = list(_rises(series, now))
        count = fsum(rise for _, rise in rises)
        for weight, how in _KINDS.get(name.rpartition(" ")[2], ()):
            yield _part(name + how, say_measured(name, count) + how, weight, rises, now)


def say_source(name: str) -> str:
    """A source as people know it, within a sentence."""
    return SOURCES.get(name, name)


def say_measured(name: str, count: float) -> str:
    """What a source counted: "42 upvotes on Hugging Face", "12 citations known to Crossref"."""
    source, _, what = name.partition(" ")
    unit = what.rpartition(" ")[2] or source
    counted = f"{count:,.0f} {unit.removesuffix('s') if round(count) == 1 else unit}"
    if what == "example upvotes":
        return f"{counted} on the example list"
    where = say_source(source if what else "")
    if unit == "upvotes":
        return f"{counted} on {where}" if where else counted
    if unit == "citations":
        return f"{counted} known to {where}" if where else counted
    return f"{counted} for its code"


def _rises(series: Series, now: datetime) -> Iterator[tuple[datetime, float]]:
    """By how much a count was seen to have grown, and when; it is never seen to shrink."""
    highest = 0.0
    for at, value in series:
        if at <= now and value > highest:
            yield at, value - highest
            highest = value


def _part(
    name: str, seen: str, weight: Weight, rises: Iterable[tuple[datetime, float]], now: datetime
) -> Part:
    known = list(rises)
    count = fsum(rise * _halve(now - at, weight.days) for at, rise in known)
    points = round(weight.points * log2(1 + count), 3)
    return Part(name, seen, max(points, LEAST) if known else points)


def _new(day: date, now: datetime) -> Part:
    age = max((now.date() - day).days, 0)
    points = round(NEW.points * _halve(timedelta(days=age), NEW.days), 3)
    seen = "new today" if age == 0 else f"{age:,} {'day' if age == 1 else 'days'} old"
    return Part("new", seen, points)


def _halve(age: timedelta, days: float) -> float:
    """What something of this age weighs: half of it after `days`."""
    halvings = max(age.total_seconds(), 0.0) / 86_400 / days
    return float(0.5**halvings)
