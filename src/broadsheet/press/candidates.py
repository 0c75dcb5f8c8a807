"""What may stand in an edition: the news of its days, with what is known of each paper.

The news of a day are the papers that a source announced on it, or, where none announced any, those
dated that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from broadsheet.edition import Part
from broadsheet.model import Work
from broadsheet.people import Announced, Measured, Vote
from broadsheet.press.dated import dated_on
from broadsheet.press.trending import Evidence, as_of, total, weigh

NEWSWORTHY = frozenset({"new", "cross", "listed"})
"""Kinds of announcements that bring a paper into an edition; a new version of one does not."""

EXAMPLE = ("demo", "example")
"""The source and list that announce the papers of the example fortnight."""

NO_PLACE = 1 << 30
UNKNOWN_DAY = date.min


class News(NamedTuple):
    """Why a paper is news: the day, who announced it where on its list, how late it came.

    `place` counts from 1; it is `NO_PLACE` where it is not known. `late_from` is the day that
    announced it, where that day's edition had gone to press before it came.
    """

    work_id: int
    day: date
    source: str = ""
    category: str = ""
    place: int = NO_PLACE
    late_from: date | None = None


class Candidate(NamedTuple):
    """A paper that is news, with what makes it trend."""

    work: Work
    news: News
    parts: tuple[Part, ...] = ()

    @property
    def score(self) -> float:
        return total(self.parts)

    @property
    def category(self) -> str:
        """The first of its categories: where it stands in an edition."""
        return self.work.categories[0] if self.work.categories else ""


def rank(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The highest score first; among equals as their sources list them, the first of each list
    first. The order in which they are given does not matter."""
    return sorted(
        candidates,
        key=lambda each: (-each.score, each.news.place, each.news.category, each.work.id),
    )


def pick_announced(announced: Iterable[Announced]) -> dict[int, News]:
    """The papers that were announced, by number, each as it first was: one that another category
    takes over some days later is no news again."""
    found: dict[int, News] = {}
    for each in announced:
        known = found.get(each.work_id)
        if each.kind not in NEWSWORTHY or (known and known.day < each.day):
            continue
        place = each.position or NO_PLACE
        news = News(each.work_id, each.day, each.source, each.category, place)
        if known is None or _order(news) < _order(known):
            found[each.work_id] = news
    return found


def _order(news: News) -> tuple[date, int, str, str]:
    return news.day, news.place, news.source, news.category


def rank_without_works(
    numbers: Iterable[int],
    news: Mapping[int, News],
    evidence: Mapping[int, Evidence],
    at: datetime,
) -> list[int]:
    """As `rank`, of papers that are not read yet: more than are read would take too long."""
    nowhere = News(0, date.max)

    def key(number: int) -> tuple[float, int, str, int]:
        place = news.get(number, nowhere)
        known = evidence.get(number)
        score = total(weigh(known, at)) if known else 0.0
        return -score, place.place, place.category, number

    return sorted(numbers, key=key)


def gather_evidence(
    votes: Iterable[Vote], measured: Iterable[Measured], now: datetime
) -> Mapping[int, Evidence]:
    """What is known at a moment of each paper that was voted for or measured."""
    cast: dict[int, list[datetime]] = defaultdict(list)
    for vote in votes:
        if vote.at <= now:
            cast[vote.work_id].append(vote.at)
    shown: dict[int, dict[str, list[tuple[datetime, float]]]] = defaultdict(dict)
    for number, name, at, value in measured:
        if at <= now:
            shown[number].setdefault(name, []).append((at, value))
    return {
        number: Evidence(
            tuple(sorted(cast.get(number, ()))),
            {name: tuple(sorted(series)) for name, series in shown.get(number, {}).items()},
        )
        for number in cast.keys() | shown.keys()
    }


def day_of(work: Work) -> date:
    """The day of a paper that trends, as far as it is known to the day, else `UNKNOWN_DAY`."""
    if work.announced_on:
        return date.fromisoformat(work.announced_on)
    return dated_on(work) or UNKNOWN_DAY


_NOTHING, _CODE = Evidence(), Evidence(code=True)


def make_candidate(work: Work, news: News, evidence: Evidence | None, at: datetime) -> Candidate:
    """A paper with the parts of its score as of a moment."""
    if evidence is None:
        return Candidate(work, news, weigh(_CODE if work.has_code else _NOTHING, at))
    day = None if news.day == UNKNOWN_DAY else news.day
    of_paper = replace(as_of(evidence, at), code=work.has_code, day=day)
    return Candidate(work, news, weigh(of_paper, at))


def is_ranked(work: Work) -> bool:
    """Whether a paper may stand in a ranked section: no news about papers, none taken back."""
    return not work.kind and not work.withdrawn


def is_voted(candidate: Candidate) -> bool:
    """Whether anybody has done anything with a paper: that there is code says nothing of that."""
    return any(part.name not in ("code", "new") for part in candidate.parts)
