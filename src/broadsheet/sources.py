"""The value objects of live sources: what is followed, what came back, what was announced.

Everything here is frozen and free of I/O. Days are `datetime.date`: the source's own day, never
converted. Moments are timezone-aware UTC.

    Source ── streams ──> Stream ── fetch ──> Raw ── parse ──> Batch ── sync ──> store, receipts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from broadsheet.model import Record

# --- What is followed -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A place that papers come from, as a person added it.

    `name` is unique in the library, `kind` names the connector. `targets` are what to follow
    there: categories, an address, a venue. `since` is the first day wanted; None: from when it was
    added. `mirror` replaces the source's own base address. `blocked` says why nothing more is
    asked until a person resumes it, `blocked_place` what of it is shut (`Web.release`); both are
    "" while all is well.
    """

    name: str
    kind: str
    targets: tuple[str, ...]
    added_at: datetime
    since: date | None = None
    mirror: str = ""
    paused: bool = False
    blocked: str = ""
    blocked_place: str = ""


class Kind(NamedTuple):
    """A kind of source that can be followed, as its connector tells of itself."""

    kind: str
    title: str
    summary: str
    example: str


class Stream(NamedTuple):
    """One thing that is asked of a source again and again, with a cursor of its own.

    `name` is unique within the source and never changes; `title` is for people. It is asked once
    every `every`, unless its last batch said when. With `needs`, it waits until the stream of that
    name has come to its end at least once. `category` is the one that it speaks for; "": several.
    """

    name: str
    title: str
    every: timedelta
    needs: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class StreamState:
    """How far a stream has come; kept in the transaction of the records that it brought.

    `cursor` is opaque to all but the connector; None: from the beginning. `good_at` is when it
    last came to its end, `trouble` a sentence on what is wrong since `trouble_since` (the other
    fields of it: see `Trouble`), and `failures` how often in a row it failed.
    """

    source: str
    stream: str
    cursor: str | None = None
    due_at: datetime | None = None
    tried_at: datetime | None = None
    good_at: datetime | None = None
    failures: int = 0
    trouble: str = ""
    trouble_since: datetime | None = None
    trouble_category: str = ""
    trouble_day: date | None = None
    stale: bool = False


# --- What comes back --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, decoded and bounded: `status` is 200, 304 (then `body` is empty) or 404.

    `url` is where it came from after redirects; header names are in lower case.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class Raw(NamedTuple):
    """What a source answered to one request of a stream; all that `Connector.parse` sees."""

    stream: str
    cursor: str | None
    answer: Answer


class Announcement(NamedTuple):
    """A source's own word that it listed a paper on a day, in a category or list.

    `kind` is "new", "cross", "replace", "replace-cross" or "listed". `estimated` says that the
    day was reckoned from other facts and stood on no page. `position` counts from 1; 0: none.
    """

    category: str
    day: date
    key: str
    kind: str
    version: int = 0
    position: int = 0
    estimated: bool = False


class Item(NamedTuple):
    """What a source holds under a key: its newest version, and the source's own stamp of it.

    Stamps are texts that sort by time ("2026-11-20"); "" where the source has none.
    """

    key: str
    version: int = 0
    stamp: str = ""


class Measure(NamedTuple):
    """A number that a source shows beside a paper at some moment: upvotes, comments, citations."""

    key: str
    name: str
    value: float


class Rejected(NamedTuple):
    """Something that a source sent and that could not go in, with the reason in plain words."""

    key: str
    reason: str


class Trouble(NamedTuple):
    """What is amiss with an answer that was understood, or with a whole attempt.

    `sentence` is for people. Receipts go by the rest: `category` is the one that it is about (""
    for all that the stream speaks for), `day` the source's day (None: that of the attempt), and
    `stale` says that the answer was no news of that day: an older batch, or nothing yet.
    """

    sentence: str
    category: str = ""
    day: date | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What one answer says.

    `pages` are the (category, day) pairs that the answer speaks for, even where it lists nothing;
    they are what makes "announced" a known number. `items` are what it holds of the source's own
    stamps; `listed` are items that it names without giving their records (a sweep). `deleted` are
    keys, of records whose source is the connector's kind, that the source says are gone. `cursor`
    is where to go on from, `more` whether at once; else `again` is when (None: the stream's
    rhythm). `trouble` is for the receipt when the answer was understood and yet something is
    amiss (a stale feed). `total` estimates how many records the whole run brings.
    """

    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    announced: tuple[Announcement, ...] = ()
    pages: tuple[tuple[str, date], ...] = ()
    items: tuple[Item, ...] = ()
    listed: tuple[Item, ...] = ()
    deleted: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    cursor: str | None = None
    more: bool = False
    again: datetime | None = None
    trouble: Trouble | None = None
    total: int | None = None


# --- What was done ----------------------------------------------------------------------------


class Outcome(StrEnum):
    """How one run of a stream ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    WAITING = "waiting"  # the source asked for patience, or could not be reached: tried again
    BROKEN = "broken"  # what came back could not be understood: tried again
    REFUSED = "refused"  # not tried again until a person says so
    STOPPED = "stopped"  # by the person; goes on where it was
    BUSY = "busy"  # another process is at it


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What one run of a stream did. `trouble` is a sentence, "" when all went well; what it is
    about stands beside it, as `Trouble` has it."""

    source: str
    stream: str
    title: str
    outcome: Outcome
    began_at: datetime
    ended_at: datetime
    requests: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    repaired: int = 0
    trouble: str = ""
    next_at: datetime | None = None
    trouble_category: str = ""
    trouble_day: date | None = None
    stale: bool = False

    @property
    def held_back(self) -> bool:
        """Whether nothing was asked, because the host is being left alone for a while."""
        return self.outcome is Outcome.WAITING and not self.requests


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, a line for each stream that was due; empty: nothing was."""

    streams: tuple[StreamReport, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(report.trouble for report in self.streams)


# --- Receipts ---------------------------------------------------------------------------------


class DayTally(NamedTuple):
    """What the store counts for one source, category and day.

    `page` is the address of the page that announced the day; "" where none was seen, and then
    what is counted under `announced` was reckoned by the harvest. `new`, `cross` and `replaced`
    split `announced`; `arrived` of them are here, `late` of those came more than a day after
    `day` had ended although the source was followed by then. `seen_at` is when the page was last
    seen to speak of the day.
    """

    source: str
    category: str
    day: date
    page: str
    announced: int
    arrived: int
    late: int
    new: int
    cross: int
    replaced: int
    estimated: int
    rejected: int
    seen_at: datetime | None = None


class Verdict(StrEnum):
    """What a receipt says in one word, the worst first: a day of several is what its worst is.

    Everything that is told of a verdict stands here. `sign` tells it without colour, in the
    terminal and on the web, where it is also the class of its cell in the heat map. `meaning`
    explains it; `clause` begins a part of a summary ("" where the numbers say it).
    `wants_attention` makes the exit code of `receipts` 4.
    """

    FAILED = "failed", "!", "It was asked, and no attempt succeeded", "attempts failed for", True
    MISSING = "missing", "✗", "Something that was announced is not here", "", True
    STALE = "stale", "≈", "The page still shows an older batch", "a stale feed for", True
    EMPTY = "empty", "○", "An ordinary day, and its page listed nothing", "nothing listed by"
    UNKNOWN = "unknown", "?", "Nothing is known of this day: nobody looked", "nothing known of"
    WAITING = "waiting", "…", "Not over, or the next attempt is due", "waiting for"
    HARVESTED = "harvested", "+", "No page was seen; what the harvest brought is here"
    LATE = "late", "◷", "Complete by now, some came late"
    COMPLETE = "complete", "✓", "All that was announced is here"
    QUIET = "quiet", "–", "Nothing is announced on such a day"

    sign: str
    meaning: str
    clause: str
    wants_attention: bool

    def __new__(
        cls, word: str, sign: str, meaning: str, clause: str = "", wants_attention: bool = False
    ) -> Self:
        verdict = str.__new__(cls, word)
        verdict._value_ = word
        verdict.sign, verdict.meaning = sign, meaning
        verdict.clause, verdict.wants_attention = clause, wants_attention
        return verdict

    @property
    def badness(self) -> int:
        """Sorts verdicts, the worst first: 0 is the worst."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was announced, what is here, what is missing and why, for a source, category and day.

    `announced` is None where no page told it. `missing` names at most 50 keys. `sentence` says it
    all in words.
    """

    source: str
    category: str
    day: date
    verdict: Verdict
    sentence: str
    page: str = ""
    announced: int | None = None
    ingested: int = 0
    new: int = 0
    updated: int = 0
    cross: int = 0
    late: int = 0
    rejected: int = 0
    missing: tuple[str, ...] = ()
    stale_since: datetime | None = None
    next_at: datetime | None = None


class RejectedItem(NamedTuple):
    """A rejection as kept: mended when the paper comes in after all."""

    source: str
    key: str
    reason: str
    day: date
    seen_at: datetime
    mended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source with how its streams stand: for `source list`, the web and `/healthz`.

    `good_at` is the oldest of its streams' last good ends; None until all have come to one.
    """

    source: Source
    streams: tuple[StreamState, ...] = ()
    items: int = 0
    trouble: str = ""
    good_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What `source test` found: the first answer of each stream, understood, nothing kept.

    `more` says that this was not all: the next request would follow at once.
    """

    stream: str
    url: str = ""
    records: int = 0
    rejected: int = 0
    examples: tuple[str, ...] = ()
    trouble: str = ""
    more: bool = False


Series = Mapping[str, tuple[tuple[datetime, float], ...]]
"""For each measure ("huggingface upvotes"), its values over time, oldest first."""
