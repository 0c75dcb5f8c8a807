"""Facets and counts by month over all matches.

Every work has exactly one month code, so the months add up to the total and the years, and
neither costs anything more. Categories cost as much as all the rest together (a work has several,
out of some 150), so the two halves are counted side by side where there are two cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from broadsheet.model import FacetCount, MonthCount
from broadsheet.search.schema import FACETS, UNDATED

SHOWN = 20
# How many values each segment hands over: more than a corpus has, so that the counts are exact.
_PER_SEGMENT = 65_000

REQUEST: dict[str, Any] = {
    "month": {"histogram": {"field": "month", "interval": 1, "min_doc_count": 1}},
    **{
        name: {"terms": {"field": name, "size": SHOWN, "segment_size": _PER_SEGMENT}}
        for name in FACETS
    },
}


HALVES: tuple[dict[str, Any], ...] = (
    {"category": REQUEST["category"]},
    {name: counted for name, counted in REQUEST.items() if name != "category"},
)


class Summary(NamedTuple):
    """What is known of all matches: how many, by value of each facet, and by month."""

    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    months: tuple[MonthCount, ...]


def read_summary(answer: Mapping[str, Any]) -> Summary:
    """The summary in tantivy's answer to `REQUEST`."""
    buckets = answer["month"]["buckets"]
    counts = {int(bucket["key"]): bucket["doc_count"] for bucket in buckets}
    total = sum(counts.values())
    counts.pop(UNDATED, None)
    facets = {name: _read_facet(answer[name]["buckets"]) for name in FACETS}
    facets["year"] = _count_years(counts)
    codes = sorted(counts)
    months = tuple(map(MonthCount, map(_name, codes), map(counts.__getitem__, codes)))
    return Summary(total, facets, months)


def _count_years(counts: Mapping[int, int]) -> tuple[FacetCount, ...]:
    years: dict[int, int] = {}
    for code, count in counts.items():
        years[code // 13] = years.get(code // 13, 0) + count
    return tuple(FacetCount(f"{year:04d}", years[year]) for year in sorted(years, reverse=True))


def _read_facet(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    found = [FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
    return tuple(sorted(found, key=lambda facet: (-facet.count, facet.value)))


@cache
def _name(code: int) -> str:
    year, month = divmod(code, 13)
    return f"{year:04d}-{month:02d}" if month else f"{year:04d}"
