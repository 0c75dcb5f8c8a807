"""Asking live sources, one after another: those that are due, single papers, and services."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from broadsheet import schedule
from broadsheet.batch import Noting
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


@dataclass(slots=True)
class _Turn:
    """A source in one sync: `done` are the streams that have had their run."""

    name: str
    asked: bool
    done: set[str] = field(default_factory=set)


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

        They take turns: who has not come to an end when others wait goes on after them.
        """
        waiting = [_Turn(source.name, asked) for source in sources]
        while waiting:
            left = []
            for turn in waiting:
                if stopping():
                    return
                others = [each for each in waiting if each is not turn]
                over = self._end_of_turn(others, stopping)
                finished = yield from self._take(turn, progress, over)
                if not finished:
                    left.append(turn)
            waiting = left

    def _end_of_turn(self, others: Sequence[_Turn], stopping: Stopping) -> Stopping:
        until = self._wires.clock() + TURN

        def is_over() -> bool:
            late = self._wires.clock() >= until
            return stopping() or (late and any(self._find_due(turn) for turn in others))

        return is_over

    def _find_due(self, turn: _Turn) -> tuple[Source, Stream] | None:
        """What of a source is to be asked next, as the source and the schedule stand now."""
        source = self._store.get_source(turn.name)
        if source is None or source.paused or source.blocked:
            return None
        states, now = self._store.get_streams(turn.name), self._wires.clock()
        known = schedule.states_of(source, states)
        for stream in self._wires.streams_of(source):
            if stream.name not in turn.done and schedule.may_ask(
                stream, known, now, asked=turn.asked
            ):
                return source, stream
        return None

    def _take(
        self, turn: _Turn, progress: Progress, over: Stopping
    ) -> Generator[StreamReport, None, bool]:
        """One turn of a source; whether it has come to an end of all that was to be asked."""
        if self._find_due(turn) is None:
            return True
        with ExitStack() as held:
            try:
                held.enter_context(self._wires.hold(turn.name))
                while found := self._find_due(turn):
                    if over():
                        return False
                    report = self._run(*found, progress, over)
                    yield report
                    if report.outcome is Outcome.STOPPED:
                        return False
                    turn.done.add(report.stream)
            except StorageBusyError as error:
                yield self._left_alone(turn.name, str(error))
        return True

    def _run(
        self, source: Source, stream: Stream, progress: Progress, over: Stopping
    ) -> StreamReport:
        with self._desk(progress, over) as desk:
            return StreamRun(desk, self._wires.connectors[source.kind], source, stream).run()

    def _left_alone(self, name: str, why: str) -> StreamReport:
        now = self._wires.clock()
        return StreamReport(name, "", "", Outcome.BUSY, now, now, trouble=why)

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
            trouble=batch.trouble.sentence if batch.trouble else "",
            more=batch.more,
        )

    def enrich(
        self, enricher: Enricher, limit: int, progress: Progress, stopping: Stopping
    ) -> StreamReport:
        """Ask a service about the next papers."""
        with self._wires.hold(enricher.kind), self._desk(progress, stopping) as desk:
            return enrich(desk, enricher, limit=limit)

    def fetch(
        self,
        source: Source,
        keys: Sequence[str],
        progress: Progress,
        note: Noting | None = None,
    ) -> Sequence[Record]:
        """Single papers of a source, by its keys; what came. `note` is told of what is new here."""
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
                    if note:
                        note(transaction, result.begun)
                follower.offer(result.works, result.position)
                came += batch.records
                progress("Fetching", len(came), len(keys))
        return came
