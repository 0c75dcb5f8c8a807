"""What a plot says in words: its caption, and what a reader must know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from broadsheet.plots import MONTHS, Curve, Interval, PlotRequest, say_period
from broadsheet.trends import periods

WINDOWS = {Interval.WEEK: 5, Interval.MONTH: 3, Interval.YEAR: 3}
"""Over how many periods the moving mean of a smooth curve goes."""
_NUMBERS = {3: "three", 5: "five"}
FEW = 20


def caption(request: PlotRequest, curves: Sequence[Curve], among: int) -> str:
    """What is drawn, in a sentence. `among` counts the papers that shares are shares of."""
    if not any(curve.points for curve in curves):
        return "There is nothing to draw: no paper matches."
    what = f"Papers by {request.interval}"
    if request.shares:
        of = f" in {say_whole(request.share_of)}" if request.share_of.strip() else ""
        what = f"Share by {request.interval} of {among:,} papers{of}"
    names = "; ".join(f"{curve.label} ({curve.total:,})" for curve in curves)
    ends = curves[0].points[0].period, curves[0].points[-1].period
    time = " to ".join(dict.fromkeys(map(say_period, ends)))
    window = _NUMBERS[WINDOWS[request.interval]]
    smoothed = f", each the mean of {window} {request.interval}s" if request.smooth else ""
    return f"{what}, {time}{smoothed}: {names}."


def say_whole(text: str) -> str:
    """The field that shares are of, shortly: "cs.LG" for category:cs.LG."""
    text = " ".join(text.split())
    name, colon, value = text.partition(":")
    return value if colon and name.isalpha() and " " not in value else text


def say_unplaced(
    interval: Interval, counts: Sequence[tuple[str, int]], undated: Sequence[tuple[str, int]]
) -> tuple[str, ...]:
    """How many papers are not drawn because their dates are not exact enough, or because they have
    none, by curve."""
    known = {Interval.WEEK: "month or year", Interval.MONTH: "year"}.get(interval)
    whys = (f"only the {known} of them is known", counts), ("they have no date", undated)
    told = []
    for why, found in whys:
        if each := "; ".join(f"{label}: {count:,}" for label, count in found if count):
            told.append(f"Not drawn, because {why}: {each}.")
    return tuple(told)


def say_outside(
    counts: Sequence[Counter[str]], shown: tuple[str, str], start: str, end: str
) -> tuple[str, ...]:
    """How many papers lie before or after what is shown, unless it was to `start` or `end` so."""
    papers = sum(counts, Counter[str]())
    before = sum(count for period, count in papers.items() if period < shown[0])
    after = sum(count for period, count in papers.items() if period > shown[1])
    told = []
    if before and not start:
        papers_are = "1 paper is" if before == 1 else f"{before:,} papers are"
        told.append(f"{papers_are} dated before {say_period(shown[0])}.")
    if after and not end:
        papers_are = "1 paper is" if after == 1 else f"{after:,} papers are"
        told.append(f"{papers_are} dated after {say_period(shown[1])}.")
    return tuple(told)


def say_few(interval: Interval, among: Sequence[int]) -> tuple[str, ...]:
    """In how many periods a share is a share of so few papers that it says little."""
    few = sum(0 < count < FEW for count in among)
    if not few:
        return ()
    periods_have = f"1 {interval} has" if few == 1 else f"{few:,} {interval}s have"
    return (f"{periods_have} fewer than {FEW} papers of the field: such a share says little.",)


def say_open(open_from: str, edge: date, today: date) -> tuple[str, ...]:
    """That the last period is not over, and why."""
    if not open_from:
        return ()
    if edge == today or periods.span(open_from)[0] > edge:
        return (f"From {say_period(open_from)} on, drawn open, more papers are to come.",)
    newest = f"{edge.day} {MONTHS[edge.month - 1]} {edge.year}"
    return (
        f"From {say_period(open_from)} on, drawn open, more papers are to come: "
        f"the newest one here is of {newest}.",
    )


def say_repeated(count: int) -> tuple[str, ...]:
    """That a query which was given several times is drawn once."""
    return ("A query that was given more than once is drawn once.",) if count > 0 else ()


def say_loose(labels: Sequence[str]) -> tuple[str, ...]:
    """Of which queries papers count that have only some of the words."""
    if not labels:
        return ()
    named = " and ".join(f"“{label}”" for label in labels)
    return (f"Papers with only some of the words of {named} count too: few have all of them.",)
