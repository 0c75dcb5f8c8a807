"""Partial dates ("2024", "2024-03", "2024-03-17") and ranges of them, as spans of days.

A span is a pair of YYYYMMDD numbers, both included. Numbers are compared, never counted with, so
the open ends are simply the smallest and the largest.
"""

from __future__ import annotations

import re
from calendar import monthrange

from broadsheet.errors import InvalidQueryError
from broadsheet.query.tree import DateRange

FIRST_DAY = 0
LAST_DAY = 99991231

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_EXAMPLES = {
    "year": "a year is written like year:2024 or year:2020..2023",
    "date": "a date is written like date:2024-03, date:2024-03-17 or date:2024-01..2024-06",
    "within": "a span is written like within:2024-03 or within:2024-03-11..2024-03-17",
}
_NAMES = {"within": "date"}


def parse_range(field: str, value: str, position: int) -> DateRange:
    """Read the value of `year:`, `date:` or `within:`, which stands at `position` in the query.

    Raises InvalidQueryError pointing at the part that is wrong.
    """
    left, dots, right = value.partition("..")
    within = field == "within"
    if not dots:
        return DateRange(*_span(field, value, position), within)
    if not (left or right):
        raise _mistake(field, "A range needs at least one end", position)
    start = _span(field, left, position)[0] if left else FIRST_DAY
    at = position + len(left) + 2
    end = _span(field, right, at)[1] if right else LAST_DAY
    if end < start:
        raise _mistake(field, "The range ends before it starts", at)
    return DateRange(start, end, within)


def format_range(dates: DateRange) -> str:
    """The shortest filter that `parse_range` reads back: "year:2020..2023", "date:2024-03"."""
    start = "" if dates.start == FIRST_DAY else _as_iso(dates.start)
    end = "" if dates.end == LAST_DAY else _as_iso(dates.end)
    field, yearly = ("within:", "within:") if dates.within else ("date:", "year:")
    if start[4:] in ("", "-01-01") and end[4:] in ("", "-12-31"):
        return yearly + _join(start[:4], end[:4])
    if start[7:] in ("", "-01") and (not end or end == _as_iso(_span("date", end[:7], 0)[1])):
        return field + _join(start[:7], end[:7])
    return field + _join(start, end)


def _join(start: str, end: str) -> str:
    return start if start == end else f"{start}..{end}"


def _as_iso(day: int) -> str:
    return f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def _span(field: str, text: str, position: int) -> tuple[int, int]:
    """First and last day of a partial date."""
    match = (_YEAR if field == "year" else _PARTIAL).fullmatch(text)
    if match is None:
        raise _mistake(field, f"“{text[:20]}” is not a {_NAMES.get(field, field)}", position)
    parts = [int(part) for part in match.groups() if part] if field != "year" else []
    year, month, day = [*(parts or [int(text)]), 0, 0][:3]
    if not year:
        raise _mistake(field, "Years begin at 0001", position)
    if match.lastindex and match.lastindex > 1 and not 1 <= month <= 12:
        raise _mistake(field, f"There is no month {match[2]}", position + match.start(2))
    if not month:
        return year * 10000 + 101, year * 10000 + 1231
    last = monthrange(year, month)[1]
    if match.lastindex == 3 and not 1 <= day <= last:
        raise _mistake(field, f"That month has no day {match[3]}", position + match.start(3))
    base = year * 10000 + month * 100
    return base + (day or 1), base + (day or last)


def _mistake(field: str, what: str, position: int) -> InvalidQueryError:
    return InvalidQueryError(f"{what}; {_EXAMPLES[field]}.", position)
