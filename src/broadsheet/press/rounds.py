"""Readers' own editions: whose is due, what each covers, and the round in which they are printed.

A reader has one edition for each date of their calendar, printed when its moment has come (see
`schedules`) or at most half a day later; what could not be printed then is in the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from broadsheet.edition import Edition, Entry, Scope
from broadsheet.mailing import LOST, Schedule
from broadsheet.newsroom import Newsroom
from broadsheet.people import Reader
from broadsheet.ports import Index, Store
from broadsheet.press import calendar
from broadsheet.press.calendar import DAY, before
from broadsheet.press.fresh import Chooser, Fresh
from broadsheet.press.interests import Interests, read_interests
from broadsheet.press.own import Outside, OwnPages
from broadsheet.press.quiet import NOT_YET, tell_quiet
from broadsheet.press.recent import Recent
from broadsheet.press.schedules import Timetable
from broadsheet.press.span import Span, find_previous, is_in_order, make_back_issue, make_span

LAST_PRINTED = 2
MOST_PRINTED = 60
"""As many of a reader's editions are looked at where a clock that was wrong printed one of them."""

RECALLED = 35 * DAY
"""Papers of mails that may not have arrived come back for so long."""

AT_ONCE = 25
"""So many editions are printed in one transaction: the store is never held for long."""

NOTHING_YET = "Nothing new has come since your last edition."
_LAST_NAME = "9999-12-31"
Summary = tuple[str, str]
"""What the sources announced, and why there is nothing where there is nothing."""


class Plan(NamedTuple):
    """An edition that is to be put together: for whom, as of which date of the reader's, and what
    it covers; whether it is the reader's first, and may offer older papers."""

    reader: Reader
    interests: Interests
    today: date
    span: Span
    first: bool = False
    library: bool = True


class OwnPress:
    """Puts readers' own editions together and prints them."""

    def __init__(
        self, store: Store, index: Index, newsroom: Newsroom, shelves: Chooser, press_time: time
    ) -> None:
        self._store = store
        self._index = index
        self._newsroom = newsroom
        self._shelves = shelves
        self._time = press_time
        self._settled: dict[int, date] = {}
        self._proofs: Recent[Fresh] = Recent(store)

    def get_timetable(self, reader_id: int) -> Timetable:
        """When a reader's editions are made."""
        found = self._store.get_schedules([reader_id]).get(reader_id)
        return self._read(found or Schedule(reader_id))

    def _read(self, schedule: Schedule) -> Timetable:
        return Timetable(schedule, self._time)

    # --- One edition --------------------------------------------------------------------------

    def compose(self, reader: Reader, day: date, now: datetime, *, library: bool = True) -> Edition:
        """A reader's edition of a date as of now, not kept; with older papers, where `library`."""
        timetable = self.get_timetable(reader.id)
        today = timetable.local_date(now)
        interests = read_interests(self._store, reader.id)
        if day < today:
            plan = Plan(reader, interests, today, make_back_issue(day), library=False)
        elif day > today and day != timetable.following(today, now):
            return _make_empty(reader, day, now)
        else:
            plan = self._plan(reader, interests, timetable, day, now)._replace(library=library)
        fresh = self._proofs.get(_dated_from([plan]), now, lambda: self._open([plan], now))
        return self._make(plan, fresh, self._find_lost([plan], now), {})

    def forget(self) -> None:
        """Bring the news together anew when a proof is asked for next."""
        self._proofs.forget()

    def _plan(
        self, reader: Reader, interests: Interests, timetable: Timetable, day: date, now: datetime
    ) -> Plan:
        previous, doubted = self._find_previous(reader, day, now)
        span = make_span(timetable, day, now, previous, doubted=doubted)
        today = timetable.local_date(now)
        return Plan(reader, interests, today, span, first=previous is None)

    def _find_previous(
        self, reader: Reader, day: date, now: datetime
    ) -> tuple[Edition | None, bool]:
        """The edition before that of a day, and whether a clock that was wrong has printed any."""
        printed = self._get_printed(reader, LAST_PRINTED)
        if is_in_order(printed, day, now):
            return (printed[0] if printed else None), False
        return find_previous(self._get_printed(reader, MOST_PRINTED), day, now), True

    def _get_printed(self, reader: Reader, limit: int) -> Sequence[Edition]:
        return self._store.get_editions(
            Scope.READER, reader_id=reader.id, until=_LAST_NAME, limit=limit
        )

    def _open(self, plans: Iterable[Plan], now: datetime) -> Fresh:
        """The news for all of these editions."""
        return Fresh(self._store, self._index, self._shelves, now, _dated_from(plans))

    def _make(
        self,
        plan: Plan,
        fresh: Fresh,
        lost: Mapping[int, Sequence[Entry]],
        summaries: dict[Span, Summary],
    ) -> Edition:
        if plan.span not in summaries:
            summaries[plan.span] = self._summarise(plan)
        receipt, quiet = summaries[plan.span]
        doubtful = fresh.select(plan.span).find_doubtful()
        offered = fresh.find_offered(plan.reader, doubtful)
        pages = OwnPages(fresh, plan.reader, plan.interests, plan.span, offered)
        outside = Outside(receipt, quiet, lost.get(plan.reader.id, ()))
        return pages.make(outside, first=plan.first, library=plan.library)

    def _summarise(self, plan: Plan) -> Summary:
        span = plan.span
        receipts = self._newsroom.get_receipts(span.first, span.until)
        told = self._newsroom.summarise(receipts) if receipts else ""
        if span.last > plan.today:
            return told, NOTHING_YET
        period = calendar.period_of(Scope.READER, span.last)
        return told, tell_quiet(period, plan.today, receipts)

    def _find_lost(self, plans: Iterable[Plan], now: datetime) -> Mapping[int, list[Entry]]:
        """The papers of mails that may not have arrived, by reader; not those offered since."""
        readers = {plan.reader.id: plan.reader for plan in plans}
        since = before(now.date(), RECALLED).isoformat()
        lost: dict[int, list[Entry]] = defaultdict(list)
        for letter in self._store.get_letters(states=LOST, limit=None):
            if letter.reader_id in readers and letter.name >= since:
                edition = self._store.get_edition(
                    Scope.READER, letter.name, reader_id=letter.reader_id
                )
                lost[letter.reader_id] += edition.entries if edition else ()
        return {number: self._recall(number, entries) for number, entries in lost.items()}

    def _recall(self, reader_id: int, entries: Sequence[Entry]) -> list[Entry]:
        offered = self._store.find_offered(reader_id, [each.work_id for each in entries])
        found = {each.work_id: each for each in entries if each.work_id not in offered}
        return list(found.values())

    # --- A round ------------------------------------------------------------------------------

    def print_due(self, now: datetime) -> list[Edition]:
        """Print all that is due and not printed yet; returns what this call printed.

        One who chose nothing before the moment came has no edition of that date: it would go to
        press with the first thing that they choose.
        """
        due = self._find_due(now)
        if not due:
            return []
        plans = [plan for each in due if (plan := self._plan_due(*each, now))]
        printed: list[Edition] = []
        if plans:
            fresh, lost = self._open(plans, now), self._find_lost(plans, now)
            summaries: dict[Span, Summary] = {}
            for start in range(0, len(plans), AT_ONCE):
                batch = plans[start : start + AT_ONCE]
                made = [self._make(plan, fresh, lost, summaries) for plan in batch]
                printed += self._print(made)
        self._settled |= {reader.id: day for reader, _, day in due}
        return printed

    def _find_due(self, now: datetime) -> list[tuple[Reader, Timetable, date]]:
        """The readers whose edition is due, as far as it is not known to be settled."""
        schedules = self._store.get_schedules()
        dates: dict[tuple[object, ...], tuple[Timetable, date | None]] = {}
        due = []
        for reader in self._store.get_readers().values():
            if reader.disabled or reader.example:
                continue
            schedule = schedules.get(reader.id) or Schedule(reader.id)
            key = schedule.zone, schedule.time, schedule.weekdays
            if key not in dates:
                timetable = self._read(schedule)
                dates[key] = timetable, timetable.due(now)
            timetable, day = dates[key]
            if day and self._settled.get(reader.id) != day:
                due.append((reader, timetable, day))
        return due

    def _plan_due(
        self, reader: Reader, timetable: Timetable, day: date, now: datetime
    ) -> Plan | None:
        """What is to be printed for a reader; None where it is printed, or nothing was chosen."""
        if self._store.get_edition_names(
            Scope.READER, reader_id=reader.id, until=day.isoformat(), limit=1
        ) == [day.isoformat()]:
            return None
        moment = timetable.moment(day)
        interests = read_interests(self._store, reader.id)
        if moment and interests.began_by(moment):
            return self._plan(reader, interests, timetable, day, now)
        return None

    def _print(self, editions: Sequence[Edition]) -> list[Edition]:
        with self._store.write() as transaction:
            return [
                transaction.print_edition(edition)
                for edition in editions
                if not transaction.is_printed(edition)
            ]


def _dated_from(plans: Iterable[Plan]) -> date:
    """The first day of which any of these editions may have papers that nobody announced."""
    return min(plan.span.covered or plan.span.first for plan in plans)


def _make_empty(reader: Reader, day: date, now: datetime) -> Edition:
    """The edition of a date that is too far off to be put together."""
    made_at, quiet = now.replace(microsecond=0), NOT_YET[Scope.READER]
    return Edition(
        Scope.READER, day.isoformat(), day, day, made_at, reader_id=reader.id, quiet=quiet
    )
