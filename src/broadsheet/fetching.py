"""Asking live sources, one after another: those that are due, single papers, and services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from broadsheet import schedule
from broadsheet.enrich import enrich
from broadsheet.errors import InvalidInputError, SourceError, StorageBusyError
from broadsheet.follow import following
from broadsheet.intake import keep_batch
from broadsheet.model import Record
from broadsheet.ports import Connector, Enricher, Index, Progress, Repairer, Store, Web
from broadsheet.sources import Outcome, Source, Stream, StreamReport, Trial
from broadsheet.sync import Clock, Desk, StreamRun

Hold = Callable[[str], AbstractContextManager[None]]
"""Holds a name for a block, across processes; raises StorageBusyError when it is taken."""

Stopping = Callable[[], bool]
EXAMPLES = 3
TURN = timedelta(minutes=5)
"""As long as one stream may go on while other sources wait."""


@dataclass(frozen=True, slots=True)
class Wires:
    """What a newsroom is connected to."""

    connectors: Mapping[str, Connector]
    enrichers: Callable[[], Sequence[Enricher]]
    web: Web
    hold: Hold
    clock: Clock
    sleep: Callable[[float], None]

    def find_connector(self, kind: str) -> Connector:
        """The connector of a kind. Raises InvalidInputError naming those that there are."""
        if kind in self.connectors:
            return self.connectors[kind]
        kinds = ", ".join(self.connectors)
        raise InvalidInputError(f"There is no kind of source {kind!r}; there are {kinds}.")

    def streams_of(self, source: Source) -> Sequence[Stream]:
        """A source's streams; none where its connector, a plug-in, is gone."""
        connector = self.connectors.get(source.kind)
        return connector.streams(source) if connector else ()


class Fetching:
    """Asks sources for what is due, and single papers; the index follows."""

    def __init__(self, store: Store, index: Index, wires: Wires) -> None:
        self._store = store
        self._index = index
        self._wires = wires

    def sync(
        self, sources: Iterable[Source], asked: bool, progress: Progress, stopping: Stopping
    ) -> Iterator[StreamReport]:
        """Ask what is due; where a person asked for the sources, all that may be asked.

        They take turns: what is stopped because its turn is over goes on when all have had one.
        """
        waiting = list(sources)
        while waiting:
            halted: list[Source] = []
            for report in self._go_round(waiting, asked, progress, stopping):
                if report.outcome is Outcome.STOPPED and not stopping():
                    halted += [each for each in waiting if each.name == report.source]
                yield report
            waiting, asked = list(dict.fromkeys(halted)), False

    def _go_round(
        self, sources: Sequence[Source], asked: bool, progress: Progress, stopping: Stopping
    ) -> Iterator[StreamReport]:
        for source in sources:
            if stopping():
                return
            streams = self._wires.streams_of(source)
            if source.paused or source.blocked:
                continue
            if not any(self._may(source, stream, asked) for stream in streams):
                continue
            with ExitStack() as held:
                try:
                    held.enter_context(self._wires.hold(source.name))
                except StorageBusyError:
                    yield self._left_alone(source)
                    continue
                over = self._end_of_turn(stopping) if len(sources) > 1 else stopping
                yield from self._ask(source, asked, progress, over)

    def _end_of_turn(self, stopping: Stopping) -> Stopping:
        until = self._wires.clock() + TURN
        return lambda: stopping() or self._wires.clock() >= until

    def _ask(
        self, source: Source, asked: bool, progress: Progress, stopping: Stopping
    ) -> Iterator[StreamReport]:
        for stream in self._wires.streams_of(source):
            if stopping() or not self._may(source, stream, asked):
                continue
            with self._desk(progress, stopping) as desk:
                report = StreamRun(desk, self._wires.connectors[source.kind], source, stream).run()
            yield report
            if report.outcome is Outcome.REFUSED:
                return

    def _may(self, source: Source, stream: Stream, asked: bool) -> bool:
        states = schedule.states_of(source, self._store.get_streams())
        return schedule.may_ask(stream, states, self._wires.clock(), asked=asked)

    def _left_alone(self, source: Source) -> StreamReport:
        now = self._wires.clock()
        trouble = f"Another process is asking {source.name}."
        return StreamReport(source.name, "", "", Outcome.BUSY, now, now, trouble=trouble)

    @contextmanager
    def _desk(self, progress: Progress, stopping: Stopping) -> Iterator[Desk]:
        """A desk to run a stream at; the index follows what it brings."""
        wires = self._wires
        with following(self._store, self._index, progress) as follower:
            yield Desk(
                self._store, follower, wires.web, wires.clock, wires.sleep, progress, stopping
            )

    def test(self, source: Source) -> Iterator[Trial]:
        """Ask each stream that follows no other once, keeping nothing."""
        connector = self._wires.find_connector(source.kind)
        for stream in connector.streams(source):
            if not stream.needs:
                yield self._try(connector, source, stream)

    def _try(self, connector: Connector, source: Source, stream: Stream) -> Trial:
        try:
            raw = connector.fetch(source, stream, None, self._wires.web)
            batch = connector.parse(source, raw)
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

    def enrich(
        self, enricher: Enricher, limit: int, progress: Progress, stopping: Stopping
    ) -> StreamReport:
        """Ask a service about the next papers."""
        with self._wires.hold(enricher.kind), self._desk(progress, stopping) as desk:
            return enrich(desk, enricher, limit=limit)

    def fetch(self, source: Source, keys: Sequence[str], progress: Progress) -> Sequence[Record]:
        """Single papers of a source, by its keys; what came."""
        connector = self._wires.find_connector(source.kind)
        if not isinstance(connector, Repairer):
            raise InvalidInputError(f"{source.kind} does not give single papers.")
        came: list[Record] = []
        with following(self._store, self._index, progress) as follower:
            for start in range(0, len(keys), connector.repair_size):
                chunk = keys[start : start + connector.repair_size]
                raw = connector.fetch_items(source, chunk, self._wires.web)
                batch, answer = connector.parse(source, raw), raw.answer
                with self._store.write() as transaction:
                    result = keep_batch(
                        transaction,
                        source,
                        batch,
                        page=answer.url,
                        at=answer.at,
                        now=self._wires.clock(),
                    )
                follower.offer(result.works, result.position)
                came += batch.records
                progress("Fetching", len(came), len(keys))
        return came
