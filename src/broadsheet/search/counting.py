"""Counts by day over all matches, from the sort keys that the index has anyway.

`newest` holds the day as YYYYMMDD, zeros where the month or the day is unknown, in the bits above
the work's number. A histogram whose interval is one day's worth of numbers counts them all in one
pass. (tantivy computes in floats of 53 bits, so a key is off by at most 128 of 2^36 numbers.)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from broadsheet.search.schema import MAX_NUMBER

_NUMBERS = MAX_NUMBER + 1

REQUEST: dict[str, Any] = {
    "day": {"histogram": {"field": "newest", "interval": _NUMBERS, "min_doc_count": 1}}
}


def read_days(answer: Mapping[str, Any], first: str = "", last: str = "") -> dict[str, int]:
    """Counts by partial date in tantivy's answer to `REQUEST`, of the dates whose span of days
    touches that between the partial dates `first` and `last` (both included, "" for no end)."""
    counts = {
        int(bucket["key"]) // _NUMBERS: int(bucket["doc_count"])
        for bucket in answer["day"]["buckets"]
    }
    counts.pop(0, None)  # those without a date
    if first or last:
        low, high = _number(first or "0000", 0), _number(last or "9999", 99)
        counts = {
            number: count
            for number, count in counts.items()
            if low <= _filled(number, 99) and _filled(number, 0) <= high
        }
    return {_name(number): counts[number] for number in sorted(counts)}


def _number(date: str, missing: int) -> int:
    """A partial date as YYYYMMDD; parts that it lacks count as `missing`."""
    year, month, day = (*map(int, date.split("-")), missing, missing)[:3]
    return year * 10000 + month * 100 + day


def _filled(number: int, missing: int) -> int:
    """A date's number with its unknown parts as `missing`."""
    year, month, day = number // 10000, number // 100 % 100, number % 100
    return year * 10000 + (month or missing) * 100 + (day or missing)


@lru_cache(maxsize=1 << 15)
def _name(number: int) -> str:
    # A plot over everything names the ten thousand days of thirty years, and the next one again.
    year, month, day = number // 10000, number // 100 % 100, number % 100
    parts = [f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part)]
    return "-".join(parts)
