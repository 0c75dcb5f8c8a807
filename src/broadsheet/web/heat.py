"""The calendar heat map of a source: weeks as columns, a cell a day. Pure; templates only print."""

from __future__ import annotations

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
    """A day: `verdict` names its colour, `sign` tells it without, `label` says why."""

    url: str
    verdict: str
    sign: str
    label: str


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
    """The Monday with which the map begins."""
    return back(today, today.weekday() + _WEEK * (WEEKS - 1))


def draw_heat(receipts: Sequence[Receipt], today: date) -> Heat:
    """The map of one source's receipts, up to today."""
    days = by_day(receipts)
    first = first_day(today)
    return Heat(
        months=tuple(_months(first)),
        rows=tuple(
            Row(name, tuple(_cell(days, first, _WEEK * week + place) for week in range(WEEKS)))
            for place, name in enumerate(wording.WEEKDAYS)
        ),
    )


def by_day(receipts: Sequence[Receipt]) -> dict[date, list[Receipt]]:
    """Receipts of a source by day, the worst of each day first."""
    days: dict[date, list[Receipt]] = {}
    for receipt in sorted(receipts, key=lambda each: each.verdict.badness):
        days.setdefault(receipt.day, []).append(receipt)
    return days


def tell_day(receipts: Sequence[Receipt]) -> str:
    """Why a day is what it is: the sentence of the worst, and how many others there are."""
    worst = receipts[0]
    if len({receipt.sentence for receipt in receipts}) == 1:
        return worst.sentence
    others = wording.say_count(len(receipts) - 1, "other category", "other categories")
    return f"{worst.category or worst.source}: {worst.sentence} ({others})"


def _cell(days: Mapping[date, Sequence[Receipt]], first: date, number: int) -> Cell | None:
    if (date.max - first).days < number:
        return None
    day = first + timedelta(days=number)
    if not (receipts := days.get(day)):
        return None
    worst = receipts[0]
    return Cell(
        url=links.receipt_url(worst.source, day),
        verdict=str(worst.verdict),
        sign=worst.verdict.sign,
        label=f"{wording.say_day(day)}: {tell_day(receipts)}",
    )


def _months(first: date) -> Iterator[tuple[str, int]]:
    """A month stands over the weeks that begin in it; a single week has no room for a name."""
    reach = (date.max - first).days
    starts = [first + timedelta(days=min(_WEEK * week, reach)) for week in range(WEEKS)]
    names = [(start.year, start.month) for start in starts]
    for year_month in dict.fromkeys(names):
        count = names.count(year_month)
        yield wording.MONTHS[year_month[1] - 1][:3] if count > 1 else "", count
