"""When readers' editions are made: schedules chosen, undone, and told in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from broadsheet.errors import ConflictError
from broadsheet.journal import UNDO, Journal
from broadsheet.mailing import EVERY_DAY, Schedule
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.ports import Store, Transaction
from broadsheet.press.schedules import check_schedule, find_skipped
from broadsheet.sync import Clock

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Schedules:
    """When each reader's edition is made, on the web and by mail."""

    def __init__(self, store: Store, journal: Journal, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        journal.register({Act.SCHEDULE: self._undo})

    def get(self, reader: Reader) -> Schedule:
        """What a reader chose, or what holds for who never did."""
        return self._store.get_schedules([reader.id]).get(reader.id) or Schedule(reader.id)

    def change(self, reader: Reader, schedule: Schedule) -> Done:
        """Change it. Raises InvalidInputError for a zone, a time or weekdays that are none."""
        schedule = check_schedule(replace(schedule, reader_id=reader.id))
        with self._store.write() as transaction:
            before = self.get(reader)
            transaction.put_schedule(schedule)
            signal = Signal(reader.id, Act.SCHEDULE, self._clock())
            undo = {"before": _pack(before), "after": _pack(schedule)}
            sentence = f"Your edition is made {say_schedule(schedule)}."
            return self._journal.keep(transaction, signal, sentence, undo=undo)

    def _undo(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        undo = signal.detail[UNDO]
        here = self._store.get_schedules([signal.reader_id]).get(signal.reader_id)
        if here is None or _pack(here) != undo["after"]:
            raise ConflictError("The schedule was changed again since.")
        schedule = _unpack(signal.reader_id, undo["before"])
        transaction.put_schedule(schedule)
        return f"Your edition is made {say_schedule(schedule)}, as before."


def _pack(schedule: Schedule) -> dict[str, Any]:
    weekdays = list(schedule.weekdays)
    return {"zone": schedule.zone, "time": schedule.time, "weekdays": weekdays}


def _unpack(reader_id: int, packed: Mapping[str, Any]) -> Schedule:
    return Schedule(reader_id, packed["zone"], packed["time"], tuple(packed["weekdays"]))


def say_schedule(schedule: Schedule) -> str:
    """A schedule in words: "on Mondays and Fridays at 07:30 (Europe/Berlin)"."""
    if schedule.time:
        return f"{_say_weekdays(schedule.weekdays)} at {schedule.time} ({schedule.zone})"
    return f"{_say_weekdays(schedule.weekdays)}, when the day's edition goes to press"


def say_skipped(schedule: Schedule, today: date) -> str:
    """Whether clocks skip the time of a schedule within a year, and what comes of it: "On 28 March
    2027 the clock skips 02:30 in Europe/Berlin; that day's edition comes at 03:00."; "" if not."""
    skipped = find_skipped(schedule, today)
    if skipped is None:
        return ""
    day = f"{skipped.day.day} {skipped.day:%B} {skipped.day.year}"
    skips = f"the clock skips {schedule.time} in {schedule.zone}"
    return f"On {day} {skips}; that day's edition comes at {skipped.shown:%H:%M}."


def _say_weekdays(weekdays: tuple[int, ...]) -> str:
    if weekdays == EVERY_DAY:
        return "every day"
    if weekdays == EVERY_DAY[:5]:
        return "from Monday to Friday"
    names = [f"{WEEKDAYS[day - 1]}s" for day in weekdays]
    return "on " + " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
