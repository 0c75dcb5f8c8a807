"""The value objects of shelves that learn: answers, steering, matches, trials.

Everything here is frozen and free of I/O. A *chance* is a calibrated probability in [0, 1] that the
reader keeps the paper; a *score* only orders papers of one shelf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

NEW_PAGE = "shelf-new "
"""What the place of an impression begins with that is of a shelf's own page; the shelf's number
follows."""


class Opinion(StrEnum):
    """What a reader answers to a paper. A save to a shelf says LIKE, too.

    DISLIKE ("not for me") teaches the shelf; HIDE only takes the paper out of sight.
    """

    LIKE = "like"
    DISLIKE = "dislike"
    HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's answer to a paper on behalf of a shelf; `shelf_id` 0: of all of them (HIDE)."""

    reader_id: int
    shelf_id: int
    work_id: int
    opinion: Opinion
    at: datetime


class Wish(NamedTuple):
    """Something to have in or out: `kind` is "category", "source" or "author"."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Steering:
    """What a reader sets for a shelf.

    `per_day` papers at most a day, or, where `minutes` is not 0, as many as can be skimmed in so
    many minutes of reading a day. `floor` is the least chance with which a paper is shown (0: no
    floor). `explore` is the share of places, in [0, 1], given to papers that the shelf knows least
    about; `rare`, in [0, 1], is how much less a famous paper counts. Where there are `only`, a
    paper must have one of them of each kind; it must have none of `never`. `ranker` names the
    ranker ("": ours), `challenger` the one that is tried against it (see `Trial`).
    """

    shelf_id: int
    per_day: int = 6
    minutes: int = 0
    floor: float = 0.0
    explore: float = 0.0
    rare: float = 0.0
    only: tuple[Wish, ...] = ()
    never: tuple[Wish, ...] = ()
    muted_until: date | None = None
    in_edition: bool = True
    ranker: str = ""
    challenger: str = ""
    trial_since: datetime | None = None


class Because(NamedTuple):
    """What one lesson of a shelf adds to a paper's score; negative for a "not for me"."""

    work_id: int
    points: float


class Weight(NamedTuple):
    """A word, an author or another feature, and what it adds to a score."""

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Match:
    """A paper that a shelf has found, and why.

    `because` and `terms` are those that add most, the greatest first, from what the ranker really
    used. `chance` is None while the shelf has too few answers to know. `explored` says that it is
    shown to learn from; `team` names the ranker that put it there while a trial goes on.
    """

    work_id: int
    score: float
    chance: float | None = None
    because: tuple[Because, ...] = ()
    terms: tuple[Weight, ...] = ()
    explored: bool = False
    team: str = ""


@dataclass(frozen=True, slots=True)
class ShelfPicks:
    """What one shelf has for an edition: `quiet` says why there is nothing, where there is nothing;
    `model` names ranker, features and lessons, so that the edition can be explained later; `left`
    counts the papers above the floor that had no room, `waiting` are the best of them; `needed` is
    how many answers are missing until a chance can be told (0: it can)."""

    shelf_id: int
    name: str
    matches: tuple[Match, ...] = ()
    quiet: str = ""
    model: str = ""
    left: int = 0
    needed: int = 0
    waiting: tuple[int, ...] = ()


class Lesson(NamedTuple):
    """A paper that a shelf learns from: `weight` is positive, of a "not for me" negative; the
    newest count most. `saved` says that it is on the shelf."""

    work_id: int
    weight: float
    at: datetime
    saved: bool


class Moved(NamedTuple):
    """A paper whose place changes: from `before` to `after` (from 1; 0: not ranked), its score by
    `points`."""

    work_id: int
    before: int
    after: int
    points: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a shelf's ranking would be without one lesson. `before` and `after` are its first ten;
    `moved` are the papers of both, `entered` and `left` those that would come in and go out."""

    shelf_id: int
    work_id: int
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def entered(self) -> tuple[int, ...]:
        return tuple(each for each in self.after if each not in self.before)

    @property
    def left(self) -> tuple[int, ...]:
        return tuple(each for each in self.before if each not in self.after)


@dataclass(frozen=True, slots=True)
class WeekRecord:
    """How good a shelf was in the editions of a week ("2026-W16").

    Of `shown` papers the reader kept `kept` within a fortnight: a `precision` of kept / shown,
    which lies between `low` and `high` (95 %, Wilson). `late` are papers that the reader put on the
    shelf that week although no edition had shown them for it.
    """

    week: str
    shown: int
    kept: int
    low: float
    high: float
    late: tuple[int, ...] = ()

    @property
    def precision(self) -> float:
        return self.kept / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True)
class Hood:
    """What a shelf has learned and how good it has been.

    `lessons` are the papers with their weights, the newest first; `terms` the words that speak for
    a paper and (negative) against it; `authors` those who are on the shelf more than once, with how
    often. `needed` is how many answers are missing until a chance can be told (0: it can). `weeks`
    are newest first. `quiet` says why nothing has been learned, or cannot be told.
    """

    shelf_id: int
    name: str
    model: str = ""
    lessons: tuple[Lesson, ...] = ()
    terms: tuple[Weight, ...] = ()
    authors: tuple[Weight, ...] = ()
    needed: int = 0
    weeks: tuple[WeekRecord, ...] = ()
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class TrialReport:
    """How a shelf's trial of two rankers stands (see `recommend.trials`).

    Of `lists` that both had a share in, the reader kept more of ours in `wins`, more of the
    challenger's in `losses`, and as many of each in `ties`; `kept` and `challenger_kept` count the
    papers. `leader` is "ours", "challenger" or "", better with a probability of `confidence`.
    `decided` says that chance alone would show such a lead in at most one trial in twenty, however
    often one looks; `luck` is that share as of now. Until then `needed` is how many more lists that
    one of them wins it takes if they go on like this (0: it cannot be said).
    """

    lists: int = 0
    wins: int = 0
    losses: int = 0
    ties: int = 0
    kept: int = 0
    challenger_kept: int = 0
    leader: str = ""
    confidence: float = 0.5
    luck: float = 1.0
    decided: bool = False
    needed: int = 0
    ranker: str = ""
    challenger: str = ""
    since: datetime | None = None


class TradeOffPoint(NamedTuple):
    """What a floor means: `papers` a day; a `precision` of what is sent, expected between `low` and
    `high` (95 %, over the days looked at); the share of what the reader would keep that is
    `missed`; the share of days that are `quiet`. All but `quiet` and `missed` are 0 where nothing
    reaches the floor."""

    floor: float
    papers: float
    precision: float
    low: float
    high: float
    missed: float
    quiet: float


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What each floor would mean for a shelf, worked out on the papers of the last `days` days, as
    learned from those that the reader was `shown` for any shelf.

    The points rise with the floor, from 0 to 0.9; there are none while `needed` more answers are
    missing, or where there was nothing to look at; `quiet` says what else kept them away.
    """

    shelf_id: int
    days: int
    needed: int = 0
    shown: int = 0
    points: tuple[TradeOffPoint, ...] = ()
    quiet: str = ""


class Coverage(NamedTuple):
    """How much of what a reader would keep has been seen: `recall`, which lies between `low` and
    `high` (90 %), and `sure`, the probability that it has reached the target."""

    recall: float
    low: float
    high: float
    sure: float


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Where a reader stands who works through a backlog: all papers that a query finds.

    `next` are the papers to judge next, the likeliest first. Of `papers`, `seen` have been judged
    and `kept` of these kept. `coverage` is None while it is too early to tell. `sentence` says what
    the stopping rule says.
    """

    shelf_id: int
    query: str
    next: tuple[int, ...]
    papers: int
    seen: int
    kept: int
    coverage: Coverage | None
    may_stop: bool
    sentence: str


class Sifted(NamedTuple):
    """The papers of a saved search that are sent, in the order given; how many are `held` back; and
    by what (`Section.model`), "" where nothing was sifted."""

    numbers: Sequence[int]
    held: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True)
class PromiseState:
    """What is promised of saved searches, in percent of misses (0: nothing), and how many judged
    papers are missing until it can be; `sentence` says so, `record` what came of it ("" where
    nothing is promised)."""

    percent: int
    needed: int
    sentence: str
    record: str = ""


class Judgement(NamedTuple):
    """An answer to a question of `tune`: is this paper what this query is for?"""

    reader_id: int
    query: str
    work_id: int
    relevant: bool
    at: datetime
