"""Dates as feeds write them: the standards, and what people write instead."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from broadsheet.connectors.rows import make_date, parse_date, parse_month
from broadsheet.model import PaperDate

_LONGEST = 80
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?\d{4,6}Z?)?", re.ASCII)
_DAY_FIRST = re.compile(r"\b(\d{1,2})[ .-]{1,2}([A-Za-z]{3,9})[ .,-]{1,2}(\d{4}|\d\d)\b", re.ASCII)
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b", re.ASCII)
_MONTH = re.compile(r"([A-Za-z]{3,9})\.?,? (\d{4})", re.ASCII)


def read_day(text: str) -> PaperDate | None:
    """The day that a date names where it was written, as exact as it is; None if unreadable."""
    text = text.strip()[:_LONGEST]
    if found := _COMPACT.fullmatch(text):
        return make_date(int(found[1]), int(found[2]), int(found[3]), "published")
    if found := _DAY_FIRST.search(text):
        month = parse_month(found[2])
        return make_date(_year(found[3]), month, int(found[1]), "published") if month else None
    if found := _MONTH_FIRST.search(text):
        month = parse_month(found[1])
        return make_date(int(found[3]), month, int(found[2]), "published") if month else None
    if found := _MONTH.fullmatch(text):
        month = parse_month(found[1])
        return make_date(int(found[2]), month, None, "published") if month else None
    return parse_date(text, "published")


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year > 68 else 2000)


def read_stamp(text: str) -> str:
    """A moment as a text that sorts by time, in UTC to the second; the day where there is none."""
    text = text.strip()[:_LONGEST]
    try:
        moment = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, TypeError, IndexError):  # parsedate is not careful
        day = read_day(text)
        return day.value if day else ""
