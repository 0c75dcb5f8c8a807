"""Prints what is due: each day, week and month whose time has come, and each reader's own day.

Printing begins with the day that it is first asked for. Days that were missed since (the machine
was off) are printed afterwards, in order, as far back as late papers are taken in; all other days
of the past stay back issues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from broadsheet.edition import Edition, Scope
from broadsheet.ports import Store
from broadsheet.press.calendar import (
    Period,
    before,
    following,
    goes_to_press,
    period_of,
    previous,
    read_name,
)
from broadsheet.press.gather import FORTNIGHT


def find_due(store: Store, press_time: time, now: datetime) -> Iterator[Period]:
    """The days, weeks and months that are to be printed, in the order in which they are."""
    days = _find_due(store, Scope.DAY, press_time, now)
    yield from days
    printing = bool(days or store.get_edition_names(Scope.DAY, limit=1))
    for scope in (Scope.WEEK, Scope.MONTH) if printing else ():
        yield from _find_due(store, scope, press_time, now)


def last_due(scope: Scope, press_time: time, now: datetime) -> Period | None:
    """The last day, week or month whose time has come; None at the beginning of the calendar."""
    period: Period | None = period_of(scope, now.date())
    while period and goes_to_press(period, press_time) > now:
        period = previous(period)
    return period


def _find_due(store: Store, scope: Scope, press_time: time, now: datetime) -> Sequence[Period]:
    last = last_due(scope, press_time, now)
    if last is None:
        return []
    names = store.get_edition_names(scope, limit=1)
    if not names:
        return [last] if _begins(store, last) else []
    due: list[Period] = []
    period = following(read_name(scope, names[0]))
    while period and period.last <= last.last:
        if period.last >= before(last.last, FORTNIGHT):
            due.append(period)
        period = following(period)
    return due


def _begins(store: Store, period: Period) -> bool:
    """Whether a first edition of a scope is to be printed: a week or month without a printed day in
    it would say nothing that is worth keeping."""
    if period.scope is Scope.DAY:
        return True
    return any(_is_in(period, name) for name in store.get_edition_names(Scope.DAY, limit=40))


def _is_in(period: Period, name: str) -> bool:
    return period.first <= date.fromisoformat(name) <= period.last


def is_worth_printing(edition: Edition, today: date) -> bool:
    """Whether an edition says anything: papers, or why there were none where something is followed.

    A quiet one waits until its days are over: a source that is late may still bring them. A
    library that follows nothing and has nothing new prints nothing, day after day.
    """
    if edition.quiet:
        return bool(edition.receipt) and edition.last < today
    return bool(edition.entries)
