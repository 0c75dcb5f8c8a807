"""Hugging Face Papers: lists by day, week and month, and the trending papers of now.

A stream walks from list to list, page by page, up to the list of today. Its next run begins a
week (for the weekly list, one list) before, since people go on voting, so that a run after a long
pause also brings what lies between. `details` asks for the listed papers one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlsplit

from broadsheet.connectors.huggingface.details import DETAILS, Queue
from broadsheet.connectors.huggingface.entries import SITE
from broadsheet.connectors.huggingface.lists import LISTS
from broadsheet.connectors.huggingface.page import Page
from broadsheet.connectors.huggingface.place import FIRST_LIST, RECENT, Place
from broadsheet.connectors.json_answers import parse_list
from broadsheet.errors import InvalidInputError
from broadsheet.ports import Web
from broadsheet.sources import Answer, Batch, Raw, Source, Stream, Trouble

PAGE_SIZE = 100
_NEXT = re.compile(r"\brel=\"?next\b")


class HuggingFaceConnector:
    kind = "huggingface"
    title = "Hugging Face Papers"
    summary = "lists of papers: daily, weekly, monthly, trending; none named: all of them"
    example = ""
    several = True
    daily = False

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
        lists = [Stream(kind.name, kind.title, kind.every, category=kind.name) for kind in kinds]
        return (*lists, DETAILS) if DETAILS.needs in source.targets else tuple(lists)

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        site = source.mirror or SITE
        if stream.name == DETAILS.name:
            url = site + Queue.load(source, cursor).path
            return Raw(stream.name, cursor, web.get(url, accept="application/json"))
        kind = LISTS[stream.name]
        place = Place.load(kind, source, cursor)
        url = f"{site}/api/daily_papers?{kind.query(place.day)}&limit={PAGE_SIZE}&p={place.page}"
        answer = web.get(url, accept="application/json", etag=place.tag)
        return Raw(stream.name, cursor, answer)

    def parse(self, source: Source, raw: Raw) -> Batch:
        if raw.stream == DETAILS.name:
            return Queue.load(source, raw.cursor).read(raw.answer)
        return self._parse_list(source, raw)

    def _parse_list(self, source: Source, raw: Raw) -> Batch:
        kind = LISTS[raw.stream]
        place = Place.load(kind, source, raw.cursor)
        today = raw.answer.at.date()
        if kind.dated and place.day > today:  # our clock was ahead when it came there
            cursor = place.rest(kind, source, today).dump()
            return Batch(cursor=cursor, more=Place.load(kind, source, cursor).day <= today)
        day = place.day if kind.dated else today
        if raw.answer.status == 404:
            said = f"Hugging Face has no {kind.name} list of {day}."
            batch = Batch(trouble=Trouble(said, kind.name, day, stale=True))
        elif raw.answer.status == 304:
            batch = Batch(pages=((kind.name, day),))
        else:
            page = Page(kind.name, day, place.page * PAGE_SIZE)
            page.read(parse_list(raw.answer.body))
            if _has_next(raw.answer, page.count):
                return replace(page.batch(), cursor=place.turn(page.mark).dump(), more=True)
            batch = replace(page.batch(), pages=((kind.name, day),))
            place = place.note(raw.answer) if kind.dated else place
        if kind.dated and (upcoming := kind.following(place.day)) <= today:
            return replace(batch, cursor=place.move(kind, upcoming).dump(), more=True)
        return replace(batch, cursor=place.rest(kind, source, today).dump())

    def quiet(self, source: Source, day: date) -> str:
        if day.weekday() < 5:
            return ""
        return f"Hugging Face makes no daily list on {day:%A}s."


def _clean_mirror(mirror: str) -> str:
    mirror = mirror.strip().rstrip("/")
    try:
        parts = urlsplit(mirror)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if mirror and not sound:
        raise InvalidInputError(
            f"{mirror!r} is no address of a mirror; give one like https://hub.example.org."
        )
    return mirror


def _has_next(answer: Answer, count: int) -> bool:
    """Whether another page follows: as the answer says, else if this one is full."""
    link = answer.headers.get("link", "")
    return bool(_NEXT.search(link)) or (not link and count >= PAGE_SIZE)
