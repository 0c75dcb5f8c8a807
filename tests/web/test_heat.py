"""The heat map of a source: where it begins, and how strong its colours are."""

from __future__ import annotations

from datetime import date

import pytest
from followed import FRIDAY
from invented import NOW

from broadsheet.sources import Receipt, Verdict
from broadsheet.web import wording
from broadsheet.web.heat import draw_heat
from broadsheet.web.links import receipt_url
from broadsheet.web.requests import back


@pytest.mark.parametrize("today", [date.min, date.max, NOW.date()])
def test_the_map_is_drawn_on_any_day(today: date) -> None:
    receipt = Receipt("arxiv", "", today, Verdict.COMPLETE, "All here.")
    heat = draw_heat([receipt], today)
    found = [cell for row in heat.rows for cell in row.cells if cell]
    assert [cell.label for cell in found] == [f"{wording.say_day(today)}: All here."]
    assert sum(weeks for _, weeks in heat.months) == len(heat.rows[0].cells)
    assert heat.months[-1][0] == wording.MONTHS[back(today, today.weekday()).month - 1][:3]


def levels(*counts: int) -> list[int]:
    """The levels of days with these many papers."""
    today = NOW.date()
    receipts = [
        Receipt("arxiv", "", back(today, n), Verdict.COMPLETE, "All here.", ingested=count)
        for n, count in enumerate(counts)
    ]
    cells = {c.url: c for row in draw_heat(receipts, today).rows for c in row.cells if c}
    return [cells[receipt_url("arxiv", back(today, n))].level for n in range(len(counts))]


def test_the_fuller_a_day_the_stronger_its_colour() -> None:
    """Break: let `_level` count days without papers, too, or go by thirds."""
    assert levels(0, 24) == [0, 3]
    assert levels(1, 2, 3, 4, 0, 0, 0, 0) == [1, 2, 3, 4, 0, 0, 0, 0]
    assert levels(24, 5, 1, 300, 7, 2, 90, 6) == [3, 2, 1, 4, 3, 1, 4, 2]
    assert len(set(levels(7, 7, 7, 7, 7))) == 1


def test_a_day_is_as_full_as_its_announcements_say() -> None:
    told = Receipt("arxiv", "a", FRIDAY, Verdict.MISSING, "Missing.", announced=20, ingested=3)
    brought = Receipt("arxiv", "b", FRIDAY, Verdict.HARVESTED, "Here.", ingested=1_000)
    cells = [c for row in draw_heat([told, brought], FRIDAY).rows for c in row.cells if c]
    label = "Friday 27 February 2026, 1,020 papers: a: Missing. (1 other category)"
    assert [cell.label for cell in cells] == [label]


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (0, [("", 1), ("Feb", 4)]),
        (26, [("", 1), ("Feb", 4)]),
        (27, [("", 1), ("Jan", 4), ("Feb", 4)]),
        (900, [("Sep", 5), ("Oct", 4), ("Nov", 4), ("Dec", 5), ("Jan", 4), ("Feb", 4)]),
    ],
)
def test_the_map_begins_with_the_month_of_the_first_receipt(
    days: int, months: list[tuple[str, int]]
) -> None:
    """Break: draw all the weeks that there may be."""
    receipt = Receipt("arxiv", "", back(FRIDAY, days), Verdict.COMPLETE, "All here.")
    heat = draw_heat([receipt], FRIDAY)
    assert list(heat.months) == months
