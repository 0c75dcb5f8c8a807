"""What the pretended arXiv holds: papers, their versions, and what was announced on which day."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from fakearxiv import calendar, words
from fakearxiv.categories import CATEGORIES, OLD_CATEGORIES, follows
from fakearxiv.clock import Clock

DEFAULT_DAY = date(2026, 10, 1)  # a Thursday
NEW_IDS = date(2007, 4, 1)
WITHDRAWN = "This paper has been withdrawn by the authors: a lemma is wrong"
EARLIEST = datetime(2005, 9, 16, 4, tzinfo=UTC)  # when arXiv's records begin, and many share


class Truth(NamedTuple):
    """What a complete library knows of a paper."""

    version: int
    withdrawn: bool
    title: str


class Version(NamedTuple):
    number: int
    submitted: datetime
    announced: date
    size: int  # kilobytes
    source_type: str


@dataclass(eq=False, slots=True)
class Paper:
    """`modified` is when its OAI record last changed, which orders the server's lists."""

    id: str
    title: str
    authors: str
    abstract: str
    categories: list[str]
    versions: list[Version]
    modified: datetime
    comments: str = ""
    deleted: bool = False

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    @property
    def withdrawn(self) -> bool:
        return self.latest.source_type == "I"

    @property
    def datestamp(self) -> str:
        return self.modified.date().isoformat()

    def abstract_of(self, version: int) -> str:
        return words.revise_abstract(self.abstract, version)


class Entry(NamedTuple):
    """One paper in the announcement of a day, with its categories then; `crossed` is the one that
    was added to them."""

    paper: Paper
    version: int
    categories: tuple[str, ...]
    crossed: str = ""

    def kind_in(self, categories: Sequence[str]) -> str:
        """How feeds of these categories call it, or "" if they do not list it."""
        if self.crossed:
            return "cross" if _any_follows([self.crossed], categories) else ""
        if not _any_follows(self.categories, categories):
            return ""
        kind = "new" if self.version == 1 else "replace"
        if _any_follows(self.categories[:1], categories):
            return kind
        return "cross" if kind == "new" else "replace-cross"


def _any_follows(categories: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(follows(category, each) for category in categories for each in wanted)


@dataclass
class World:
    """`papers` of them, the newest announced on `last`; the same seed gives the same world.

    A fifth has several versions, a few are withdrawn, some bear identifiers of the older forms,
    and `bulk` of them were touched on one and the same day, as in an upkeep of all records.
    Their `categories` are among those that the simulator knows.
    """

    seed: int = 0
    papers: int = 300
    last: date = DEFAULT_DAY
    days: int = 60
    bulk: int = 0
    categories: Sequence[str] = CATEGORIES
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.by_id: dict[str, Paper] = {}
        self.batches: defaultdict[date, list[Entry]] = defaultdict(list)
        self._in_month: defaultdict[str, int] = defaultdict(int)
        self._ordered: list[Paper] = []
        for submitted in sorted(self._draw_moments()):
            self._submit(submitted)
        self._touch_in_bulk()
        self._ordered.sort(key=_by_change)
        self.clock.set_at_least(datetime.combine(self.last, datetime.min.time(), UTC) + _MORNING)

    # --- What the doors ask -------------------------------------------------------------------

    def truth(self) -> Mapping[str, Truth]:
        """For each paper that is there, its newest version, whether withdrawn, and its title."""
        return {
            paper.id: Truth(paper.latest.number, paper.withdrawn, paper.title)
            for paper in self.by_id.values()
            if not paper.deleted
        }

    def changed_since(self, day: date) -> Sequence[Paper]:
        """Papers with a datestamp of that day or later, in order of modification, then id."""
        start = datetime.combine(day, datetime.min.time(), UTC)
        return self._ordered[bisect_left(self._ordered, start, key=lambda paper: paper.modified) :]

    def batch(self, day: date) -> Sequence[Entry]:
        """What was announced on a day; nothing on weekends and after holidays."""
        return self.batches.get(day, ())

    # --- What happens -------------------------------------------------------------------------

    def advance(self, day: date, *, new: int = 12, revised: int = 4, crossed: int = 1) -> None:
        """Announce a batch on `day`, and let the clock be in the morning of it."""
        if not calendar.is_announcement_day(day):
            new = revised = crossed = 0
        before = list(self.by_id.values())
        moment = calendar.closing_of(day) - timedelta(hours=1)
        for number in range(new):
            paper = self._submit(moment + timedelta(seconds=number), day)
            insort(self._ordered, paper, key=_by_change)
        for paper in self.chance.sample(before, min(revised, len(before))):
            self.revise(paper.id, at=moment, day=day)
        for paper in self.chance.sample(before, min(crossed, len(before))):
            self._cross_list(paper, day)
        self.last = max(self.last, day)
        self.clock.set_at_least(datetime.combine(day, datetime.min.time(), UTC) + _MORNING)

    def revise(
        self, paper_id: str, *, withdraw: bool = False, at: datetime | None = None,
        day: date | None = None,
    ) -> Paper:  # fmt: skip
        """A new version; its record changes at the announcement of `day`, or else right now."""
        paper = self.by_id[paper_id]
        submitted = at or self.clock.now()
        modified = calendar.recorded_at(day) if day else submitted
        self._add_version(paper, submitted, day or modified.date(), withdraw=withdraw)
        self._change(paper, modified)
        return paper

    def touch(self, paper_id: str) -> Paper:
        """Its record is written anew, with nothing different."""
        self._change(self.by_id[paper_id], self.clock.now())
        return self.by_id[paper_id]

    def delete(self, paper_id: str) -> None:
        """Gone without a trace, unless the server was told to show deletions."""
        self.touch(paper_id).deleted = True

    # --- How it is made -----------------------------------------------------------------------

    def _draw_moments(self) -> list[datetime]:
        """When papers were submitted: mostly lately, some in the times of the older identifiers."""
        end = calendar.closing_of(self.last) - timedelta(seconds=1)
        start = end - timedelta(days=self.days)
        eras = (
            (0.04, datetime(1996, 1, 3, tzinfo=UTC), datetime(2007, 3, 20, tzinfo=UTC)),
            (0.08, datetime(2007, 5, 1, tzinfo=UTC), datetime(2014, 12, 20, tzinfo=UTC)),
            (1.0, start, end),
        )
        moments = []
        for _ in range(self.papers):
            draw = self.chance.random()
            first, last = next((a, b) for share, a, b in eras if draw < share)
            moments.append(first + (last - first) * self.chance.random())
        return moments

    def _submit(self, submitted: datetime, day: date | None = None) -> Paper:
        announced = day or calendar.announced_on(submitted)
        number = len(self.by_id)
        categories = self._draw_categories(announced)
        paper = Paper(
            id=self._next_id(announced, categories[0]),
            title=words.make_title(self.chance, number),
            authors=words.make_authors(self.chance),
            abstract=words.make_abstract(self.chance, number),
            categories=categories,
            versions=[],
            modified=max(calendar.recorded_at(announced), EARLIEST),
        )
        self._add_version(paper, submitted, announced)
        self.by_id[paper.id] = paper
        if day is None:
            self._ordered.append(paper)
            self._add_later_versions(paper)
        return paper

    def _draw_categories(self, announced: date) -> list[str]:
        old = [category for category in self.categories if category in OLD_CATEGORIES]
        known = old if announced < NEW_IDS and old else list(self.categories)
        return self.chance.sample(known, min(len(known), self.chance.choice((1, 1, 2, 3))))

    def _next_id(self, announced: date, category: str) -> str:
        """arXiv numbers papers by month, in a form of each time's own."""
        month = announced.strftime("%y%m")
        archive = category.partition(".")[0]
        series = f"{archive}/{month}" if announced < NEW_IDS else f"{month}."
        self._in_month[series] += 1
        width = 3 if "/" in series else 4 if announced < date(2015, 1, 1) else 5
        return f"{series}{self._in_month[series]:0{width}d}"

    def _add_later_versions(self, paper: Paper) -> None:
        while self.chance.random() < 0.2 and not paper.withdrawn:
            submitted = paper.latest.submitted + timedelta(days=self.chance.uniform(1, 25))
            day = calendar.announced_on(submitted)
            if day > self.last:
                return
            self._add_version(paper, submitted, day, withdraw=self.chance.random() < 0.1)
            paper.modified = max(calendar.recorded_at(day), EARLIEST)

    def _add_version(
        self, paper: Paper, submitted: datetime, day: date, *, withdraw: bool = False
    ) -> None:
        number = len(paper.versions) + 1
        size, kind = (0, "I") if withdraw else (self.chance.randint(12, 4000), "D")
        paper.versions.append(Version(number, submitted.replace(microsecond=0), day, size, kind))
        paper.comments = WITHDRAWN if withdraw else ""
        self.batches[day].append(Entry(paper, number, tuple(paper.categories)))

    def _cross_list(self, paper: Paper, day: date) -> None:
        others = [each for each in self.categories if each not in paper.categories]
        if not others:
            return
        paper.categories.append(self.chance.choice(others))
        self._change(paper, calendar.recorded_at(day))
        now = tuple(paper.categories)
        self.batches[day].append(Entry(paper, paper.latest.number, now, crossed=now[-1]))

    def _touch_in_bulk(self) -> None:
        moment = calendar.recorded_at(self.last) - timedelta(days=self.days // 2)
        older = [paper for paper in self._ordered if paper.modified < moment]
        for paper in self.chance.sample(older, min(self.bulk, len(older))):
            paper.modified = moment

    def _change(self, paper: Paper, modified: datetime) -> None:
        self._ordered.remove(paper)
        paper.modified = modified
        insort(self._ordered, paper, key=_by_change)


_MORNING = timedelta(hours=6)


def _by_change(paper: Paper) -> tuple[datetime, str]:
    return paper.modified, paper.id
