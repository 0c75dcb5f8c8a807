"""OpenReview's venues through version 2 of its API, as long as that lets programs in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from urllib.parse import quote

import orjson

from broadsheet.connectors.json_answers import (
    MAX_CURSOR,
    count_of,
    dump_cursor,
    load_cursor,
    parse_object,
    text_of,
)
from broadsheet.connectors.openreview_json import SITE, moment, read_notes
from broadsheet.errors import (
    InvalidInputError,
    SourceBrokenError,
    SourceBusyError,
    SourceRefusedError,
    SourceRequestError,
)
from broadsheet.model import Record
from broadsheet.ports import Web
from broadsheet.sources import Announcement, Batch, Item, Raw, Rejected, Source, Stream, Trouble
from broadsheet.text import clean_line

API = "https://api2.openreview.net"
LIMIT = 1000
_WEEK = timedelta(days=7)
_LAST_OFFSET = 1_000_000
_EXAMPLE = "an example: ICLR.cc/2024/Conference"
_VENUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,60}(?:/[A-Za-z0-9._&-]{1,80}){1,8}")
_MIRROR = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,255}(?:/[A-Za-z0-9._~/-]{0,500})?")
_INSTEAD = "Save the notes as JSON (how: docs/sources.md) and run broadsheet import FILE."


class OpenReviewConnector:
    """A stream for each venue, which goes through all of its notes, and again on another day.

    The order is that of the notes' numbers, so what is added while it goes on comes at the end.
    """

    kind = "openreview"
    title = "OpenReview"
    summary = "venues by their ids, with what was decided on each paper"
    example = "ICLR.cc/2024/Conference"
    several = True
    daily = False

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        venues = [_read_venue(target) for target in targets]
        if not venues:
            raise InvalidInputError(f"OpenReview needs the id of a venue; {_EXAMPLE}")
        base = mirror.strip().rstrip("/")
        if base and not _MIRROR.fullmatch(base):
            raise InvalidInputError(
                f"{mirror[:60]!r} is not the address of a mirror, which begins with https://."
            )
        return Source(
            name=self.kind,
            kind=self.kind,
            targets=tuple(dict.fromkeys(venues)),
            added_at=now,
            since=since,
            mirror=base,
        )

    def streams(self, source: Source) -> Sequence[Stream]:
        return tuple(
            Stream(venue, venue, timedelta(days=1), category=venue) for venue in source.targets
        )

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        offset = count_of(load_cursor(cursor), "offset") or 0
        url = (
            f"{source.mirror or API}/notes?content.venueid={quote(stream.name, safe='/')}"
            f"&limit={LIMIT}&offset={offset}&sort=number:asc&count=true"
        )
        try:
            answer = web.get(url, accept="application/json")
        except SourceRefusedError as error:
            raise SourceRefusedError(f"{error} {_INSTEAD}", error.place) from error
        if answer.status == 404:
            raise SourceRequestError(f"OpenReview knows no venue {stream.name} (404).", 404)
        return Raw(stream.name, cursor, answer)

    def parse(self, source: Source, raw: Raw) -> Batch:
        """One page. A page that is empty while the count says that more are there is a failure."""
        page = parse_object(raw.answer.body)
        notes = page.get("notes")
        if not isinstance(notes, list):
            raise SourceBrokenError("OpenReview's answer holds no list of notes.")
        before = load_cursor(raw.cursor)
        at, offset = raw.answer.at, count_of(before, "offset") or 0
        total = count_of(page, "count")
        if not notes and total is not None and offset < min(total, _LAST_OFFSET):
            raise SourceBusyError(
                f"OpenReview counts {total:,} notes of {raw.stream}, and sends none after "
                f"{offset:,}."
            )
        end = offset + len(notes)
        more = bool(notes) and end < _LAST_OFFSET
        more = more and (end < total if total is not None else len(notes) >= LIMIT)
        records, rejected = _sort_out(notes)
        digest = _digest(text_of(before, "digest", MAX_CURSOR), notes)
        same = not more and digest == before.get("last")
        return Batch(
            records=tuple(records),
            rejected=tuple(rejected),
            announced=tuple(
                Announcement(raw.stream, at.date(), record.key, "listed", estimated=True)
                for record in records
            ),
            pages=() if more else ((raw.stream, at.date()),),
            items=_items(records, notes),
            cursor=dump_cursor(
                {"offset": end, "digest": digest, "last": before.get("last")}
                if more
                else {"last": digest}
            ),
            more=more,
            again=at + _WEEK if same else None,
            trouble=None if end else Trouble(f"OpenReview lists no paper of {raw.stream}."),
            total=total,
        )

    def quiet(self, source: Source, day: date) -> str:
        """Venues keep no calendar."""
        return ""


def _read_venue(target: str) -> str:
    """A venue's id, also from the address of its page."""
    venue = target.strip().removeprefix(f"{SITE}/group?id=").partition("#")[0]
    if not _VENUE.fullmatch(venue):
        raise InvalidInputError(f"{clean_line(target)[:60]!r} is not the id of a venue; {_EXAMPLE}")
    return venue


def _sort_out(notes: Sequence[object]) -> tuple[list[Record], list[Rejected]]:
    records: dict[str, Record] = {}
    rejected = []
    for place, key, result in read_notes(notes):
        if isinstance(result, Record):
            records[result.key] = result
        else:
            rejected.append(Rejected(key or f"note {place}", str(result)))
    return list(records.values()), rejected


def _items(records: Sequence[Record], notes: Sequence[object]) -> tuple[Item, ...]:
    """Each paper with the moment of its last change."""
    changed = {
        note.get("forum") or note.get("id"): moment(note, "tmdate") or moment(note, "mdate")
        for note in notes
        if isinstance(note, dict) and isinstance(note.get("forum") or note.get("id"), str)
    }
    stamps = {key: at.strftime("%Y-%m-%dT%H:%M:%SZ") for key, at in changed.items() if at}
    return tuple(Item(record.key, 0, stamps.get(record.key, "")) for record in records)


def _digest(before: str, notes: Sequence[object]) -> str:
    """Of all notes of a run so far: equal for two runs between which nothing changed."""
    total = blake2b(before.encode("utf-8", errors="replace"), digest_size=12)
    total.update(orjson.dumps(notes))
    return total.hexdigest()
