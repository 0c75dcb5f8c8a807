"""What a reader asked for, read from an address: bounded, cleaned, never trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from broadsheet.model import Sort
from broadsheet.query.tokens import clean

PAGE_SIZE = 20
MOST_PER_ANSWER = 100
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as asked for: `offset` and `limit` are within bounds already."""

    text: str = ""
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = PAGE_SIZE

    @property
    def page(self) -> int:
        """The number of the page, from 1."""
        return self.offset // self.limit + 1


def read_text(params: Mapping[str, str]) -> str:
    """The search text, its control characters blanked; the parser refuses one that is too long."""
    return clean(params.get("q", "")).strip()


def read_page_request(params: Mapping[str, str]) -> SearchRequest:
    """For a search page: `q`, `sort`, `page`."""
    last_page = DEEPEST // PAGE_SIZE
    page = read_number(params.get("page"), default=1, low=1, high=last_page)
    return SearchRequest(read_text(params), _read_sort(params), (page - 1) * PAGE_SIZE)


def read_slice_request(
    params: Mapping[str, str], *, default: int = PAGE_SIZE, most: int = MOST_PER_ANSWER
) -> SearchRequest:
    """For programs: `q`, `sort`, `limit`, `offset`, the numbers clamped to what is allowed."""
    limit = read_number(params.get("limit"), default=default, low=1, high=most)
    offset = read_number(params.get("offset"), default=0, low=0, high=DEEPEST)
    return SearchRequest(read_text(params), _read_sort(params), offset, limit)


def read_number(text: str | None, *, default: int, low: int, high: int) -> int:
    """A whole number between two bounds; anything that is no number gives the default."""
    text = (text or "").strip()
    if not re.fullmatch(r"-?[0-9]+", text):
        return default
    # Longer than any bound: int() refuses thousands of digits, and need not see them.
    if len(text) > 12:
        return low if text[0] == "-" else high
    return max(low, min(int(text), high))


def _read_sort(params: Mapping[str, str]) -> Sort:
    name = params.get("sort", "")
    return Sort(name) if name in set(Sort) else Sort.RELEVANCE
