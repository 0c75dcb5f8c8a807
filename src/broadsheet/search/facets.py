"""Facets and counts by month over all matches, in one pass of the index.

Every work has exactly one month code, so the months add up to the total and the years, and
neither costs anything more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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


class Summary(NamedTuple):
    """What is known of all matches: how many, by value of each facet, and by month."""

    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    months: tuple[MonthCount, ...]


def read_summary(answer: Mapping[str, Any]) -> Summary:
    """The summary in tantivy's answer to `REQUEST`."""
    counts = {int(b["key"]): int(b["doc_count"]) for b in answer["month"]["buckets"]}
    total = sum(counts.values())
    counts.pop(UNDATED, None)
    years: Counter[int] = Counter()
    for code, count in counts.items():
        years[code // 13] += count
    facets = {name: _read_facet(answer[name]["buckets"]) for name in FACETS}
    facets["year"] = tuple(
        FacetCount(f"{year:04d}", count) for year, count in sorted(years.items(), reverse=True)
    )
    months = tuple(MonthCount(_name(code), count) for code, count in sorted(counts.items()))
    return Summary(total, facets, months)


def _read_facet(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    found = [FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
    return tuple(sorted(found, key=lambda facet: (-facet.count, facet.value)))


def _name(code: int) -> str:
    year, month = divmod(code, 13)
    return f"{year:04d}-{month:02d}" if month else f"{year:04d}"
