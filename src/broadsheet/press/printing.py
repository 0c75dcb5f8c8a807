"""Says what is due: each day, week and month whose time has come and that was not printed.

Printing begins with the day that it is first asked for. Days that were missed since (the machine
was off) are printed afterwards, in order, as far back as late papers are taken in; all other days
of the past stay back issues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from broadsheet.edition import Edition, Scope
from broadsheet.ports import Store
from broadsheet.press.calendar import Period, before, goes_to_press, period_of, previous
from broadsheet.press.late import FORTNIGHT

_ENOUGH = 40
"""More names than a fortnight has days: where there are as many, the oldest is from before it."""


def find_due(store: Store, press_time: time, now: datetime) -> Iterator[Period]:
    """The days, weeks and months that are to be printed, in the order in which they are.

    They are found from the moment that it is, back as far as late papers are taken in: what a clock
    that was wrong printed of the future is in nobody's way.
    """
    for scope in (Scope.DAY, Scope.WEEK, Scope.MONTH):
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
    names = store.get_edition_names(scope, until=last.name, limit=_ENOUGH)
    if not names:
        return [last] if _begins(store, last) else []
    return [each for each in _look_back(last) if each.name > names[-1] and each.name not in names]


def _look_back(last: Period) -> Sequence[Period]:
    """The last period and those before it that ended in the fortnight before its end."""
    found: list[Period] = []
    period: Period | None = last
    while period and period.last >= before(last.last, FORTNIGHT):
        found.append(period)
        period = previous(period)
    return found[::-1]


def _begins(store: Store, period: Period) -> bool:
    """Whether a first edition of a scope is to be printed: a week or month without a printed day in
    it would say nothing that is worth keeping."""
    if period.scope is Scope.DAY:
        return True
    names = store.get_edition_names(Scope.DAY, until=period.last.isoformat(), limit=1)
    return bool(names) and names[0] >= period.first.isoformat()


def is_worth_printing(edition: Edition, today: date) -> bool:
    """Whether an edition says anything: papers, or why there were none where something is followed.

    A quiet one waits until its days are over: a source that is late may still bring them. A
    library that follows nothing and has nothing new prints nothing, day after day.
    """
    if edition.quiet:
        return bool(edition.receipt) and edition.last < today
    return bool(edition.entries)
