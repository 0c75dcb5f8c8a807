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


def slowed(interval: timedelta, unchanged: int) -> timedelta:
    """Twice the interval for each time in a row that nothing had changed, but once a day."""
    return min(interval * (1 << min(unchanged, 10)), LONGEST)
