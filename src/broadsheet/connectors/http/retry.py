"""How long a server asks to be left alone, read from its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
_PARAMETER = re.compile(r"\b([rt])\s*=\s*(\d{1,12})\b")
_EPOCH = 1_000_000_000  # a number of seconds as great as this is a moment, not a span


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date; None when it says nothing of use.

    A date is measured from the server's own `Date`, as its clock may differ from ours. No time at
    all, or a date gone by, is of no use: our own pauses are kinder.
    """
    text = headers.get("retry-after", "").strip()
    if (seconds := _number(text)) is not None:
        span = timedelta(seconds=seconds)
    elif (moment := _date(text)) is not None:
        span = moment - _server_now(headers, now)
    else:
        return None
    return _bounded(span) or None


def spent_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long an allowance is used up, where RateLimit headers of either make say that it is.

    They are hints on answers that were good; None when something is left or nothing is said.
    """
    for remaining, reset in _allowances(headers):
        if _number(remaining) == 0 and (seconds := _number(reset)) is not None:
            if seconds >= _EPOCH:
                seconds -= int(_server_now(headers, now).timestamp())
            return _bounded(timedelta(seconds=seconds)) or None
    return None


def _allowances(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(what is left, seconds or moment of its renewal), as each make of header says it."""
    for policy in headers.get("ratelimit", "").split(","):
        said = dict(_PARAMETER.findall(policy))
        yield said.get("r", ""), said.get("t", "")
    for prefix in ("ratelimit-", "x-ratelimit-", "x-rate-limit-"):
        yield headers.get(prefix + "remaining", ""), headers.get(prefix + "reset", "")


def _number(text: str) -> int | None:
    """A number of seconds: digits of ASCII, perhaps a fraction, which is rounded up."""
    found = re.fullmatch(r"([0-9]{1,12})(\.[0-9]*)?", text.strip())
    return None if found is None else int(found[1]) + bool(found[2])


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _server_now(headers: Mapping[str, str], now: datetime) -> datetime:
    return _date(headers.get("date", "")) or now


def _bounded(span: timedelta) -> timedelta:
    return min(max(span, timedelta()), LONGEST)
