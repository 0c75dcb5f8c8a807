"""Live sources as a person sees them: follow, pause, try, sync, and the receipts of it all.

`Library.newsroom` gives it. Every verb returns value objects of `sources`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from broadsheet import ids, receipts, schedule
from broadsheet.batch import Noting
from broadsheet.enrich import find_services
from broadsheet.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from broadsheet.fetching import Fetching, Wires
from broadsheet.model import Record, Work
from broadsheet.ports import Almanac, Connector, Index, Progress, Store, silent
from broadsheet.sources import (
    Receipt,
    RejectedItem,
    Series,
    Source,
    SourceStatus,
    StreamReport,
    StreamState,
    SyncReport,
    Trial,
)


class Newsroom:
    """Follows sources and keeps their receipts."""

    def __init__(self, store: Store, index: Index, wires: Wires) -> None:
        self._store = store
        self._index = index
        self._wires = wires
        self._fetching = Fetching(store, index, wires)

    def close(self) -> None:
        """Release connections."""
        self._wires.web.close()

    # --- Sources ------------------------------------------------------------------------------

    def add_source(
        self, kind: str, targets: Sequence[str], *, since: date | None = None, mirror: str = ""
    ) -> Source:
        """Follow something new, or more of a source that is followed already.

        Raises InvalidInputError, ForbiddenAddressError for a private address, or ConflictError
        when all of it is followed already.
        """
        connector = self._wires.find_connector(kind)
        now = self._wires.clock()
        asked = connector.configure(targets, since=since, mirror=mirror, now=now)
        for address in (asked.mirror, *asked.targets):
            if address.startswith(("http://", "https://")):
                self._wires.web.check(address)
        known = {source.name: source for source in self._store.get_sources()}
        same = [each for each in known.values() if each.kind == kind]
        for old in same:
            if connector.several and old.mirror == asked.mirror:
                return self._extend(connector, old.name, asked, since)
            if old.targets == asked.targets and old.mirror == asked.mirror:
                raise ConflictError(f"{old.name} is followed already.")
        source = replace(asked, name=_make_unique(asked.name, known))
        with self._store.write() as transaction:
            transaction.put_source(source)
        return source

    def _extend(self, connector: Connector, name: str, asked: Source, since: date | None) -> Source:
        with self._store.write() as transaction:
            old = _require(transaction.get_source(name), name)
            more = [target for target in asked.targets if target not in old.targets]
            first = min((day for day in (since, old.since) if day), default=None)
            if not more and first == old.since:
                raise ConflictError(f"{old.name} follows {', '.join(old.targets)} already.")
            source = replace(old, targets=(*old.targets, *more), since=first)
            transaction.put_source(source)
            if first != old.since:  # what lies before has to be asked for: from the beginning
                for stream in connector.streams(source):
                    transaction.put_stream(StreamState(source.name, stream.name))
        return source

    def get_source(self, name: str) -> Source:
        """A source by name. Raises NotFoundError."""
        return _require(self._store.get_source(name), name)

    def pause(self, name: str) -> Source:
        """Ask nothing of a source until it is resumed. Raises NotFoundError."""
        return self._change(name, paused=True)

    def resume(self, name: str) -> Source:
        """Go on with a source that was paused, or that refused. Raises NotFoundError.

        Others that the same refusal has blocked go on, too.
        """
        if place := self.get_source(name).blocked_place:
            self._wires.web.release(place)
            for other in self._store.get_sources():
                if other.blocked_place == place:
                    self._forgive(other.name)
        self._forgive(name)
        return self._change(name, paused=False)

    def _forgive(self, name: str) -> None:
        """Ask a source at once, whatever its trouble was."""
        self._change(name, blocked="", blocked_place="")
        with self._store.write() as transaction:
            for state in self._store.get_streams(name):
                if state.trouble:
                    fresh = StreamState(
                        name,
                        state.stream,
                        state.cursor,
                        tried_at=state.tried_at,
                        good_at=state.good_at,
                    )
                    transaction.put_stream(fresh)

    def remove(self, name: str) -> Source:
        """Follow a source no longer; its papers and receipts stay. Raises NotFoundError."""
        with self._store.write() as transaction:
            source = _require(transaction.get_source(name), name)
            transaction.drop_source(name)
        return source

    def _change(self, name: str, **facts: Any) -> Source:
        """Change facts of a source as it is now, whatever else has changed of it meanwhile."""
        with self._store.write() as transaction:
            source = replace(_require(transaction.get_source(name), name), **facts)
            transaction.put_source(source)
        return source

    # --- Fetching -----------------------------------------------------------------------------

    def test(self, name: str) -> Iterator[Trial]:
        """Ask each stream of a source once and say what came, keeping nothing."""
        return self._fetching.test(self.get_source(name))

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
        sources = chosen or self._store.get_sources()
        reports = []
        for report in self._fetching.sync(sources, bool(chosen), progress, stopping):
            reports.append(report)
            tell(report)
        return SyncReport(tuple(reports))

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

        With `again`, a person says that it may be asked although it refused. Raises
        InvalidInputError when the service is unknown or lacks its key.
        """
        known = {each.kind: each for each in self._wires.enrichers()}
        if (enricher := known.get(kind)) is None:
            raise InvalidInputError(f"There is no service {kind}; there are {', '.join(known)}.")
        if missing := enricher.ready():
            raise InvalidInputError(missing)
        if again:
            self._wires.web.release(kind)
        return self._fetching.enrich(enricher, limit, progress, stopping)

    def fetch(
        self,
        references: Sequence[str],
        *,
        progress: Progress = silent,
        note: Noting | None = None,
    ) -> Sequence[Record]:
        """Bring in single papers by arXiv id or address; with "v2" at its end, that version.

        `note` is told, in the transaction that keeps them, which of them are new here. Returns the
        records that came. Raises InvalidInputError for what is no arXiv id, and SourceError.
        """
        keys = [_arxiv_key(reference) for reference in references]
        known = [each for each in self._store.get_sources() if each.kind == "arxiv"]
        source = known[0] if known else Source("arxiv", "arxiv", (), self._wires.clock())
        return self._fetching.fetch(source, keys, progress, note)

    # --- Schedule -----------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When something is due next; None when nothing is followed."""
        states = self._store.get_streams()
        moments = [self._next_of(source, states) for source in self._store.get_sources()]
        return min((moment for moment in moments if moment), default=None)

    def _next_of(self, source: Source, states: Sequence[StreamState]) -> datetime | None:
        streams = self._wires.streams_of(source)
        now = self._wires.clock()
        return schedule.next_due(source, streams, schedule.states_of(source, states), now)

    # --- Receipts -----------------------------------------------------------------------------

    def get_status(self) -> tuple[SourceStatus, ...]:
        """All sources, and how they stand."""
        states, items = self._store.get_streams(), self._store.count_items()
        return tuple(self._describe(source, states, items) for source in self._store.get_sources())

    def _describe(
        self, source: Source, states: Sequence[StreamState], items: Mapping[str, int]
    ) -> SourceStatus:
        streams = self._wires.streams_of(source)
        known = schedule.states_of(source, states)
        mine = tuple(known[stream.name] for stream in streams if stream.name in known)
        return SourceStatus(
            source=source,
            streams=mine,
            items=items.get(source.name, 0),
            trouble=self._trouble_of(source, mine),
            good_at=schedule.last_good(streams, known),
            next_at=self._next_of(source, states),
        )

    def _trouble_of(self, source: Source, states: Sequence[StreamState]) -> str:
        if source.kind not in self._wires.connectors:
            return f"The connector for {source.kind} is not installed any more."
        return source.blocked or next((state.trouble for state in states if state.trouble), "")

    def get_receipts(self, first: date, last: date, *, source: str = "") -> tuple[Receipt, ...]:
        """The receipts of these days, both included, of one source or all."""
        if source:
            self.get_source(source)
        sources = [s for s in self._store.get_sources() if source in ("", s.name)]
        tallies = self._store.get_tallies(receipts.look_back(first), last, source=source)
        services = find_services(self._store.get_streams()) - {each.name for each in sources}
        until = receipts.look_ahead(last)
        return receipts.write_receipts(
            [tally for tally in tallies if tally.source not in services],
            sources=sources,
            streams=[state for each in sources for state in self._stand_of(each)],
            reports=self._store.get_reports(source=source, first=first, last=until),
            rejections=self._store.get_rejections(first, last, source=source),
            missing=self._store.get_missing,
            quiet=self._quiet,
            doubt=self._doubt,
            daily=self._is_daily,
            first=first,
            last=last,
            now=self._wires.clock(),
        )

    def _stand_of(self, source: Source) -> list[StreamState]:
        """How a source's streams stand; one that was never asked stands at its beginning."""
        known = schedule.states_of(source, self._store.get_streams(source.name))
        return [
            known.get(stream.name, StreamState(source.name, stream.name))
            for stream in self._wires.streams_of(source)
        ]

    def summarise(self, found: Sequence[Receipt]) -> str:
        """A day in one sentence, over all the sources and categories of these receipts."""
        return receipts.summarise(found)

    def _quiet(self, source: Source, day: date) -> str:
        connector = self._wires.connectors.get(source.kind)
        return connector.quiet(source, day) if connector else ""

    def _doubt(self, source: Source, day: date) -> str:
        connector = self._wires.connectors.get(source.kind)
        return connector.doubt(day) if isinstance(connector, Almanac) else ""

    def _is_daily(self, source: Source) -> bool:
        connector = self._wires.connectors.get(source.kind)
        return connector.daily if connector else False

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


def _require(source: Source | None, name: str) -> Source:
    if source is None:
        raise NotFoundError("source", name)
    return source


def _arxiv_key(reference: str) -> str:
    if (found := ids.parse_arxiv(reference)) is None:
        raise InvalidInputError(
            f"{reference!r} is no arXiv id; 2401.00001 or 2401.00001v2 would be."
        )
    identifier, version = found
    return f"{identifier.value}v{version}" if version else identifier.value


def _make_unique(name: str, taken: Mapping[str, Source]) -> str:
    candidates = (name if n == 1 else f"{name}-{n}" for n in range(1, len(taken) + 2))
    return next(each for each in candidates if each not in taken)
