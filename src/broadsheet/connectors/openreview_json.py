"""OpenReview's notes as JSON, as its API sends them and people save them: `{"notes": […]}` or a
list. Each field is `{"value": …}` in version 2 of the API and bare in version 1; moments are
milliseconds since 1970.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from broadsheet.connectors.json_answers import Object, count_of, link_of, parse_json, text_of
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_FILE,
    MAX_NAMES,
    MAX_SHORT,
    RowError,
    clean_names,
    extras,
    links_of,
    need_title,
    read_all,
)
from broadsheet.errors import BadFileError, SourceBrokenError
from broadsheet.ids import parse_openreview
from broadsheet.model import BadRow, Identifier, Link, PaperDate, Record
from broadsheet.text import clean_abstract, clean_title

SITE = "https://openreview.net"

_BEGINNING = re.compile(rb'\s*(?:\{\s*"(?:notes|count)"\s*:|\[\s*\{)')
_SIGNS = (b'"content"', b'"forum"')
_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_SELF_CLAIMED = "openreview.net/public_article"
# The last part of a venue id, once its capitals and underscores are gone; works.py looks at how
# a status begins.
_STATUS = {
    "rejectedsubmission": "Reject",
    "rejected": "Reject",
    "deskrejectedsubmission": "Reject (desk)",
    "deskrejected": "Reject (desk)",
    "withdrawnsubmission": "Withdraw",
    "withdrawn": "Withdraw",
    "submission": "Submission",
}
_LAST_MOMENT = 32_503_680_000_000  # the year 3000


class OpenReviewJson:
    """A bad note's "line" is its place in the list, from 1."""

    name = "OpenReview notes (JSON)"

    def recognises(self, head: bytes, filename: str) -> bool:
        head = head.removeprefix(b"\xef\xbb\xbf")
        return _BEGINNING.match(head) is not None and all(sign in head for sign in _SIGNS)

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        data = read_all(stream, self.name)
        try:
            value = parse_json(data.removeprefix(b"\xef\xbb\xbf"), limit=MAX_FILE)
        except SourceBrokenError as error:
            raise BadFileError(f"{filename} cannot be read. {error}") from error
        notes = value.get("notes") if isinstance(value, dict) else value
        if not isinstance(notes, list):
            raise BadFileError(f"{filename} is not a list of OpenReview notes.")
        for place, _, result in read_notes(notes):
            if isinstance(result, Record):
                yield result
            else:
                yield BadRow(filename, place, str(result))


def read_notes(notes: Iterable[object]) -> Iterator[tuple[int, str, Record | RowError]]:
    """Place, key and record of each paper, or why it cannot go in; replies are no papers."""
    for place, note in enumerate(notes, start=1):
        key = ""
        try:
            if not isinstance(note, dict):
                raise RowError("the note is not a JSON object")
            key = clean_title(text_of(note, "forum") or text_of(note, "id"))
            if note.get("replyto") or text_of(note, "id") not in ("", key):
                continue  # a review, a comment, a decision
            yield place, key, make_record(note)
        except RowError as error:
            yield place, key, error


def make_record(note: Object) -> Record:
    """The record of a note that is a paper. Raises RowError."""
    forum = text_of(note, "forum") or text_of(note, "id")
    if not _ID.fullmatch(forum):
        raise RowError(f"it has no id of OpenReview ({forum[:40]!r})")
    content = _unwrap(note.get("content"))
    abstract = clean_abstract(text_of(content, "abstract", MAX_ABSTRACT))
    venue, status = _venue(content)
    submitted = moment(note, "tcdate") or moment(note, "cdate")
    return Record(
        source="openreview",
        key=forum,
        title=need_title(text_of(content, "title", MAX_ABSTRACT)),
        abstract=abstract,
        summary=clean_abstract(_first(content, MAX_ABSTRACT, "TLDR", "TL;DR", "tldr")),
        authors=clean_names(_names(content.get("authors"))),
        ids=(parse_openreview(f"openreview:{forum}") or Identifier("openreview", forum),),
        venue=venue,
        status=status,
        date=_date(note, submitted),
        links=_links(forum, content, abstract),
        extra=extras(
            ("keywords", ", ".join(_texts(content.get("keywords")))),
            ("primary-area", _first(content, MAX_SHORT, "primary_area")),
            ("venueid", text_of(content, "venueid")),
        ),
        submitted_at=submitted.strftime("%Y-%m-%dT%H:%M:%SZ") if submitted else "",
        withdrawn=status == "Withdraw",
    )


def moment(note: Object, name: str) -> datetime | None:
    """A field in milliseconds since 1970, in UTC."""
    value = count_of(note, name)
    if not value or value >= _LAST_MOMENT:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def _unwrap(content: object) -> Object:
    """The fields of a note without the `{"value": …}` around each."""
    if not isinstance(content, dict):
        raise RowError("it has no content")
    return {
        name: field.get("value") if isinstance(field, dict) and "value" in field else field
        for name, field in content.items()
    }


def _venue(content: Object) -> tuple[str | None, str | None]:
    """The venue in words, and what it decided: the venue's id says which, its words may not."""
    venueid = text_of(content, "venueid")
    venue = clean_title(text_of(content, "venue")) or None
    if venueid.lower() == _SELF_CLAIMED:
        return None, None
    last = venueid.rpartition("/")[2].lower().replace("_", "")
    return venue, _STATUS.get(last)


def _date(note: Object, submitted: datetime | None) -> PaperDate | None:
    published = moment(note, "pdate") or moment(note, "odate")
    if published:
        return PaperDate(published.date().isoformat(), "published")
    return PaperDate(submitted.date().isoformat(), "submitted") if submitted else None


def _links(forum: str, content: Object, abstract: str) -> tuple[Link, ...]:
    pdf = text_of(content, "pdf")
    found = [
        Link("page", f"{SITE}/forum?id={forum}"),
        link_of("pdf", SITE + pdf if pdf.startswith("/") else pdf),
        link_of("code", _first(content, MAX_SHORT, "code", "code_link")),
        *links_of(abstract),
    ]
    return tuple(dict.fromkeys(link for link in found if link))


def _names(authors: object) -> list[str]:
    """Authors are texts, or since 2025 objects with a full name."""
    if isinstance(authors, str):
        return [name.strip() for name in authors[:MAX_ABSTRACT].split(",")]
    if not isinstance(authors, list):
        return []
    people = [each.get("fullname") if isinstance(each, dict) else each for each in authors]
    return [each[:MAX_SHORT] for each in people[:MAX_NAMES] if isinstance(each, str)]


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each[:MAX_SHORT] for each in values[:100] if isinstance(each, str)]


def _first(content: Object, limit: int, *names: str) -> str:
    return next((text for name in names if (text := text_of(content, name, limit))), "")
