"""Hugging Face Papers: lists by day, week and month, and the trending papers of now.

A stream walks from list to list, page by page, up to the list of today. Its next run begins a
week (for the weekly list, one list) before, since people go on voting, so that a run after a long
pause also brings what lies between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from broadsheet.connectors.huggingface.entries import (
    SITE,
    identifier_of,
    measures_of,
    to_record,
)
from broadsheet.connectors.huggingface.lists import LISTS, ListKind
from broadsheet.connectors.json_answers import (
    count_of,
    dump_cursor,
    load_cursor,
    object_of,
    parse_list,
)
from broadsheet.connectors.rows import RowError
from broadsheet.errors import InvalidInputError, SourceBrokenError
from broadsheet.model import Record
from broadsheet.ports import Web
from broadsheet.sources import (
    Announcement,
    Answer,
    Batch,
    Item,
    Measure,
    Raw,
    Rejected,
    Source,
    Stream,
)

PAGE_SIZE = 100
MAX_PAGES = 100
"""Pages of one list; a list that goes on is one that ignores the page asked for."""

FIRST_LIST = date(2023, 5, 1)
LAST_YEAR = 9000
RECENT = timedelta(days=3)

_NEXT = re.compile(r"\brel=\"?next\b")


class HuggingFaceConnector:
    kind = "huggingface"
    summary = "Hugging Face Papers: the daily, weekly, monthly and trending lists"
    several = True

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        wanted = {target.strip().lower() for target in targets} or set(LISTS)
        if unknown := sorted(wanted - set(LISTS)):
            raise InvalidInputError(
                f"Hugging Face has no list {unknown[0]!r}; its lists are {', '.join(LISTS)}."
            )
        if since and since > now.date():
            raise InvalidInputError(f"Nothing can be fetched since {since}, which is yet to come.")
        return Source(
            name=self.kind,
            kind=self.kind,
            targets=tuple(name for name in LISTS if name in wanted),
            added_at=now,
            since=max(since or now.date() - RECENT, FIRST_LIST),
            mirror=_clean_mirror(mirror),
        )

    def streams(self, source: Source) -> Sequence[Stream]:
        kinds = [kind for kind in LISTS.values() if kind.name in source.targets]
        return tuple(Stream(kind.name, kind.title, kind.every) for kind in kinds)

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        kind = LISTS[stream.name]
        place = _Place.load(kind, source, cursor)
        url = (
            f"{source.mirror or SITE}/api/daily_papers?{kind.query(place.day)}"
            f"&limit={PAGE_SIZE}&p={place.page}"
        )
        answer = web.get(url, accept="application/json", etag=place.tag)
        return Raw(stream.name, cursor, answer)

    def parse(self, source: Source, raw: Raw) -> Batch:
        kind = LISTS[raw.stream]
        place = _Place.load(kind, source, raw.cursor)
        today = raw.answer.at.date()
        day = place.day if kind.dated else today
        if raw.answer.status == 404:
            batch = Batch(trouble=f"Hugging Face has no {kind.name} list of {day}.")
        elif raw.answer.status == 304:
            batch = Batch(pages=((kind.name, day),))
        else:
            rows = _Rows(kind.name, day, place.page * PAGE_SIZE)
            rows.read(parse_list(raw.answer.body))
            if _has_next(raw.answer, rows.count):
                return replace(rows.batch(), cursor=place.turn(rows.mark).dump(), more=True)
            batch = replace(rows.batch(), pages=((kind.name, day),))
            place = place.note(raw.answer) if kind.dated else place
        if kind.dated and (upcoming := kind.following(place.day)) <= today:
            return replace(batch, cursor=place.move(upcoming).dump(), more=True)
        return replace(batch, cursor=place.rest(kind, source, today).dump())

    def quiet(self, source: Source, day: date) -> str:
        if day.weekday() < 5:
            return ""
        return f"Hugging Face makes no daily list on {day:%A}s."


def _clean_mirror(mirror: str) -> str:
    parts = urlsplit(mirror.strip())
    if mirror and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise InvalidInputError(
            f"{mirror!r} is no address of a mirror; give one like https://hub.example.org."
        )
    return mirror.strip().rstrip("/")


def _has_next(answer: Answer, count: int) -> bool:
    """Whether another page follows: as the answer says, else if this one is full."""
    link = answer.headers.get("link", "")
    return bool(_NEXT.search(link)) or (not link and count >= PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stream is: the list, its page, a mark of the page before, and the validators of the
    lists that stand on one page (`tags`, by day)."""

    day: date
    page: int = 0
    mark: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, kind: ListKind, source: Source, cursor: str | None) -> _Place:
        """From a cursor; from the source's first list without one."""
        raw = load_cursor(cursor)
        day = _read_day(raw.get("day"))
        if day is None:
            return cls(kind.begin(source.since or source.added_at.date() - RECENT))
        tags = {name: tag for name, tag in object_of(raw, "tags").items() if isinstance(tag, str)}
        page = min(count_of(raw, "page") or 0, MAX_PAGES)
        return cls(kind.begin(day), page, str(raw.get("mark", "")), tags)

    def dump(self) -> str:
        fields = {"day": self.day, "page": self.page, "mark": self.mark, "tags": self.tags}
        return dump_cursor({name: value for name, value in fields.items() if value})

    @property
    def tag_name(self) -> str:
        return self.day.isoformat()

    @property
    def tag(self) -> str:
        return self.tags.get(self.tag_name, "") if not self.page else ""

    def turn(self, mark: str) -> _Place:
        """To the next page. Raises SourceBrokenError when this one is empty, or the last again."""
        if not mark:
            raise SourceBrokenError(
                f"Page {self.page + 1} of {self.day} is empty, yet not the last."
            )
        if mark == self.mark or self.page + 1 >= MAX_PAGES:
            raise SourceBrokenError(f"The list of {self.day} goes on after page {self.page + 1}.")
        return replace(self, page=self.page + 1, mark=mark)

    def note(self, answer: Answer) -> _Place:
        """Keep the validator of a list that has been read to its end on its first page."""
        tags = {name: tag for name, tag in self.tags.items() if name != self.tag_name}
        etag = answer.headers.get("etag", "")
        if etag and len(etag) < 200 and not self.page:
            tags[self.tag_name] = etag
        return replace(self, tags=tags)

    def move(self, day: date) -> _Place:
        return _Place(day, tags=self.tags)

    def rest(self, kind: ListKind, source: Source, today: date) -> _Place:
        """Where the next run begins, with the validators that it can use."""
        if not kind.dated:
            return _Place(self.day, tags=self.tags)
        first = kind.begin(source.since or today)
        day = max(kind.begin(today - kind.window), min(first, kind.begin(today)))
        tags = {name: tag for name, tag in self.tags.items() if name >= day.isoformat()}
        return _Place(day, tags=tags)


def _read_day(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and FIRST_LIST.year <= day.year < LAST_YEAR else None


class _Rows:
    """Reads the entries of one page."""

    def __init__(self, category: str, day: date, offset: int) -> None:
        self._category = category
        self._day = day
        self._position = offset
        self._records: dict[str, Record] = {}
        self._announced: dict[str, Announcement] = {}
        self._measures: list[Measure] = []
        self._rejected: list[Rejected] = []
        self.count = 0

    def read(self, entries: Sequence[object]) -> None:
        """Raises SourceBrokenError when none of the entries is a paper."""
        for entry in entries:
            self.count += 1
            self._position += 1
            self._read(entry)
        if self.count and not self._announced:
            raise SourceBrokenError(
                f"None of the {self.count} entries of the {self._category} list is a paper."
            )

    def _read(self, entry: object) -> None:
        identifier = identifier_of(entry) if isinstance(entry, dict) else None
        if identifier is None or not isinstance(entry, dict):
            where = f"{self._category} {self._day}, place {self._position}"
            self._rejected.append(Rejected(where, "it has no arXiv id"))
            return
        key = identifier.value
        if key in self._announced:
            return
        self._announced[key] = Announcement(
            self._category, self._day, key, "listed", position=self._position
        )
        try:
            self._records[key] = to_record(entry, identifier)
            self._measures += measures_of(entry, key)
        except RowError as error:
            self._rejected.append(Rejected(key, str(error)))

    @property
    def mark(self) -> str:
        """What tells this page from others: its first and last paper; "" when it has none."""
        keys = list(self._announced)
        return f"{keys[0]} {keys[-1]}" if keys else ""

    def batch(self) -> Batch:
        return Batch(
            records=tuple(self._records.values()),
            rejected=tuple(self._rejected),
            announced=tuple(self._announced.values()),
            items=tuple(Item(key) for key in self._records),
            measures=tuple(self._measures),
        )
