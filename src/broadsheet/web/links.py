"""Addresses within Broadsheet. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

from broadsheet.model import Sort
from broadsheet.query.render import field_filter

EXPORTS = {"bib": "bibtex", "ris": "ris", "json": "csl-json"}
EXPORT_NAMES = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


def search_url(text: str, sort: Sort = Sort.RELEVANCE, page: int = 1, path: str = "/search") -> str:
    """A search's address; what is as by default stays out of it."""
    params: dict[str, str | int] = {"q": text}
    if sort is not Sort.RELEVANCE:
        params["sort"] = sort.value
    if page > 1:
        params["page"] = page
    return f"{path}?{urlencode(params)}"


def author_url(name: str) -> str:
    """The search for everything by an author, newest first."""
    return search_url(field_filter("author", name), Sort.NEWEST)


def paper_url(number: int) -> str:
    return f"/paper/{number}"


def receipt_url(source: str, day: date) -> str:
    """The receipts of a source for a day."""
    return f"/receipts/{quote(source, safe='')}/{day}"


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
