"""One stream of a live source into the library, from where it was to its end.

    fetch -> parse -> [ records, cursor, announcements, measures ] in one transaction -> again

Nothing is acknowledged before its transaction has been kept, and the cursor is kept with the
records, so a run that is killed at any moment goes on where it was. A source that asks for
patience in the middle of a run gets it; otherwise the stream is tried again later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from broadsheet.batch import BatchResult
from broadsheet.errors import (
    ConflictError,
    SourceBrokenError,
    SourceBusyError,
    SourceError,
    SourceRefusedError,
)
from broadsheet.follow import Follower
from broadsheet.intake import keep_batch
from broadsheet.ports import Fetcher, Progress, Repairer, Store, Transaction, Web
from broadsheet.sources import (
    Batch,
    Item,
    Outcome,
    Raw,
    Rejected,
    Source,
    Stream,
    StreamReport,
    StreamState,
    Trouble,
)

Clock = Callable[[], datetime]
PATIENCE = timedelta(minutes=15)
"""As long as a run waits for a source that it has had something from already."""

PAUSES = (2.0, 10.0, 30.0)
"""Seconds before an answer that could not be understood is asked for again."""

FIRST_DELAY = timedelta(minutes=10)
LONGEST_DELAY = timedelta(hours=6)
SLICE = 1.0
MISTAKES = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError)
"""What a connector of somebody else's raises where it should have refused an answer in words."""


class Stopped(Exception):
    """The person, or the end of the server, stops the run; what was kept is kept."""


@dataclass(slots=True)
class Desk:
    """What a run works with."""

    store: Store
    follower: Follower
    web: Web
    clock: Clock
    sleep: Callable[[float], None]
    progress: Progress
    stopping: Callable[[], bool]

    def wait(self, until: datetime, why: str) -> None:
        """Sleep, in slices, as long as it is now until then. Raises Stopped."""
        left = (until - self.clock()).total_seconds()  # not asked again: clocks are set back
        while left > 0:
            if self.stopping():
                raise Stopped
            self.progress(why, 0, None)
            self.sleep(min(left, SLICE))
            left -= SLICE


@dataclass(slots=True)
class _Tally:
    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, result: BatchResult) -> None:
        for name in ("added", "updated", "unchanged"):
            self.counts[name] += getattr(result, name)


class StreamRun:
    """One run of one stream; use once."""

    def __init__(self, desk: Desk, connector: Fetcher, source: Source, stream: Stream) -> None:
        self._desk = desk
        self._connector = connector
        self._source = source
        self._stream = stream
        self._label = f"{source.name}: {stream.title}"
        self._tally = _Tally()
        self._began = desk.clock()
        self._requests = desk.web.requests
        self._state = StreamState(source.name, stream.name)

    def run(self) -> StreamReport:
        """Ask until the stream has nothing more; what happened is in the journal, too."""
        with self._desk.store.write() as transaction:  # nothing is asked that could not be kept
            state = transaction.get_stream(self._source.name, self._stream.name)
            self._state = state or self._state
        try:
            last = self._run_pages()
        except SourceRefusedError as error:
            return self._end(Outcome.REFUSED, Trouble(self._refuse(error)), None)
        except SourceBusyError as error:
            return self._fail(Outcome.WAITING, str(error), error.retry_at)
        except SourceError as error:
            return self._fail(Outcome.BROKEN, str(error), None)
        except ConflictError as error:
            return self._report(Outcome.BUSY, Trouble(str(error)), None)
        except Stopped:
            return self._report(Outcome.STOPPED, None, None)
        except KeyboardInterrupt:
            self._report(Outcome.STOPPED, None, None)  # the journal tells of it, too
            raise
        changed = self._tally.counts["added"] + self._tally.counts["updated"] > 0
        due = last.again or self._desk.clock() + self._stream.every
        return self._end(Outcome.DONE if changed else Outcome.UNCHANGED, last.trouble, due)

    # --- Asking -------------------------------------------------------------------------------

    def _run_pages(self) -> Batch:
        """The last page, with the first trouble that any of them told."""
        trouble: Trouble | None = None
        while True:
            batch = self._take_page()
            trouble = trouble or batch.trouble
            if not batch.more:
                return replace(batch, trouble=trouble)
            if self._desk.stopping():
                raise Stopped

    def _take_page(self) -> Batch:
        """The next page, understood and kept."""
        raw, batch = self._ask(
            lambda: self._connector.fetch(
                self._source, self._stream, self._state.cursor, self._desk.web
            )
        )
        self._keep(raw, batch)
        self._tell(batch.total)
        if batch.listed:
            self._repair(batch.listed)
        self._move(batch)
        return batch

    def _ask(self, fetch: Callable[[], Raw]) -> tuple[Raw, Batch]:
        """Fetch and parse, again where that may help."""
        pauses = iter(PAUSES)
        while True:
            try:
                return self._understand(fetch)
            except SourceBusyError as error:
                self._be_patient(error)
            except SourceBrokenError as error:
                if (pause := next(pauses, None)) is None:
                    raise
                until = self._desk.clock() + timedelta(seconds=pause)
                self._desk.wait(until, f"{self._label}: asking again ({error})")

    def _understand(self, fetch: Callable[[], Raw]) -> tuple[Raw, Batch]:
        try:
            raw = fetch()
            return raw, self._connector.parse(self._source, raw)
        except MISTAKES as error:
            raise SourceBrokenError(
                f"The connector for {self._source.kind} made a mistake: {error!r}."
            ) from error

    def _be_patient(self, error: SourceBusyError) -> None:
        """Wait in the middle of a run; at its beginning there are other sources to see to."""
        now = self._desk.clock()
        until = error.retry_at or now + FIRST_DELAY
        if not self._tally.kept or until - now > PATIENCE:
            raise error
        self._note(str(error), until)
        self._desk.wait(until, f"{self._label}: {error}")

    def _note(self, trouble: str, due: datetime) -> None:
        """Let others see meanwhile what the run waits for."""
        since = self._state.trouble_since or self._desk.clock()
        waiting = replace(
            self._state, due_at=due, trouble_since=since, **self._describe(Trouble(trouble))
        )
        with self._desk.store.write() as transaction:
            self._require_ours(transaction)
            transaction.put_stream(waiting)

    # --- Keeping ------------------------------------------------------------------------------

    def _keep(self, raw: Raw, batch: Batch) -> None:
        """One transaction: all that the page says. The cursor moves on in it, too, unless papers
        that the page only names have to be fetched first."""
        now = self._desk.clock()
        with self._desk.store.write() as transaction:
            self._require_ours(transaction)
            result = keep_batch(
                transaction, self._source, batch, page=raw.answer.url, at=raw.answer.at, now=now
            )
            if not batch.listed:
                self._state = replace(self._state, cursor=batch.cursor, tried_at=now)
                transaction.put_stream(self._state)
        self._desk.follower.offer(result.works, result.position)
        self._tally.add(result)
        self._tally.counts["rejected"] += len(batch.rejected)
        self._tally.kept += 1

    def _require_ours(self, transaction: Transaction) -> None:
        """Raises ConflictError when the source or the cursor is not what this run began with."""
        if not self._is_same(transaction.get_source(self._source.name)):
            raise ConflictError(f"{self._source.name} was changed while it was asked.")
        state = transaction.get_stream(self._source.name, self._stream.name)
        if (state.cursor if state else None) != self._state.cursor:
            raise ConflictError(f"Another process has moved {self._label} on meanwhile.")

    def _is_same(self, current: Source | None) -> bool:
        """Whether the source is still what is being asked; paused or blocked is for the next."""
        mine = self._source
        return current is not None and (
            (current.added_at, current.targets, current.since, current.mirror)
            == (mine.added_at, mine.targets, mine.since, mine.mirror)
        )

    def _move(self, batch: Batch) -> None:
        """Move the cursor past a page of names, now that what was missing of them is here."""
        if batch.listed:
            with self._desk.store.write() as transaction:
                self._require_ours(transaction)
                now = self._desk.clock()
                self._state = replace(self._state, cursor=batch.cursor, tried_at=now)
                transaction.put_stream(self._state)

    def _tell(self, total: int | None) -> None:
        done = sum(self._tally.counts[name] for name in ("added", "updated", "unchanged"))
        self._desk.progress(self._label, done, None if total is None else max(total, done))

    # --- Repairing ----------------------------------------------------------------------------

    def _repair(self, listed: Sequence[Item]) -> None:
        """Fetch what the source names and we do not have, or have in an older state."""
        connector = self._connector
        wanted = self._find_wanted(listed)
        if not wanted or not isinstance(connector, Repairer):
            return
        for chunk in _in_chunks(wanted, connector.repair_size):
            if self._desk.stopping():
                raise Stopped
            keys = [item.key for item in chunk]
            raw, batch = self._ask(
                lambda keys=keys: connector.fetch_items(  # type: ignore[misc]
                    self._source, keys, self._desk.web
                )
            )
            self._keep_repaired(raw, batch, chunk)

    def _find_wanted(self, listed: Sequence[Item]) -> list[Item]:
        with self._desk.store.write() as transaction:
            known = transaction.find_items(self._source.name, [item.key for item in listed])
        return [
            item
            for item in listed
            if (here := known.get(item.key)) is None
            or here.stamp < item.stamp
            or here.version < item.version
        ]

    def _keep_repaired(self, raw: Raw, batch: Batch, wanted: Sequence[Item]) -> None:
        """Keep what came, with the stamps that the sweep told; name what did not come."""
        came = {record.key: record.version or 0 for record in batch.records}
        items = [
            Item(item.key, max(item.version, came[item.key]), item.stamp)
            for item in wanted
            if item.key in came
        ]
        absent = [
            Rejected(item.key, "the source lists it and does not give it when asked")
            for item in wanted
            if item.key not in came
        ]
        batch = replace(batch, items=tuple(items), rejected=(*batch.rejected, *absent))
        self._keep(raw, replace(batch, cursor=self._state.cursor))
        self._tally.counts["repaired"] += len(came)

    # --- Ending -------------------------------------------------------------------------------

    def _refuse(self, error: SourceRefusedError) -> str:
        with self._desk.store.write() as transaction:
            if current := transaction.get_source(self._source.name):
                blocked = replace(current, blocked=str(error), blocked_place=error.place)
                transaction.put_source(blocked)
        return str(error)

    def _fail(self, outcome: Outcome, trouble: str, retry_at: datetime | None) -> StreamReport:
        failures = self._state.failures + 1
        delay = min(FIRST_DELAY * 2 ** min(failures - 1, 10), LONGEST_DELAY)
        self._state = replace(self._state, failures=failures)
        return self._end(outcome, Trouble(trouble), retry_at or self._desk.clock() + delay)

    def _end(self, outcome: Outcome, trouble: Trouble | None, due: datetime | None) -> StreamReport:
        """Note how the stream stands, for the schedule and the receipts."""
        now = self._desk.clock()
        good = outcome in (Outcome.DONE, Outcome.UNCHANGED)
        since = (self._state.trouble_since or self._began) if trouble else None
        self._state = replace(
            self._state,
            due_at=due,
            tried_at=now,
            good_at=now if good and not trouble else self._state.good_at,
            failures=0 if good else self._state.failures,
            trouble_since=since,
            **self._describe(trouble),
        )
        return self._report(outcome, trouble, due, state=self._state)

    def _report(
        self,
        outcome: Outcome,
        trouble: Trouble | None,
        due: datetime | None,
        state: StreamState | None = None,
    ) -> StreamReport:
        report = StreamReport(
            source=self._source.name,
            stream=self._stream.name,
            title=self._stream.title,
            outcome=outcome,
            began_at=self._began,
            ended_at=self._desk.clock(),
            requests=self._desk.web.requests - self._requests,
            next_at=due,
            **{
                name: self._tally.counts[name]
                for name in ("added", "updated", "unchanged", "rejected", "repaired")
            }
            | self._describe(trouble),
        )
        with self._desk.store.write() as transaction:
            if state and self._is_same(transaction.get_source(self._source.name)):
                transaction.put_stream(state)
            if report.requests or outcome is not Outcome.WAITING:
                transaction.add_report(report)  # the journal is of attempts
        return report

    def _describe(self, trouble: Trouble | None) -> dict[str, Any]:
        """A trouble as states and reports keep it, of a category of its own or the stream's."""
        said = trouble or Trouble("")
        return {
            "trouble": said.sentence,
            "trouble_category": said.category or (self._stream.category if trouble else ""),
            "trouble_day": said.day,
            "stale": said.stale,
        }


def _in_chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
