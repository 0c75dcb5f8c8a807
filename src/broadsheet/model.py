"""The value objects of Broadsheet: what rooms hand to one another.

Everything here is frozen and free of I/O. Times are timezone-aware UTC. Partial dates are ISO
prefixes ("2024", "2024-03", "2024-03-17"), because many sources know no more than that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

FEED_PREFIX = "feed:"
"""How the sources of records begin that were read in a feed."""

BY_READERS = frozenset({"reader", "takeout"})
"""The sources of records that readers handed in, or brought along from another library."""


class Identifier(NamedTuple):
    """A name for a paper in some scheme, in its canonical form.

    `scheme` is one of "arxiv" (no version, preferred form), "doi" (lower case), "openreview",
    "acl", "pmid", "venue" (a venue's own id such as "NeurIPS2023:7RMGI4slcb").
    """

    scheme: str
    value: str


class PaperDate(NamedTuple):
    """A date as exact as its source had it: `value` is an ISO prefix, `kind` says what it dates.

    Kinds: "submitted", "listed", "published", "month_from_id", "venue_year".
    """

    value: str
    kind: str

    @property
    def year(self) -> int:
        return int(self.value[:4])

    @property
    def month(self) -> int | None:
        """The month from 1 to 12, or None where only the year is known."""
        return int(self.value[5:7]) if len(self.value) >= 7 else None


class Link(NamedTuple):
    """An address that belongs to a paper; `rel` is "code", "project", "data", "pdf" or "page"."""

    rel: str
    url: str


class Listing(NamedTuple):
    """Where a row stood on a listing page: facts about the listing, never about the paper."""

    page: str
    position: int
    date_line: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one source said about one paper at one time. Never edited, only added to.

    `source` is a short name ("arxiv", "huggingface", "aitopics", "bibtex", "ris", "csl", "demo",
    "feed:example.org", "reader", "takeout");
    `key` names the record within its source, so that the same row seen twice is one record and a
    changed row is a new record with the same key. All text is plain Unicode text.

    `kind` is "" for a paper and "news" for news about papers. `version` is the source's own number
    of this state of the paper, `submitted_at` the moment (ISO 8601, UTC) when that was handed in
    and `announced_on` the day on which the source listed it; when we first saw it is the store's
    to know. `withdrawn` says that the authors or the source took it back.
    """

    source: str
    key: str
    title: str
    abstract: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    ids: tuple[Identifier, ...] = ()
    categories: tuple[str, ...] = ()
    venue: str | None = None
    status: str | None = None
    date: PaperDate | None = None
    links: tuple[Link, ...] = ()
    version: int | None = None
    listing: Listing | None = None
    extra: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    submitted_at: str = ""
    announced_on: str = ""
    withdrawn: bool = False

    @property
    def hearsay(self) -> bool:
        """Whether a feed said it, which anybody can publish, or a reader: it adds papers and
        changes none."""
        return self.source.startswith(FEED_PREFIX) or self.by_reader

    @property
    def by_reader(self) -> bool:
        """Whether a reader of the library said it."""
        return self.source in BY_READERS

    def to_json(self) -> bytes:
        """Canonical JSON: sorted keys, absent fields left out; equal records give equal bytes."""
        return orjson.dumps(
            {name: value for name in self.__slots__ if (value := getattr(self, name))},
            default=list,  # orjson leaves named tuples to us
            option=orjson.OPT_SORT_KEYS,
        )

    @classmethod
    def from_json(cls, data: bytes | str) -> Record:
        """Inverse of `to_json`."""
        raw: dict[str, Any] = orjson.loads(data)
        raw["authors"] = tuple(raw.get("authors", ()))
        raw["categories"] = tuple(raw.get("categories", ()))
        raw["ids"] = tuple(Identifier(*pair) for pair in raw.get("ids", ()))
        raw["links"] = tuple(Link(*pair) for pair in raw.get("links", ()))
        raw["extra"] = tuple((name, value) for name, value in raw.get("extra", ()))
        raw["date"] = PaperDate(*raw["date"]) if "date" in raw else None
        raw["listing"] = Listing(*raw["listing"]) if "listing" in raw else None
        return cls(**raw)


def content_hash(payload: bytes) -> bytes:
    """16 bytes of BLAKE2b over a record's canonical JSON; guards against change and bit rot."""
    return hashlib.blake2b(payload, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record with what the store adds: its number, its work, when it was first seen."""

    id: int
    work_id: int
    seen_at: datetime
    record: Record


@dataclass(frozen=True, slots=True)
class Work:
    """The paper itself, composed from all its records (see `works.compose`).

    `provenance` maps a field name to the source whose record supplied it.
    """

    id: int
    title: str
    abstract: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    ids: tuple[Identifier, ...] = ()
    categories: tuple[str, ...] = ()
    venue: str | None = None
    status: str | None = None
    date: PaperDate | None = None
    links: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    version: int | None = None
    submitted_at: str = ""
    announced_on: str = ""
    withdrawn: bool = False

    @property
    def text(self) -> str:
        """What there is to read: the abstract, or else our summary."""
        return self.abstract or self.summary

    @property
    def has_code(self) -> bool:
        return any(link.rel == "code" for link in self.links)

    def identifier(self, scheme: str) -> str | None:
        """The work's first identifier in a scheme, or None."""
        return next((value for name, value in self.ids if name == scheme), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`, the API and exports; absent fields stay as None or empty."""
        data = asdict(self)
        data["ids"] = {scheme: value for scheme, value in reversed(self.ids)}
        data["links"] = [link._asdict() for link in self.links]
        data["date"] = self.date._asdict() if self.date else None
        return data


class Act(StrEnum):
    """What a change-log entry asks the index to do with a work."""

    PUT = "put"
    DELETE = "delete"


class Change(NamedTuple):
    """One entry of the change log; `seq` grows with every change and is never reused."""

    seq: int
    work_id: int
    act: Act


class WorkEvent(NamedTuple):
    """One line of a work's history: a merge or a split, with its reason."""

    at: datetime
    act: str
    other_id: int | None
    reason: str


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    VOTES = "votes"
    CITATIONS = "citations"


class Blend(NamedTuple):
    """What a search by relevance makes of its two sides, where it is not as it is shipped.

    `lean` multiplies the odds of the meaning's weight (0: words alone). With `by_rank`, places in
    both lists are added up instead of scores.
    """

    lean: float = 1.0
    by_rank: bool = False


class Spoke(StrEnum):
    """Which side of a hybrid search found a hit."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: fused `score` in 0..1 for relevance, and what each side said (None: silent)."""

    work_id: int
    score: float
    spoke: Spoke
    lexical: float | None = None
    dense: float | None = None


class FacetCount(NamedTuple):
    value: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here


class MonthCount(NamedTuple):
    """Matches in a month ("2024-03"); works that know only their year count in "2024"."""

    month: str
    count: int  # type: ignore[assignment]


class Matching(StrEnum):
    """How the plain words of a query were read: all of them, or, when too few had all, any."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results, and facts about all matches.

    `total`, `facets` and `months` speak of every work that the words and filters match; works
    that only the dense side brought in (`spoke == MEANING`) come on top of `total`.
    """

    hits: tuple[Hit, ...]
    total: int
    matching: Matching
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    months: tuple[MonthCount, ...] = ()
    more: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, work_ids: Sequence[int]) -> Results:
        """The answer to a pasted identifier: just these works, each a full match."""
        hits = tuple(Hit(number, 1.0, Spoke.WORDS) for number in work_ids)
        return cls(hits=hits, total=len(hits), matching=Matching.ALL)


class Span(NamedTuple):
    """A highlighted stretch of a text, in characters: text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that could not be read; the rest of the file goes in."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """What an export tells of works that were merged or split: how their records are grouped.

    `works` are the content hashes of each work's records; `split` are pairs of places in `works`
    that a person split from each other.
    """

    works: tuple[tuple[bytes, ...], ...]
    split: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `rows` = `added` + `updated` + `unchanged` + `bad`.

    `bad_files` has one sentence for each file that could not be read (to its end).
    """

    rows: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    new_works: int = 0
    merged: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    bad: int = 0
    bad_files: tuple[str, ...] = ()

    @property
    def joined(self) -> int:
        """How many of the new records are of works that were there before them."""
        return max(0, self.added - self.new_works)


@dataclass(frozen=True, slots=True)
class Stats:
    """Sizes of a library; `index_behind` counts changes that the index has yet to follow."""

    works: int
    records: int
    bytes: int
    sources: Mapping[str, int]
    index_works: int
    index_behind: int
    spaces: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` found; `ok` when store and index agree and no content hash differs."""

    works: int
    records: int
    damaged_records: tuple[int, ...] = ()
    missing_in_index: tuple[int, ...] = ()
    extra_in_index: tuple[int, ...] = ()
    stale_in_index: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not (
            self.damaged_records
            or self.missing_in_index
            or self.extra_in_index
            or self.stale_in_index
            or self.problems
        )
