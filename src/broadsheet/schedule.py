"""When a source's streams are asked. Pure: how they stand comes in, moments come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from broadsheet.sources import Source, Stream, StreamState

States = Mapping[str, StreamState]
AHEAD = timedelta(hours=1)
"""As far as a moment that was noted may lie ahead of the clock, which is corrected at times."""


def states_of(source: Source, states: Iterable[StreamState]) -> dict[str, StreamState]:
    """The states of one source's streams, by name."""
    return {state.stream: state for state in states if state.source == source.name}


def due_of(stream: Stream, states: States, now: datetime) -> datetime | None:
    """When a stream is due: now if it never was asked; None while it waits for another."""
    if stream.needs:
        needed = states.get(stream.needs)
        if needed is None or needed.good_at is None:
            return None
    state = states.get(stream.name)
    if state is None or state.due_at is None:
        return now
    if state.tried_at and state.tried_at > now + AHEAD:
        return now  # the clock was ahead when that was noted
    return state.due_at


def next_due(
    source: Source, streams: Sequence[Stream], states: States, now: datetime
) -> datetime | None:
    """When the first of a source's streams is due; None for one that is paused or blocked."""
    if source.paused or source.blocked:
        return None
    moments = [due_of(stream, states, now) for stream in streams]
    return min((moment for moment in moments if moment), default=None)


def may_ask(stream: Stream, states: States, now: datetime, *, asked: bool) -> bool:
    """Whether a stream is asked now: when it is due, or a person asked for its source.

    A stream that follows another is heavy (a sweep), and keeps to its rhythm all the same.
    """
    moment = due_of(stream, states, now)
    return moment is not None and (moment <= now or (asked and not stream.needs))


def last_good(streams: Sequence[Stream], states: States) -> datetime | None:
    """Since when all of a source is known: the oldest of the streams' last good ends.

    None until each of them has come to one.
    """
    moments = [state.good_at for stream in streams if (state := states.get(stream.name))]
    known = [moment for moment in moments if moment]
    return min(known) if known and len(known) == len(streams) else None
