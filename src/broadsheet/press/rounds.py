"""Readers' own editions: whose is due, what each covers, and the round in which they are printed.

A reader has one edition for each date of their calendar, printed when its moment has come (see
`schedules`) or at most half a day later; what could not be printed then is in the next one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import NamedTuple

from broadsheet.edition import Edition, Entry, Scope
from broadsheet.mailing import LOST, Schedule
from broadsheet.mishaps import Mishap
from broadsheet.newsroom import Newsroom
from broadsheet.people import Reader
from broadsheet.ports import Index, Store
from broadsheet.press import calendar
from broadsheet.press.calendar import DAY, before
from broadsheet.press.fresh import Chooser, Desk, Fresh
from broadsheet.press.interests import Interests, read_all_interests, read_interests
from broadsheet.press.own import Outside, OwnPages
from broadsheet.press.quiet import NOT_YET, tell_quiet
from broadsheet.press.recent import Recent
from broadsheet.press.schedules import Timetable
from broadsheet.press.span import Span, find_previous, is_in_order, make_back_issue, make_span

_log = logging.getLogger(__name__)

LAST_PRINTED = 2
MOST_PRINTED = 60
"""As many of a reader's editions are looked at where a clock that was wrong printed one of them."""

RECALLED = 35 * DAY
"""Papers of mails that may not have arrived come back for so long."""

AT_ONCE = 25
"""So many editions are printed in one transaction: the store is never held for long."""

NOTHING_YET = "Nothing new has come since your last edition."
Summary = tuple[str, str]
"""What the sources announced, and why there is nothing where there is nothing."""


class Plan(NamedTuple):
    """An edition that is to be put together: for whom, as of which date of the reader's, and what
    it covers; whether it is the reader's first, and may offer older papers; and what had no room in
    the edition before."""

    reader: Reader
    interests: Interests
    today: date
    span: Span
    first: bool = False
    library: bool = True
    waiting: tuple[int, ...] = ()


class Due(NamedTuple):
    """A reader whose edition of a date is due."""

    reader: Reader
    timetable: Timetable
    day: date

    @property
    def settled(self) -> tuple[date, datetime | None]:
        """What is remembered of it once it is seen to: another time of the same date is anew."""
        return self.day, self.timetable.moment(self.day)


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
        self._settled: dict[int, tuple[date, datetime | None]] = {}
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
        (page,) = self._lay_out([plan], fresh, self._find_lost([plan], now), {})
        return page.make()

    def forget(self) -> None:
        """Bring the news together anew when a proof is asked for next."""
        self._proofs.forget()

    def _plan(
        self,
        reader: Reader,
        interests: Interests,
        timetable: Timetable,
        day: date,
        now: datetime,
        printed: Sequence[Edition] | None = None,
    ) -> Plan:
        if printed is None:
            printed = self._get_printed([reader.id], LAST_PRINTED).get(reader.id, ())
        previous, doubted = self._find_previous(reader, day, now, printed)
        span = make_span(timetable, day, now, previous, doubted=doubted)
        today = timetable.local_date(now)
        waiting = previous.waiting if previous else ()
        return Plan(reader, interests, today, span, first=previous is None, waiting=waiting)

    def _find_previous(
        self, reader: Reader, day: date, now: datetime, printed: Sequence[Edition]
    ) -> tuple[Edition | None, bool]:
        """The edition before that of a day, and whether a clock that was wrong has printed any;
        `printed` are the last ones."""
        if is_in_order(printed, day, now):
            return (printed[0] if printed else None), False
        printed = self._get_printed([reader.id], MOST_PRINTED)[reader.id]
        return find_previous(printed, day, now), True

    def _get_printed(
        self, reader_ids: Sequence[int], limit: int
    ) -> Mapping[int, Sequence[Edition]]:
        return self._store.get_last_editions(reader_ids, limit)

    def _open(self, plans: Iterable[Plan], now: datetime) -> Fresh:
        """The news for all of these editions."""
        return Fresh(self._store, self._index, self._shelves, now, _dated_from(plans))

    def _make_all(
        self,
        plans: Sequence[Plan],
        fresh: Fresh,
        lost: Mapping[int, Sequence[Entry]],
        summaries: dict[Span, Summary],
    ) -> list[Edition]:
        """The editions of some readers, for all of whom is read at once what they are made of."""
        pages = self._lay_out(plans, fresh, lost, summaries)
        asked: dict[Desk, list[Reader]] = defaultdict(list)
        for each in pages:
            for desk in each.desks:
                asked[desk].append(each.reader)
        for desk, readers in asked.items():
            desk.read(readers)
        fresh.get_works({number for each in pages for number in each.find_papers()})
        made = []
        for each in pages:
            with Mishap(_log, "Reader %d has no edition of today", each.reader.id):
                made.append(each.make())
        return made

    def _lay_out(
        self,
        plans: Sequence[Plan],
        fresh: Fresh,
        lost: Mapping[int, Sequence[Entry]],
        summaries: dict[Span, Summary],
    ) -> list[OwnPages]:
        waiting = {plan.reader.id: fresh.find_recent(plan.waiting) for plan in plans}
        offered = self._find_offered(plans, fresh, waiting)
        pages = []
        for plan in plans:
            if plan.span not in summaries:
                summaries[plan.span] = self._summarise(plan)
            number = plan.reader.id
            outside = Outside(
                *summaries[plan.span],
                lost.get(number, ()),
                waiting[number],
                first=plan.first,
                library=plan.library,
            )
            gone = offered.get(number, frozenset())
            page = OwnPages(fresh, plan.reader, plan.interests, plan.span, gone, outside)
            pages.append(page)
        return pages

    def _find_offered(
        self, plans: Sequence[Plan], fresh: Fresh, waiting: Mapping[int, Sequence[int]]
    ) -> Mapping[int, frozenset[int]]:
        """What of all that is news for them these readers were offered before, from the library or
        as the news of another source. A back issue is put together as if it were of its day."""
        asking = [plan for plan in plans if not plan.span.is_back_issue]
        numbers = {number for plan in asking for number in waiting[plan.reader.id]}
        for span in {plan.span for plan in asking}:
            numbers.update(fresh.select(span).numbers)
        return self._store.find_offered_to([plan.reader.id for plan in asking], numbers)

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
        """Entries of papers that were not offered since, each paper once, as it is called now."""
        numbers = [each.work_id for each in entries]
        offered, works = (
            self._store.find_offered(reader_id, numbers),
            self._store.get_works(numbers),
        )
        found = {}
        for each in entries:
            if each.work_id not in offered:
                work = works.get(each.work_id)
                number = work.id if work else each.work_id
                found[number] = replace(each, work_id=number)
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
        plans = list(self._plan_due(due, now))
        printed: list[Edition] = []
        if plans:
            fresh, lost = self._open(plans, now), self._find_lost(plans, now)
            summaries: dict[Span, Summary] = {}
            for start in range(0, len(plans), AT_ONCE):
                batch = plans[start : start + AT_ONCE]
                made = self._make_all(batch, fresh, lost, summaries)
                printed += self._print(made, self._find_unmailed(batch, made))
        self._settled |= {each.reader.id: each.settled for each in due}
        return printed

    def _find_due(self, now: datetime) -> list[Due]:
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
            asked = Due(reader, timetable, day) if day else None
            if asked and self._settled.get(reader.id) != asked.settled:
                due.append(asked)
        return due

    def _plan_due(self, due: Sequence[Due], now: datetime) -> Iterator[Plan]:
        """What is to be printed: nothing for those for whom it is, or who chose nothing in time."""
        for start in range(0, len(due), AT_ONCE):
            batch = due[start : start + AT_ONCE]
            last = self._get_printed([each.reader.id for each in batch], LAST_PRINTED)
            left = [each for each in batch if not self._is_printed(each, last)]
            chosen = read_all_interests(self._store, [each.reader.id for each in left])
            for reader, timetable, day in left:
                moment, interests = timetable.moment(day), chosen[reader.id]
                if moment and interests.began_by(moment):
                    printed = last.get(reader.id, ())
                    yield self._plan(reader, interests, timetable, day, now, printed)

    def _is_printed(self, due: Due, last: Mapping[int, Sequence[Edition]]) -> bool:
        """Whether an edition that is due is printed, by the last ones of each reader."""
        names = [each.name for each in last.get(due.reader.id, ())]
        name = due.day.isoformat()
        if not names or name >= names[-1]:
            return name in names
        # A clock that was wrong has printed editions of days to come.
        number = due.reader.id
        return self._store.get_edition(Scope.READER, name, reader_id=number) is not None

    def _find_unmailed(self, plans: Sequence[Plan], editions: Sequence[Edition]) -> set[int]:
        """The readers that get mail, but not this edition, because it is a quiet one: what stands
        there beside has not reached them, and does not count as offered."""
        first = {plan.reader.id for plan in plans if plan.first}
        quiet = {each.reader_id for each in editions if each.quiet} - first
        mailed = self._store.get_subscriptions(quiet) if quiet else {}
        return {number for number, each in mailed.items() if each.is_active}

    def _print(self, editions: Sequence[Edition], unmailed: Collection[int]) -> list[Edition]:
        with self._store.write() as transaction:
            return [
                transaction.print_edition(edition, offers=edition.reader_id not in unmailed)
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
