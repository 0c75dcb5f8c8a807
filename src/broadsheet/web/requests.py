"""What a reader asked for, read from an address: bounded, cleaned, never trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from starlette.requests import Request

from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.model import Sort
from broadsheet.query.tokens import clean

PAGE_SIZE = 20
MOST_PER_ANSWER = 100
LAST_PAGE = 10**9
"""No library is as deep; a page beyond the end says where the last one is."""
RELATED_SORTS = (Sort.RELEVANCE, Sort.NEWEST, Sort.VOTES)
DAYS = 7
MOST_DAYS = 366


class Comparing(NamedTuple):
    """Two records whose texts are to be compared; 0 is for none in particular."""

    old: int = 0
    new: int = 0


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

    @property
    def is_front(self) -> bool:
        """Whether this is the front page: nothing asked for, from the beginning."""
        return not self.text and not self.offset


def read_text(params: Mapping[str, str]) -> str:
    """The search text, its control characters blanked; the parser refuses one that is too long."""
    return clean(params.get("q", "")).strip()


def read_page_request(params: Mapping[str, str]) -> SearchRequest:
    """For a search page: `q`, `sort`, `page`."""
    page = read_number(params.get("page"), default=1, low=1, high=LAST_PAGE)
    return SearchRequest(read_text(params), _read_sort(params), (page - 1) * PAGE_SIZE)


def read_slice_request(
    params: Mapping[str, str], *, default: int = PAGE_SIZE, most: int = MOST_PER_ANSWER
) -> SearchRequest:
    """For programs: `q`, `sort`, `limit`, `offset`, the numbers clamped to what is allowed."""
    limit = read_number(params.get("limit"), default=default, low=1, high=most)
    offset = read_number(params.get("offset"), default=0, low=0, high=LAST_PAGE)
    return SearchRequest(read_text(params), _read_sort(params), offset, limit)


def read_comparing(params: Mapping[str, str]) -> Comparing:
    """For a paper page: `old` and `new`, numbers of records."""
    old, new = (
        read_number(params.get(name), default=0, low=0, high=LAST_PAGE) for name in ("old", "new")
    )
    return Comparing(old, new)


def read_related_sort(params: Mapping[str, str]) -> Sort:
    """For a paper page: `related`, the order of the papers nearby."""
    name = params.get("related", "")
    return Sort(name) if name in RELATED_SORTS else Sort.RELEVANCE


def read_comment(params: Mapping[str, str]) -> int:
    """For a paper page: `comment`, one that is to be on it; 0 for none."""
    return read_number(params.get("comment"), default=0, low=0, high=10**12)


def read_number(text: str | None, *, default: int, low: int, high: int) -> int:
    """A whole number between two bounds; anything that is no number gives the default."""
    text = (text or "").strip()
    if not re.fullmatch(r"-?[0-9]+", text):
        return default
    # Longer than any bound: int() refuses thousands of digits, and need not see them.
    if len(text) > 12:
        return low if text[0] == "-" else high
    return max(low, min(int(text), high))


def read_day(text: str) -> date:
    """A day such as 2026-11-20. Raises InvalidInputError."""
    text = clean(text).strip()
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise InvalidInputError(f"{text[:40]!r} is not a day; a day is written like 2026-11-20.")


def read_days(params: Mapping[str, str], today: date) -> tuple[date, date]:
    """Days `from` and `to`, both included: by default the last week, at most about a year.

    Raises InvalidInputError for what is no day, or an end before its beginning.
    """
    last = read_day(params["to"]) if params.get("to") else today
    first = read_day(params["from"]) if params.get("from") else back(last, DAYS - 1)
    if first > last:
        raise InvalidInputError(f"The days end on {last}, before they begin on {first}.")
    return max(first, back(last, MOST_DAYS - 1)), last


def back(day: date, days: int) -> date:
    """So many days earlier, or the first day that there is."""
    return day - timedelta(days=min(days, (day - date.min).days))


def _read_sort(params: Mapping[str, str]) -> Sort:
    name = params.get("sort", "")
    return Sort(name) if name in set(Sort) else Sort.RELEVANCE


def read_page_number(params: Mapping[str, str], most: int) -> int:
    """The number of a page, from 1; beyond `most` the last one."""
    return read_number(params.get("page"), default=1, low=1, high=most)


def read_path_number(text: str, kind: str) -> int:
    """A number in an address. Raises NotFoundError, of its kind, for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise NotFoundError(kind, text[:40])


def read_origin(request: Request) -> str:
    """Where this instance is reached, for addresses that leave it: "https://host"; as its
    settings say, or else as this request did."""
    return (getattr(request.app.state, "url", "") or str(request.base_url)).rstrip("/")
