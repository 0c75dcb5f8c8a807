"""arXiv: OAI-PMH is the record, the feeds of the day are the early signal, the query API repairs.

calendar, categories, withdrawn   what is known of arXiv; pure
records, arxiv_raw                from its fields to a Record
oai, paging                       harvest and sweep, and how far their lists have come
daily                             the feed of one category
query                             single papers by id
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from broadsheet.connectors.arxiv import calendar, categories
from broadsheet.connectors.arxiv.records import REACH
from broadsheet.errors import InvalidInputError, SourceBrokenError, SourceBusyError
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw, Source, Stream

_DAILY = timedelta(days=1)
_WEEKLY = timedelta(days=7)
_MIRROR = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", re.IGNORECASE)


class ArxivConnector:
    kind = "arxiv"
    title = "arXiv"
    summary = "categories, such as cs.LG, stat.ML or math: every version, every announcement"
    example = "cs.LG stat.ML --since 2026-10-01"
    several = True
    daily = True
    repair_size = 100

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        words = [word for target in targets for word in re.split(r"[,;+\s]+", target) if word]
        if not words:
            raise InvalidInputError("Which categories of arXiv? For example: cs.LG stat.ML.")
        today = now.date()
        if since and since > today:
            raise InvalidInputError(f"{since} is still to come; today is {today}.")
        if mirror and not _MIRROR.fullmatch(mirror):
            raise InvalidInputError(
                f"{mirror[:100]!r} is no address of a mirror; https://mirror.example.org would be."
            )
        return Source(
            name="arxiv",
            kind=self.kind,
            targets=tuple(dict.fromkeys(map(categories.canonical, words))),
            added_at=now,
            since=since or today - REACH,
            mirror=mirror.rstrip("/"),
        )

    def streams(self, source: Source) -> Sequence[Stream]:
        sets = [(name, categories.set_of(name)) for name in source.targets]
        return (
            *(
                Stream(f"rss {name}", f"{name} announcements", _DAILY, category=name)
                for name in source.targets
            ),
            *(
                Stream(f"oai {set_}", f"{name} harvest", _DAILY, category=name)
                for name, set_ in sets
            ),
            *(
                Stream(f"sweep {set_}", f"{name} sweep", _WEEKLY, f"oai {set_}", name)
                for name, set_ in sets
            ),
        )

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        from broadsheet.connectors.arxiv import daily, oai

        if stream.name.startswith("rss "):
            return daily.fetch(source, stream, cursor, web)
        return oai.fetch(source, stream, cursor, web)

    def fetch_items(self, source: Source, keys: Sequence[str], web: Web) -> Raw:
        from broadsheet.connectors.arxiv import query

        return query.fetch(source, keys, web)

    def parse(self, source: Source, raw: Raw) -> Batch:
        from broadsheet.connectors.arxiv import daily, oai, query

        if raw.answer.status == 404:
            raise SourceBrokenError(f"arXiv has nothing at {raw.answer.url[:200]}.")
        if raw.answer.body.lstrip()[:14].lower() == b"rate exceeded.":
            raise SourceBusyError("arXiv asks for patience.")
        if raw.stream == query.STREAM:
            return query.parse(source, raw)
        return daily.parse(raw) if raw.stream.startswith("rss ") else oai.parse(source, raw)

    def quiet(self, source: Source, day: date) -> str:
        return calendar.quiet_reason(day)

    def doubt(self, day: date) -> str:
        return calendar.doubt(day)
