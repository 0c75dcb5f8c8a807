"""The four lists of Hugging Face Papers: which days they have, and how one is asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list.

    `begin` gives the day that stands for the list in which a day lies, `query` the part of the
    address that names it; `window` is how far back lists are asked for again, as votes go on.
    """

    name: str
    title: str
    every: timedelta
    begin: Callable[[date], date]
    query: Callable[[date], str]
    longest: timedelta = DAY
    window: timedelta = timedelta()

    @property
    def dated(self) -> bool:
        """Whether there is one for each day (week, month), rather than only one of now."""
        return bool(self.window)

    def following(self, day: date) -> date:
        """The list after the one of `day`."""
        return self.begin(self.begin(day) + self.longest)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


LISTS = {
    kind.name: kind
    for kind in (
        ListKind(
            "daily",
            "daily lists",
            timedelta(hours=6),
            begin=lambda day: day,
            query=lambda day: f"date={day.isoformat()}",
            window=6 * DAY,
        ),
        ListKind(
            "weekly",
            "weekly lists",
            DAY,
            begin=_monday,
            query=lambda day: "week={0.year}-W{0.week:02}".format(day.isocalendar()),
            longest=WEEK,
            window=WEEK,
        ),
        ListKind(
            "monthly",
            "monthly lists",
            DAY,
            begin=lambda day: day.replace(day=1),
            query=lambda day: f"month={day.isoformat()[:7]}",
            longest=31 * DAY,
            window=31 * DAY,
        ),
        ListKind(
            "trending",
            "trending papers",
            timedelta(hours=3),
            begin=lambda day: day,
            query=lambda day: "sort=trending",
        ),
    )
}
