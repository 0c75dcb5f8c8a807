"""Receipts: for every source, category and day what was announced, what is here, and why not all.

Pure: everything is counted by the store and handed in. A receipt never claims more than is known:
a day is complete only where a page of that day was seen, all that it announced is here, and
nothing that came with it was turned away. A day on which nothing ran is unknown, not complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from broadsheet.receipts.judge import Day, judge
from broadsheet.receipts.ledger import Ledger, make_ledgers
from broadsheet.receipts.summary import summarise
from broadsheet.sources import (
    DayTally,
    Receipt,
    RejectedItem,
    Source,
    StreamReport,
    StreamState,
)

__all__ = ["look_ahead", "look_back", "summarise", "write_receipts"]

_UNLISTED = "There are more of them than are listed here."
_WEEKLY = timedelta(days=6)
_MEMORY = timedelta(days=14)
_SEQUEL = timedelta(days=7)


def look_back(first: date) -> date:
    """From which day on tallies are wanted for receipts that begin with a day."""
    return first - min(_MEMORY, first - date.min)


def look_ahead(last: date) -> date:
    """Up to which day reports are wanted for receipts that end with a day: an attempt may tell of
    a day before its own."""
    return last + min(_SEQUEL, date.max - last)


def write_receipts(
    tallies: Sequence[DayTally],
    *,
    sources: Sequence[Source],
    streams: Sequence[StreamState],
    reports: Sequence[StreamReport],
    rejections: Sequence[RejectedItem],
    missing: Callable[[str, str, date], Sequence[str]],
    quiet: Callable[[Source, date], str],
    doubt: Callable[[Source, date], str],
    daily: Callable[[Source], bool],
    first: date,
    last: date,
    now: datetime,
) -> tuple[Receipt, ...]:
    """A receipt for every source, category and day from `first` to `last`, both included.

    `tallies` should begin at `look_back(first)`: what was seen before tells what is to be expected;
    `reports` should end at `look_ahead(last)`. `quiet` and `daily` are as in `ports.Connector`,
    `doubt` as in `ports.Almanac`.

    A source's receipts begin with its first day, and with what it lists of days before. Where it is
    `daily`, each target has a receipt for every day, else each category that is seen more often
    than weekly; every day has at least one. Of a source that was removed, the days with something
    on them remain. `missing` is asked only where something is. Ordered by source as given, day,
    category.
    """
    counted = _group(tallies)
    gone = sorted(counted.keys() - {source.name for source in sources})
    ledgers = make_ledgers(sources, gone, streams, reports, rejections, daily, now)
    written: list[Receipt] = []
    for source in sources:
        ledger, days = ledgers[source.name], counted[source.name]
        names = _categories(ledger, days)
        week = _days(now.date() - timedelta(days=6), now.date())
        expected = ledger.daily or any(quiet(source, day) for day in week)
        begun = source.since or source.added_at.date()
        for day in _days(first, last):
            if day < begun and day not in days:
                continue  # of the time before, there is what the source listed of it
            rows = _rows(source.name, names, day, days.get(day, {}))
            facts = (quiet(source, day), expected, doubt(source, day))
            written += _write_day(ledger, list(rows), missing, *facts)
    for name in gone:
        for day in sorted(each for each in counted[name] if first <= each <= last):
            rows = (tally for _, tally in sorted(counted[name][day].items()))
            written += _write_day(ledgers[name], list(rows), missing, "", False, "")
    return tuple(written)


def _group(tallies: Sequence[DayTally]) -> defaultdict[str, dict[date, dict[str, DayTally]]]:
    """Tallies by source, day and category; nothing for a source that has none."""
    counted: defaultdict[str, dict[date, dict[str, DayTally]]] = defaultdict(dict)
    for tally in tallies:
        counted[tally.source].setdefault(tally.day, {})[tally.category] = tally
    return counted


def _write_day(
    ledger: Ledger,
    rows: Sequence[DayTally],
    missing: Callable[[str, str, date], Sequence[str]],
    quiet: str,
    expected: bool,
    doubt: str,
) -> Iterator[Receipt]:
    """The receipts of all categories of a source for one day.

    What was turned away belongs to the category that misses it. Where none does, it might be an
    entry that was never counted as announced: then no category of the day may be called complete.
    """
    lacking = [
        tuple(missing(row.source, row.category, row.day)) if row.announced > row.arrived else ()
        for row in rows
    ]
    missed = {key for keys in lacking for key in keys}
    rejected = ledger.rejected.get(rows[0].day, ())
    loose = tuple(item for item in rejected if item.key not in missed)
    if (unlisted := sum(row.rejected for row in rows) - len(rejected)) > 0:
        day = rows[0].day
        loose += (RejectedItem(ledger.name, "", _UNLISTED, day, ledger.now),) * unlisted
    named = [row.category for row in rows if row.category]
    for row, keys in zip(rows, lacking, strict=True):
        if row.category or row.page or row.announced or (loose and len(named) != 1) or not named:
            own = tuple(item for item in rejected if item.key in keys)
            alone = not row.category or len(named) == 1
            yield judge(ledger, Day(row, keys, own, loose, alone, quiet, expected, doubt))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _categories(ledger: Ledger, days: Mapping[date, Mapping[str, DayTally]]) -> tuple[str, ...]:
    """Those of which every day is told: the targets, or what was seen more often than weekly."""
    if ledger.daily and ledger.source:
        return tuple(sorted(ledger.source.targets))
    seen: dict[str, list[date]] = defaultdict(list)
    for day in sorted(days):
        for category in days[day]:
            seen[category].append(day)
    named = {name: when for name, when in seen.items() if name} or seen
    if len(named) == 1:
        return tuple(named)
    return tuple(sorted(name for name, when in named.items() if _is_regular(when)))


def _is_regular(days: Sequence[date]) -> bool:
    return any(later - earlier < _WEEKLY for earlier, later in pairwise(days))


def _rows(
    source: str, names: Sequence[str], day: date, counted: Mapping[str, DayTally]
) -> Iterator[DayTally]:
    """A tally for each category of every day, and for what else the day has."""
    others = sorted(name for name in counted if name not in names)
    for name in [*names, *others] or [""]:
        yield counted.get(name) or _make_blank(source, name, day)


def _make_blank(source: str, category: str, day: date) -> DayTally:
    """A day of which the store counts nothing."""
    return DayTally(source, category, day, "", 0, 0, 0, 0, 0, 0, 0, 0)
