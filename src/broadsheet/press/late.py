"""What is late: what was announced on a day and is in no edition of that day or a later one.

Not clocks decide what is late but what was printed: a page that was seen late, an estimate that
was put right, or a batch that was written while the press ran would each deceive a clock. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from broadsheet.press.candidates import News

FORTNIGHT = timedelta(days=14)

History = Mapping[str, bool]
"""The printed days that a paper was among the news of, and whether it stood on their pages."""

_NEVER: History = {}


def was_shown(history: History, name: str) -> bool:
    """Whether a paper stood as news on the page of a printed day other than the one named."""
    return any(shown for each, shown in history.items() if each != name)


def pick_late(
    old: Mapping[int, News], was: Mapping[int, History], printed: Iterable[date], name: str
) -> dict[int, News]:
    """Of papers announced on earlier days, those that are late for the edition of a name.

    `printed` are the earlier days that were printed: what was announced before printing began, or
    while it rested for long, is not late. A paper that is told to be of a later day than the one
    that counted it, but had no room on its page, is late as soon as that later day is printed.
    """
    days = list(printed)
    spoken_for = {
        day
        for day in {each.day for each in old.values()}
        if any(timedelta() <= day - each <= FORTNIGHT for each in days)
    }
    return {
        number: news._replace(late_from=news.day)
        for number, news in old.items()
        if news.day in spoken_for and not _had_its_day(was.get(number, _NEVER), news.day, name)
    }


def _had_its_day(history: History, day: date, name: str) -> bool:
    """Whether a paper was among the news of its day or of a later one, or was shown before."""
    told = day.isoformat()
    return was_shown(history, name) or any(told <= each for each in history if each != name)
