"""Addresses within Broadsheet. Pure."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlencode

from broadsheet.model import Sort
from broadsheet.query.render import field_filter

EXPORTS = {"bib": "bibtex", "ris": "ris", "json": "csl-json"}
EXPORT_TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
}
EXPORT_NAMES = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


def search_url(text: str, sort: Sort = Sort.RELEVANCE, page: int = 1, path: str = "/search") -> str:
    """A search's address; what is as by default stays out of it."""
    params: dict[str, str | int] = {"q": text}
    if sort is not Sort.RELEVANCE:
        params["sort"] = sort.value
    if page > 1:
        params["page"] = page
    return f"{path}?{urlencode(params)}"


class SearchLinks:
    """Addresses of searches in one order whose texts begin alike: a page has hundreds of them."""

    def __init__(self, text: str, sort: Sort) -> None:
        self._begin = "/search?q=" + (quote_plus(text) + "+" if text else "")
        self._end = "" if sort is Sort.RELEVANCE else f"&sort={sort.value}"

    def plus(self, more: str) -> str:
        """The search for the text with more behind it."""
        return self._begin + _quote(more) + self._end


_quote = lru_cache(maxsize=8192)(quote_plus)


@lru_cache(maxsize=8192)
def author_url(name: str) -> str:
    """The search for everything by an author, newest first."""
    return search_url(field_filter("author", name), Sort.NEWEST)


def author_page_url(name: str) -> str:
    """The page of an author."""
    return f"/author/{quote(name, safe='')}"


def comment_url(number: int, comment: int) -> str:
    """A comment on a paper, on whichever page of its thread that stands."""
    return f"/paper/{number}?comment={comment}#comment-{comment}"


def paper_url(number: int) -> str:
    return f"/paper/{number}"


def receipt_url(source: str, day: date) -> str:
    """The receipts of a source for a day."""
    return f"/receipts/{quote(source, safe='')}/{day}"


def whole_day_url(name: str, category: str = "", page: int = 1) -> str:
    """The page of all papers of a day, or of those of a category."""
    asked = {"category": category, "page": page if page > 1 else ""}
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"/day/{name}/all" + (f"?{query}" if query else "")


def paper_exports(number: int) -> tuple[tuple[str, str], ...]:
    """(name of the format, address) of a paper's citation files."""
    return tuple(
        (name, f"/paper/{number}/export.{suffix}") for suffix, name in EXPORT_NAMES.items()
    )


def search_exports(text: str, sort: Sort) -> tuple[tuple[str, str], ...]:
    """(name of the format, address) of a search's citation files."""
    return tuple(
        (name, search_url(text, sort, path=f"/export.{suffix}"))
        for suffix, name in EXPORT_NAMES.items()
    )
