"""The calendar heat map of a source: weeks as columns, a cell a day. Pure; templates only print."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from broadsheet.sources import Receipt
from broadsheet.web import links, wording
from broadsheet.web.requests import back

WEEKS = 26
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """A day: `verdict` names its colour, `sign` tells it without, `label` says why.

    `level` says how many papers it had among the source's days with papers: 1 to 4, 0 for none.
    """

    url: str
    verdict: str
    sign: str
    label: str
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """A weekday through the weeks; None where there is no receipt."""

    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """`months` are names, each with the number of weeks that it stands over."""

    months: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]


def first_day(today: date) -> date:
    """The Monday with which the longest map begins."""
    return back(today, today.weekday() + _WEEK * (WEEKS - 1))


def draw_heat(receipts: Sequence[Receipt], today: date) -> Heat:
    """The map of one source's receipts, from the month of the first of them up to today."""
    days = by_day(receipts)
    first = _begin(min(days, default=today), today)
    weeks = range((today - first).days // _WEEK + 1)
    counts = sorted(filter(None, map(count_papers, days.values())))
    return Heat(
        months=tuple(_months(first, len(weeks))),
        rows=tuple(
            Row(name, tuple(_cell(days, counts, first, _WEEK * week + place) for week in weeks))
            for place, name in enumerate(wording.WEEKDAYS)
        ),
    )


def _begin(earliest: date, today: date) -> date:
    """The Monday of the week in which the earliest day's month begins, if that is not too long
    ago."""
    month = earliest.replace(day=1)
    return max(back(month, month.weekday()), first_day(today))


def by_day(receipts: Sequence[Receipt]) -> dict[date, list[Receipt]]:
    """Receipts of a source by day, the worst of each day first."""
    days: dict[date, list[Receipt]] = {}
    for receipt in sorted(receipts, key=lambda each: each.verdict.badness):
        days.setdefault(receipt.day, []).append(receipt)
    return days


def count_papers(receipts: Sequence[Receipt]) -> int:
    """A day's size: what was announced or, where more is here, that. A paper of two categories
    counts in each of them."""
    return sum(max(receipt.announced or 0, receipt.ingested) for receipt in receipts)


def tell_day(receipts: Sequence[Receipt]) -> str:
    """Why a day is what it is: the sentence of the worst, and how many others there are."""
    worst = receipts[0]
    if len({receipt.sentence for receipt in receipts}) == 1:
        return worst.sentence
    others = wording.say_count(len(receipts) - 1, "other category", "other categories")
    return f"{worst.category or worst.source}: {worst.sentence} ({others})"


def _cell(
    days: Mapping[date, Sequence[Receipt]], counts: Sequence[int], first: date, number: int
) -> Cell | None:
    if (date.max - first).days < number:
        return None
    day = first + timedelta(days=number)
    if not (receipts := days.get(day)):
        return None
    worst, count = receipts[0], count_papers(receipts)
    size = f", {wording.say_count(count, 'paper')}" if count else ""
    return Cell(
        url=links.receipt_url(worst.source, day),
        verdict=str(worst.verdict),
        sign=worst.verdict.sign,
        label=f"{wording.say_day(day)}{size}: {tell_day(receipts)}",
        level=_level(count, counts) if count else 0,
    )


def _level(count: int, counts: Sequence[int]) -> int:
    """The quarter, 1 to 4, in which a count stands among all of them, sorted; equal counts stand
    in the middle of the places that they take."""
    places = bisect_left(counts, count) + bisect_right(counts, count)
    return 1 + 2 * places // len(counts)


def _months(first: date, weeks: int) -> Iterator[tuple[str, int]]:
    """A month stands over the weeks that begin in it; a single week has no room for a name, unless
    no other follows."""
    starts = [first + timedelta(days=_WEEK * week) for week in range(weeks)]
    names = [(start.year, start.month) for start in starts]
    for year_month in dict.fromkeys(names):
        count = names.count(year_month)
        roomy = count > 1 or year_month == names[-1]
        yield wording.MONTHS[year_month[1] - 1][:3] if roomy else "", count
