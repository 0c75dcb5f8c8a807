"""The searches one step away from a search: a filter more, a filter less, other dates. Pure.

The search text is the only state of a search page, so that every address can be read, kept and
changed by hand.
"""

from __future__ import annotations

from dataclasses import replace

from broadsheet.query import DateRange, FieldIs, HasCode, Node, Not, Query
from broadsheet.query.dates import format_range
from broadsheet.query.render import render
from broadsheet.web.wording import say_date

_FIELDS = {
    "title": "title has",
    "author": "by",
    "abstract": "abstract has",
    "category": "category",
    "venue": "venue",
    "source": "source",
    "id": "id",
}


class Narrowing:
    """Texts of the searches around a query: `text` is its own, filters last, to which a filter may
    be added; `undated` is that over all dates."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.text = render(query)
        self.undated = self.without(*(n for n in query.filters if isinstance(n, DateRange)))
        self._fields = {
            (node.field, node.value.casefold()): node
            for node in query.filters
            if isinstance(node, FieldIs)
        }

    @property
    def filters(self) -> tuple[Node, ...]:
        """What the results must all fulfil, as typed."""
        return self._query.filters

    @property
    def dated(self) -> bool:
        """Whether there is a filter on dates."""
        return any(isinstance(node, DateRange) for node in self.filters)

    def without(self, *gone: Node) -> str:
        """The search with filters less."""
        kept = tuple(node for node in self._query.filters if node not in gone)
        return render(replace(self._query, filters=kept))

    def around(self, dates: DateRange) -> str:
        """The search less those date filters that hold of whatever lies within these dates."""
        ranges = (node for node in self.filters if isinstance(node, DateRange))
        wider = [n for n in ranges if n.start <= dates.start and dates.end <= n.end]
        return self.without(*wider)

    def find(self, field: str, value: str) -> Node | None:
        """The filter that holds the search to a value of a field or to a year, if there is one."""
        if field == "year":
            year = int(value) * 10_000
            return next((n for n in self.filters if n == DateRange(year + 101, year + 1231)), None)
        return self._fields.get((field, value.casefold()))


def say_filter(node: Node) -> str:
    """A filter in words: "category cs.LG", "not survey", "March 2024 to June 2024"."""
    match node:
        case Not(inner):
            return f"not {say_filter(inner)}"
        case FieldIs(field, value):
            return f"{_FIELDS[field]} {value}"
        case HasCode():
            return "has code"
        case DateRange():
            return _say_dates(format_range(node).partition(":")[2])
    return render(Query(terms=(node,)))


def _say_dates(span: str) -> str:
    start, dots, end = span.partition("..")
    if not dots:
        return say_date(start)
    if not end:
        return f"since {say_date(start)}"
    return f"{say_date(start)} to {say_date(end)}" if start else f"until {say_date(end)}"
