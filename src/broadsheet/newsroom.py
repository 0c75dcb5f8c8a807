"""Live sources as a person sees them: follow, pause, try, sync, and the receipts of it all.

`Library.newsroom` gives it. Every verb returns value objects of `sources`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from broadsheet import receipts, schedule
from broadsheet.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SourceError,
    StorageBusyError,
)
from broadsheet.follow import following
from broadsheet.model import Work
from broadsheet.ports import Connector, Enricher, Index, Progress, Store, Web, silent
from broadsheet.sources import (
    Batch,
    Outcome,
    Receipt,
    RejectedItem,
    Series,
    Source,
    SourceStatus,
    Stream,
    StreamReport,
    StreamState,
    SyncReport,
    Trial,
)
from broadsheet.sync import Clock, Desk, StreamRun

Hold = Callable[[str], AbstractContextManager[None]]
"""Holds a name for a block, across processes; raises StorageBusyError when it is taken."""

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Wires:
    """What a newsroom is connected to."""

    connectors: Mapping[str, Connector]
    enrichers: Callable[[], Sequence[Enricher]]
    web: Web
    hold: Hold
    clock: Clock
    sleep: Callable[[float], None]


class Newsroom:
    """Follows sources and keeps their receipts."""

    def __init__(self, store: Store, index: Index, wires: Wires) -> None:
        self._store = store
        self._index = index
        self._wires = wires

    def close(self) -> None:
        """Release connections."""
        self._wires.web.close()

    # --- Sources ------------------------------------------------------------------------------

    def kinds(self) -> Mapping[str, str]:
        """The kinds of sources that can be followed, each with a line on what it is."""
        return {kind: each.summary for kind, each in self._wires.connectors.items()}

    def services(self) -> Mapping[str, str]:
        """What can be asked about papers that are here, each with a line on what it knows."""
        return {each.kind: each.summary for each in self._wires.enrichers()}

    def add_source(
        self, kind: str, targets: Sequence[str], *, since: date | None = None, mirror: str = ""
    ) -> Source:
        """Follow something new, or more of a source that is followed already.

        Raises InvalidInputError, or ConflictError when all of it is followed already.
        """
        connector = self._find_connector(kind)
        now = self._wires.clock()
        asked = connector.configure(targets, since=since, mirror=mirror, now=now)
        known = {source.name: source for source in self._store.get_sources()}
        same = [each for each in known.values() if each.kind == kind]
        for old in same:
            if connector.several and old.mirror == asked.mirror:
                return self._extend(connector, old, asked, since)
            if old.targets == asked.targets and old.mirror == asked.mirror:
                raise ConflictError(f"{old.name} is followed already.")
        source = replace(asked, name=_make_unique(asked.name, known))
        with self._store.write() as transaction:
            transaction.put_source(source)
        return source

    def _extend(
        self, connector: Connector, old: Source, asked: Source, since: date | None
    ) -> Source:
        more = [target for target in asked.targets if target not in old.targets]
        first = min((day for day in (since, old.since) if day), default=None)
        if not more and first == old.since:
            raise ConflictError(f"{old.name} follows {', '.join(old.targets)} already.")
        source = replace(old, targets=(*old.targets, *more), since=first)
        with self._store.write() as transaction:
            transaction.put_source(source)
            if first != old.since:  # what lies before has to be asked for: from the beginning
                for stream in connector.streams(source):
                    transaction.put_stream(StreamState(source.name, stream.name))
        return source

    def get_source(self, name: str) -> Source:
        """A source by name. Raises NotFoundError."""
        for source in self._store.get_sources():
            if source.name == name:
                return source
        raise NotFoundError("source", name)

    def pause(self, name: str) -> Source:
        """Ask nothing of a source until it is resumed. Raises NotFoundError."""
        return self._put(replace(self.get_source(name), paused=True))

    def resume(self, name: str) -> Source:
        """Go on with a source that was paused, or that refused. Raises NotFoundError."""
        source = self.get_source(name)
        if source.blocked_place:
            self._wires.web.release(source.blocked_place)
        for state in self._store.get_streams():
            if state.source == name and state.trouble:
                with self._store.write() as transaction:
                    transaction.put_stream(replace(state, due_at=None))
        return self._put(replace(source, paused=False, blocked="", blocked_place=""))

    def remove(self, name: str) -> Source:
        """Follow a source no longer; its papers and receipts stay. Raises NotFoundError."""
        source = self.get_source(name)
        with self._store.write() as transaction:
            transaction.drop_source(name)
        return source

    def _put(self, source: Source) -> Source:
        with self._store.write() as transaction:
            transaction.put_source(source)
        return source

    # --- Fetching -----------------------------------------------------------------------------

    def test(self, name: str) -> Iterator[Trial]:
        """Ask each stream of a source once and say what came, keeping nothing."""
        source = self.get_source(name)
        connector = self._find_connector(source.kind)
        for stream in connector.streams(source):
            if not stream.needs:
                yield self._try(connector, source, stream)

    def _try(self, connector: Connector, source: Source, stream: Stream) -> Trial:
        try:
            raw = connector.fetch(source, stream, None, self._wires.web)
            batch: Batch = connector.parse(source, raw)
        except SourceError as error:
            return Trial(stream.title, trouble=str(error))
        return Trial(
            stream.title,
            url=raw.answer.url,
            records=len(batch.records),
            rejected=len(batch.rejected),
            examples=tuple(record.title for record in batch.records[:EXAMPLES]),
            trouble=batch.trouble,
        )

    def sync(
        self,
        names: Iterable[str] = (),
        *,
        progress: Progress = silent,
        stopping: Callable[[], bool] = lambda: False,
        tell: Callable[[StreamReport], None] = lambda report: None,
    ) -> SyncReport:
        """Fetch what is due, or, of the sources named, everything that may be asked.

        `tell` hears of each stream as it ends. One process at a time asks a source. Raises
        NotFoundError for a name that is none.
        """
        chosen = [self.get_source(name) for name in names]
        reports: list[StreamReport] = []
        for source in chosen or self._store.get_sources():
            if stopping():
                break
            if source.paused or source.blocked:
                continue
            try:
                with self._wires.hold(source.name):
                    for report in self._sync_source(source, bool(chosen), progress, stopping):
                        reports.append(report)
                        tell(report)
            except StorageBusyError:
                continue  # another process is asking it
        return SyncReport(tuple(reports))

    def _sync_source(
        self, source: Source, asked: bool, progress: Progress, stopping: Callable[[], bool]
    ) -> Iterator[StreamReport]:
        connector = self._find_connector(source.kind)
        for stream in connector.streams(source):
            if stopping() or not self._may_ask(source, stream, asked):
                continue
            with self._desk(progress, stopping) as desk:
                report = StreamRun(desk, connector, source, stream).run()
            yield report
            if report.outcome is Outcome.REFUSED:
                break

    @contextmanager
    def _desk(self, progress: Progress, stopping: Callable[[], bool]) -> Iterator[Desk]:
        """A desk to run a stream at; the index follows what it brings."""
        wires = self._wires
        with following(self._store, self._index, progress) as follower:
            yield Desk(
                self._store, follower, wires.web, wires.clock, wires.sleep, progress, stopping
            )

    def enrich(
        self,
        kind: str,
        *,
        limit: int = 500,
        again: bool = False,
        progress: Progress = silent,
        stopping: Callable[[], bool] = lambda: False,
    ) -> StreamReport:
        """Ask a service about papers that are here, the next `limit` of them.

        With `again`, a person says that it may be asked although it refused.
        Raises InvalidInputError when the service is unknown or lacks its key.
        """
        known = {each.kind: each for each in self._wires.enrichers()}
        if (enricher := known.get(kind)) is None:
            raise InvalidInputError(f"There is no service {kind}; there are {', '.join(known)}.")
        if missing := enricher.ready():
            raise InvalidInputError(missing)
        if again:
            self._wires.web.release(kind)
        from broadsheet.enrich import enrich

        with self._wires.hold(kind), self._desk(progress, stopping) as desk:
            return enrich(desk, enricher, limit=limit)

    # --- Schedule -----------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When something is due next; None when nothing is followed."""
        states = self._store.get_streams()
        moments = [self._next_of(source, states) for source in self._store.get_sources()]
        return min((moment for moment in moments if moment), default=None)

    def _next_of(self, source: Source, states: Sequence[StreamState]) -> datetime | None:
        streams = self._find_connector(source.kind).streams(source)
        now = self._wires.clock()
        return schedule.next_due(source, streams, schedule.states_of(source, states), now)

    def _may_ask(self, source: Source, stream: Stream, asked: bool) -> bool:
        states = schedule.states_of(source, self._store.get_streams())
        return schedule.may_ask(stream, states, self._wires.clock(), asked=asked)

    # --- Receipts -----------------------------------------------------------------------------

    def get_status(self) -> tuple[SourceStatus, ...]:
        """All sources, and how they stand."""
        states, items = self._store.get_streams(), self._store.count_items()
        return tuple(self._describe(source, states, items) for source in self._store.get_sources())

    def _describe(
        self, source: Source, states: Sequence[StreamState], items: Mapping[str, int]
    ) -> SourceStatus:
        streams = self._find_connector(source.kind).streams(source)
        known = schedule.states_of(source, states)
        mine = tuple(known[stream.name] for stream in streams if stream.name in known)
        return SourceStatus(
            source=source,
            streams=mine,
            items=items.get(source.name, 0),
            trouble=source.blocked or next((s.trouble for s in mine if s.trouble), ""),
            good_at=schedule.last_good(streams, known),
            next_at=self._next_of(source, states),
        )

    def get_receipts(self, first: date, last: date, *, source: str = "") -> tuple[Receipt, ...]:
        """The receipts of these days, both included, of one source or all."""
        if source:
            self.get_source(source)
        sources = [s for s in self._store.get_sources() if source in ("", s.name)]
        return receipts.write_receipts(
            self._store.get_tallies(receipts.look_back(first), last, source=source),
            sources=sources,
            streams=self._store.get_streams(),
            reports=self._store.get_reports(source=source, first=first, last=last),
            rejections=self._store.get_rejections(first, last, source=source),
            missing=self._store.get_missing,
            quiet=self._quiet,
            first=first,
            last=last,
            now=self._wires.clock(),
        )

    def summarise(self, found: Sequence[Receipt]) -> str:
        """A day in one sentence, over all the sources and categories of these receipts."""
        return receipts.summarise(found)

    def _quiet(self, source: Source, day: date) -> str:
        return self._find_connector(source.kind).quiet(source, day)

    def get_reports(
        self, *, source: str = "", first: date | None = None, last: date | None = None
    ) -> Sequence[StreamReport]:
        """The journal of runs, newest first."""
        return self._store.get_reports(source=source, first=first, last=last)

    def get_rejections(
        self, first: date, last: date, *, source: str = ""
    ) -> Sequence[RejectedItem]:
        """What could not go in on these days, oldest first."""
        return self._store.get_rejections(first, last, source=source)

    def get_series(self, work: Work | int) -> Series:
        """The numbers that sources showed beside a paper, over time."""
        return self._store.get_series(work if isinstance(work, int) else work.id)

    def now(self) -> datetime:
        """The moment that it is."""
        return self._wires.clock()

    def today(self) -> date:
        """The day that it is, in UTC."""
        return self._wires.clock().date()

    def _find_connector(self, kind: str) -> Connector:
        if kind in self._wires.connectors:
            return self._wires.connectors[kind]
        kinds = ", ".join(self._wires.connectors)
        raise InvalidInputError(f"There is no kind of source {kind!r}; there are {kinds}.")


def _make_unique(name: str, taken: Mapping[str, Source]) -> str:
    candidates = (name if n == 1 else f"{name}-{n}" for n in range(1, len(taken) + 2))
    return next(each for each in candidates if each not in taken)
