"""How long a server asks to be left alone, read from its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
_PARAMETER = re.compile(r"\b([rt])\s*=\s*(\d{1,12})\b")
_EPOCH = 1_000_000_000  # a number of seconds as great as this is a moment, not a span


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date; None when it says nothing readable.

    A date is measured from the server's own `Date`, as its clock may differ from ours.
    """
    text = headers.get("retry-after", "").strip()
    if seconds := _seconds(text):
        return seconds
    moment = _date(text)
    return None if moment is None else _bounded(moment - _server_now(headers, now))


def spent_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long an allowance is used up, where RateLimit headers of either make say that it is.

    They are hints on answers that were good; None when something is left or nothing is said.
    """
    parameters = dict(_PARAMETER.findall(headers.get("ratelimit", "")))
    for prefix in ("ratelimit-", "x-ratelimit-", "x-rate-limit-"):
        parameters.setdefault("r", headers.get(prefix + "remaining", ""))
        parameters.setdefault("t", headers.get(prefix + "reset", ""))
        if _number(parameters["r"]) == 0 and (reset := _number(parameters["t"])) is not None:
            if reset >= _EPOCH:
                reset -= int(_server_now(headers, now).timestamp())
            return _bounded(timedelta(seconds=max(0, reset)))
        parameters.clear()
    return None


def _seconds(text: str) -> timedelta | None:
    number = _number(text)
    return None if number is None else _bounded(timedelta(seconds=number))


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
