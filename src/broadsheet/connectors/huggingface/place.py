"""Where a stream of lists is, as its cursor tells. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from broadsheet.connectors.huggingface.lists import ListKind
from broadsheet.connectors.json_answers import count_of, dump_cursor, load_cursor, object_of
from broadsheet.errors import SourceBrokenError
from broadsheet.sources import Answer, Source

FIRST_LIST = date(2023, 5, 1)
LAST_YEAR = 9000
RECENT = timedelta(days=3)
MAX_PAGES = 100
"""Pages of one list; a list that goes on is one that ignores the page asked for."""

MAX_TAG = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The list and its page, a mark of the page before, and the validators of the lists that stand
    on one page (`tags`, by day)."""

    day: date
    page: int = 0
    mark: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, kind: ListKind, source: Source, cursor: str | None) -> Place:
        """From a cursor; at the source's first list without one."""
        raw = load_cursor(cursor)
        day = read_day(raw.get("day"))
        if day is None:
            return cls(kind.begin(first_day(source)))
        tags = {name: tag for name, tag in object_of(raw, "tags").items() if isinstance(tag, str)}
        page = min(count_of(raw, "page") or 0, MAX_PAGES)
        return cls(kind.begin(day), page, str(raw.get("mark", "")), tags)

    def dump(self) -> str:
        """As a cursor."""
        fields = {"day": self.day, "page": self.page, "mark": self.mark, "tags": self.tags}
        return dump_cursor({name: value for name, value in fields.items() if value})

    @property
    def tag_name(self) -> str:
        return self.day.isoformat()

    @property
    def tag(self) -> str:
        """The validator to send; "" where there is none, as for later pages."""
        return self.tags.get(self.tag_name, "") if not self.page else ""

    def turn(self, mark: str) -> Place:
        """To the next page. Raises SourceBrokenError when this one is empty, or the last again."""
        if not mark:
            raise SourceBrokenError(
                f"Page {self.page + 1} of {self.day} is empty, yet not the last."
            )
        if mark == self.mark or self.page + 1 >= MAX_PAGES:
            raise SourceBrokenError(f"The list of {self.day} goes on after page {self.page + 1}.")
        return replace(self, page=self.page + 1, mark=mark)

    def note(self, answer: Answer) -> Place:
        """Keep the validator of a list that has been read to its end on its first page."""
        tags = {name: tag for name, tag in self.tags.items() if name != self.tag_name}
        etag = answer.headers.get("etag", "")
        if etag and len(etag) < MAX_TAG and not self.page:
            tags[self.tag_name] = etag
        return replace(self, tags=tags)

    def move(self, kind: ListKind, day: date) -> Place:
        """To the list of another day, with the validators of lists that are asked for again."""
        first = kind.begin(max(day, self.day) - kind.window).isoformat()
        return Place(day, tags={name: tag for name, tag in self.tags.items() if name >= first})

    def rest(self, kind: ListKind, source: Source, today: date) -> Place:
        """Where the next run begins."""
        if not kind.dated:
            return Place(self.day)
        first = kind.begin(source.since or today)
        return self.move(kind, max(kind.begin(today - kind.window), min(first, kind.begin(today))))


def first_day(source: Source) -> date:
    """The first day of which lists are wanted."""
    return source.since or source.added_at.date() - RECENT


def read_day(value: object) -> date | None:
    """A day from a cursor; None for what is none, or of no time in which there are lists."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and FIRST_LIST.year <= day.year < LAST_YEAR else None
