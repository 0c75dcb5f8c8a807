"""How often a feed is asked: as often as it says, seldom where nothing ever changes."""

from __future__ import annotations

import re
from datetime import timedelta

HOUR = timedelta(hours=1)
SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def suggested(every: timedelta | None, cache_control: str) -> timedelta:
    """What feed and server ask for, or an hour. A server's `max-age` can only make it longer:
    short ones are about caches and say nothing about how often there is news."""
    found = _MAX_AGE.search(cache_control[:1000])
    age = timedelta(seconds=int(found[1])) if found else timedelta()
    return min(max(every or HOUR, age, SHORTEST), LONGEST)


def slowed(interval: timedelta, still: timedelta) -> timedelta:
    """An eighth of the time in which nothing has changed, from the interval up to a day.

    What changes once a day is so asked every few hours, however often a person looks besides.
    """
    return min(max(interval, still / 8), LONGEST)
