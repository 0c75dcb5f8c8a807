"""What is known of a source beside its tallies: attempts, troubles and rejections, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from broadsheet.sources import Outcome, RejectedItem, Source, StreamReport, StreamState

_FAILED = frozenset({Outcome.WAITING, Outcome.BROKEN, Outcome.REFUSED})
_SPOKE = frozenset({Outcome.DONE, Outcome.UNCHANGED})


class DayTrouble(NamedTuple):
    """What was wrong with a stream on a day.

    `answered` says that there was an answer that could be understood, `stale` that it was no news,
    `partly` that an earlier attempt of the day succeeded, `lasting` that it is so still.
    """

    sentence: str
    since: datetime
    stale: bool
    answered: bool
    partly: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """A source with its streams, its runs by day, and its rejections by day, none mended.

    `source` is None where it is followed no longer. `daily` says that each of its days has one
    page that does not grow, for every target. `journal` has runs by the day on which they ended,
    `spoken` by the day of which they tell.
    """

    source: Source | None
    name: str
    now: datetime
    daily: bool = False
    states: tuple[StreamState, ...] = ()
    journal: Mapping[date, Sequence[StreamReport]] = field(default_factory=dict)
    spoken: Mapping[date, Sequence[StreamReport]] = field(default_factory=dict)
    rejected: Mapping[date, Sequence[RejectedItem]] = field(default_factory=dict)

    @property
    def next_at(self) -> datetime | None:
        """When it is asked next; None where it is not."""
        if self.source is None or self.source.paused or self.source.blocked:
            return None
        return min((state.due_at or self.now for state in self.states), default=self.now)

    @property
    def good_at(self) -> datetime | None:
        """The oldest of the streams' last good ends; None until all have come to one."""
        ends = [state.good_at for state in self.states]
        return min((end for end in ends if end), default=None) if all(ends) else None

    def is_over(self, day: date) -> bool:
        return self.now.date() > day

    def looked_after(self, day: date) -> bool:
        """Whether a stream came to a good end after the day was over."""
        return any(state.good_at and state.good_at.date() > day for state in self.states)

    def harvested_past(self, day: date) -> date | None:
        """How far all streams have come, if that is past the day and the day was asked for."""
        source, end = self.source, self.good_at
        if source is None or end is None or not self.daily or end.date() <= day:
            return None
        return end.date() if (source.since or source.added_at.date()) <= day else None

    def in_trouble(self, day: date) -> bool:
        """Whether the trouble that a stream is in now had begun by the end of a day."""
        return any(
            state.trouble_since and state.trouble_since.date() <= day for state in self.states
        )

    def troubles_now(self) -> list[str]:
        """What is wrong with its streams now, each sentence once."""
        return list(dict.fromkeys(state.trouble for state in self.states if state.trouble))

    def spoke_on(self, day: date) -> int:
        """How many attempts of the day were answered."""
        return sum(report.outcome in _SPOKE for report in self.journal.get(day, ()))

    def find_trouble(self, category: str, day: date) -> DayTrouble | None:
        """The worst that was wrong at the end of a day with a stream that speaks of a category.

        An answer that was no news counts for more than none: it was seen.
        """
        troubles = [*self._journal_troubles(category, day), *self._lasting(category, day)]
        return min(
            troubles, key=lambda each: (not each.stale, not each.answered, each.since), default=None
        )

    def _journal_troubles(self, category: str, day: date) -> Iterable[DayTrouble]:
        """From the last attempt of each stream that tells of that day, if it was in trouble."""
        streams: dict[str, list[StreamReport]] = defaultdict(list)
        for report in self.spoken.get(day, ()):
            streams[report.stream].append(report)
        states = {state.stream: state for state in self.states}
        for name, runs in streams.items():
            runs.sort(key=lambda run: run.ended_at)
            final = runs[-1]
            answered = final.outcome in _SPOKE
            if not final.trouble or not (answered or final.outcome in _FAILED):
                continue
            if not _concerns(final.trouble_category, category):
                continue
            since, lasting = _begin(runs), False
            state = states.get(name)
            if state and state.trouble_since and state.trouble_since <= final.ended_at:
                since, lasting = state.trouble_since, state.trouble_day == final.trouble_day
            partly = any(not run.trouble and run.outcome in _SPOKE for run in runs)
            yield DayTrouble(final.trouble, since, final.stale, answered, partly, lasting)

    def _lasting(self, category: str, day: date) -> Iterable[DayTrouble]:
        """From what the streams themselves remember, where the journal no longer does."""
        if day in self.journal or day in self.spoken:
            return
        for state in self.states:
            since, tried = state.trouble_since, state.tried_at
            if not state.trouble or since is None or tried is None:
                continue
            if (
                not (state.trouble_day or since.date())
                <= day
                <= (state.trouble_day or tried.date())
            ):
                continue
            if _concerns(state.trouble_category, category):
                answered = not state.failures and not (self.source and self.source.blocked)
                yield DayTrouble(state.trouble, since, state.stale, answered, lasting=True)


def make_ledgers(
    sources: Iterable[Source],
    gone: Iterable[str],
    streams: Iterable[StreamState],
    reports: Iterable[StreamReport],
    rejections: Iterable[RejectedItem],
    daily: Callable[[Source], bool],
    now: datetime,
) -> dict[str, Ledger]:
    """A ledger for each source, by name; of those that are gone, with their rejections only."""
    states: dict[str, list[StreamState]] = defaultdict(list)
    for state in streams:
        states[state.source].append(state)
    journal: dict[str, dict[date, list[StreamReport]]] = defaultdict(lambda: defaultdict(list))
    spoken: dict[str, dict[date, list[StreamReport]]] = defaultdict(lambda: defaultdict(list))
    for report in reports:
        ended = report.ended_at.date()
        journal[report.source][ended].append(report)
        spoken[report.source][report.trouble_day or ended].append(report)
    rejected: dict[str, dict[date, list[RejectedItem]]] = defaultdict(lambda: defaultdict(list))
    for item in rejections:
        if item.mended_at is None:
            rejected[item.source][item.day].append(item)
    ledgers = {name: Ledger(None, name, now, rejected=dict(rejected[name])) for name in gone}
    return ledgers | {
        source.name: Ledger(
            source=source,
            name=source.name,
            now=now,
            daily=daily(source),
            states=tuple(states[source.name]),
            journal=dict(journal[source.name]),
            spoken=dict(spoken[source.name]),
            rejected=dict(rejected[source.name]),
        )
        for source in sources
    }


def _concerns(about: str, category: str) -> bool:
    """Whether what is about a category ("": all) tells of another ("": the source as a whole)."""
    return not about or not category or about == category


def _begin(runs: Sequence[StreamReport]) -> datetime:
    """When the trouble that the last of these runs was in began, within them."""
    since = runs[-1].ended_at
    for run in reversed(runs):
        if not run.trouble:
            break
        since = run.ended_at
    return since
