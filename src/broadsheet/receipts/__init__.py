"""Receipts: for every source, category and day what was announced, what is here, and why not all.

Pure: everything is counted by the store and handed in. A receipt never claims more than is known:
a day is complete only where a page of that day was seen, all that it announced is here, and
nothing that came with it was turned away. A day on which nothing ran is unknown, not complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

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

__all__ = ["summarise", "write_receipts"]


def write_receipts(
    tallies: Sequence[DayTally],
    *,
    sources: Sequence[Source],
    streams: Sequence[StreamState],
    reports: Sequence[StreamReport],
    rejections: Sequence[RejectedItem],
    missing: Callable[[str, str, date], Sequence[str]],
    quiet: Callable[[Source, date], str],
    first: date,
    last: date,
    now: datetime,
) -> tuple[Receipt, ...]:
    """A receipt for every source, category and day from `first` to `last`, both included.

    A source's receipts begin with its first day. Where it announces by target, each target has a
    receipt for every day, else each category that was ever seen between the two days. Of a source
    that is followed no longer, the days with something on them remain. `missing` is asked only
    where something is. Ordered by source as given, day, category.
    """
    counted: dict[str, dict[date, dict[str, DayTally]]] = defaultdict(lambda: defaultdict(dict))
    for tally in tallies:
        counted[tally.source][tally.day][tally.category] = tally
    ledgers = make_ledgers(sources, streams, reports, rejections, now)
    written: list[Receipt] = []
    for source in sources:
        ledger, days = ledgers[source.name], counted.pop(source.name, {})
        names = _categories(ledger, days)
        for day in _days(max(first, source.since or source.added_at.date()), last):
            rows = _rows(source.name, names, day, days.get(day, {}))
            written += _write_day(ledger, list(rows), missing, quiet(source, day))
    for name, days in sorted(counted.items()):  # sources that were removed
        ledger = Ledger(source=None, name=name, now=now)
        for day in sorted(each for each in days if first <= each <= last):
            rows = (tally for _, tally in sorted(days[day].items()))
            written += _write_day(ledger, list(rows), missing, "")
    return tuple(written)


def _write_day(
    ledger: Ledger,
    rows: Sequence[DayTally],
    missing: Callable[[str, str, date], Sequence[str]],
    quiet: str,
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
    for row, keys in zip(rows, lacking, strict=True):
        if row.category or loose or len(rows) == 1 or row.page or row.announced:
            own = tuple(item for item in rejected if item.key in keys)
            yield judge(ledger, Day(row, keys, own, loose, quiet))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _categories(ledger: Ledger, days: dict[date, dict[str, DayTally]]) -> tuple[str, ...]:
    """Those of which every day is told; "" where none is known."""
    seen = {category for day in days.values() for category in day if category}
    targets = ledger.source.targets if ledger.source and ledger.daily else ()
    return tuple(sorted(seen.union(targets))) or ("",)


def _rows(
    source: str, names: Sequence[str], day: date, counted: dict[str, DayTally]
) -> Iterator[DayTally]:
    """A tally for each category, and one for what was turned away and belongs to none of them."""
    for name in names:
        yield counted.get(name) or _make_blank(source, name, day)
    if "" in counted and "" not in names:
        yield counted[""]


def _make_blank(source: str, category: str, day: date) -> DayTally:
    """A day of which the store counts nothing."""
    return DayTally(source, category, day, "", *[0] * 8)
