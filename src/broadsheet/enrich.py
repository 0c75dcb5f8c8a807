"""More about papers that are here: a service is asked by identifier, a batch of papers a request.

    works with an identifier -> one request -> [ records, measures, how far ] in one transaction

It goes through the library in order of work number, a part in each run. At the end it waits for
papers that are new, and a week after it began, it begins again, because citations grow. For the
rest a service is run like a stream of a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from broadsheet.errors import SourceRefusedError, SourceRequestError
from broadsheet.model import Identifier
from broadsheet.ports import Enricher, Store, Web
from broadsheet.sources import (
    Answer,
    Batch,
    Outcome,
    Raw,
    Source,
    Stream,
    StreamReport,
    StreamState,
    Trouble,
)
from broadsheet.sync import Clock, Desk, StreamRun

STREAM = Stream("works", "papers asked about", timedelta(days=1))
ROUND = timedelta(days=7)
"""How long after its beginning a round through the library may be followed by the next."""

PART = timedelta(hours=1)
"""How long after one part of the library the next is due."""


def enrich(desk: Desk, enricher: Enricher, *, limit: int, mirror: str = "") -> StreamReport:
    """Ask a service about the next `limit` papers (at least one) that it can know.

    The report is as of a sync; how far it came is the state of the stream "works" of a source
    that has the enricher's kind for a name. What the service says is kept under that name, too,
    so that each value has its source and its day.
    """
    now = desk.clock()
    source = Source(enricher.kind, enricher.kind, (), now, mirror=mirror)
    walk = _Walk(desk.store, enricher, desk.clock, max(limit, 1))
    state = _get_state(desk.store, enricher.kind)
    if walk.find(state.cursor, 1).papers:
        return _Run(desk, walk, source, STREAM).run()
    due = now + STREAM.every
    with desk.store.write() as transaction:
        transaction.put_stream(replace(state, due_at=due, tried_at=now, good_at=now))
    title, outcome = STREAM.title, Outcome.UNCHANGED
    return StreamReport(source.name, STREAM.name, title, outcome, now, now, next_at=due)


def find_services(states: Iterable[StreamState]) -> set[str]:
    """Which of these names are of services: their stream stays, and nobody follows them."""
    return {state.source for state in states if state.stream == STREAM.name}


def _get_state(store: Store, name: str) -> StreamState:
    states = (state for state in store.get_streams() if state.source == name)
    return next(states, StreamState(name, STREAM.name))


class _Run(StreamRun):
    """A run of a service, which is no source that could be blocked and resumed: once it refuses,
    the client asks it nothing more."""

    def _refuse(self, error: SourceRefusedError) -> str:
        return str(error)

    def _is_same(self, current: Source | None) -> bool:
        return True  # nobody changes a service


class _Part(NamedTuple):
    """The next papers of a round: work numbers with identifiers, and when the round began."""

    papers: Sequence[tuple[int, Identifier]]
    began: datetime

    @property
    def ids(self) -> list[Identifier]:
        return [identifier for _, identifier in self.papers]

    def cursor(self) -> str:
        """Where to go on after these."""
        number = self.papers[-1][0] if self.papers else 0
        return f"{number} {self.began.isoformat()}"


@dataclass(slots=True)
class _Walk:
    """An enricher as a fetcher, whose cursor is the last work asked about."""

    store: Store
    enricher: Enricher
    clock: Clock
    left: int
    part: _Part = _Part((), datetime.min.replace(tzinfo=UTC))
    trouble: Trouble | None = None

    def find(self, cursor: str | None, limit: int) -> _Part:
        """The papers after a cursor; at the end of a round, those of the next one in its time."""
        now = self.clock()
        number, _, text = (cursor or "0").partition(" ")
        began = datetime.fromisoformat(text) if text else now
        schemes = self.enricher.schemes
        papers = self.store.find_enrichable(schemes, after=int(number), limit=limit)
        if not papers and now - began >= ROUND:
            began = now
            papers = self.store.find_enrichable(schemes, after=0, limit=limit)
        return _Part(papers, began)

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        """A request that the service finds wrong is passed over, so that papers that it cannot be
        asked about do not hold up all the others; the trouble stands until it answers one."""
        self.part = self.find(cursor, min(self.enricher.size, self.left))
        self.trouble = None
        try:
            raw = self.enricher.fetch(self.part.ids, web, mirror=source.mirror)
        except SourceRequestError as error:
            if error.status not in (400, 404, 414, 422):
                raise
            self.trouble = Trouble(str(error))
            return Raw(stream.name, cursor, Answer("", 404, {}, b"", self.clock()))
        return raw._replace(stream=stream.name, cursor=cursor)

    def parse(self, source: Source, raw: Raw) -> Batch:
        batch = Batch() if self.trouble else self.enricher.parse(self.part.ids, raw)
        self.left -= len(self.part.papers)
        cursor = self.part.cursor()
        further = bool(self.find(cursor, 1).papers)
        return replace(
            batch,
            cursor=cursor,
            more=further and self.left > 0,
            again=raw.answer.at + PART if further else None,
            trouble=self.trouble or batch.trouble,
        )
