"""What the three formats have in common: a feed is entries in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from broadsheet.model import Link
from broadsheet.text.links import clean_url

MAX_ENTRIES = 5_000
MAX_TEXT = 50_000
"""Characters of an entry's text that are kept."""

MAX_FIELD = 4_000
"""Characters of any other field: past them it is no title, name or address."""

MAX_MANY = 200
"""As many names, categories or links of one entry as are kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed has it; all text is plain, dates are as written, "" for what is not
    there.

    `key` is what the feed calls it (guid, id). `names` are texts that hold one author or several.
    `references` are texts that may be a paper's identifier. `scholarly` says that the entry uses
    elements that only publishers of papers use; `facts` are further ones as (name, value).
    """

    key: str = ""
    title: str = ""
    text: str = ""
    names: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    references: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    venue: str = ""
    scholarly: bool = False
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def page(self) -> str:
        """The address of the entry's own page, or ""."""
        return next((link.url for link in self.links if link.rel == "page"), "")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its title, its entries in its own order, and how often it says that it changes.

    `lost` counts entries that began in a broken document and could not be read.
    """

    title: str = ""
    entries: tuple[Entry, ...] = ()
    every: timedelta | None = None
    lost: int = 0


def web_address(url: str, base: str = "") -> str:
    """An absolute address of the web in canonical form; "" for any other (`javascript:`, `data:`,
    a bare path without a base)."""
    url = "".join(url.split()) if len(url) <= MAX_FIELD else ""
    if not url:
        return ""
    try:
        url = urljoin(base, url)
        scheme = urlsplit(url).scheme
    except ValueError:  # brackets that hold no IPv6 address
        return ""
    return (clean_url(url) or "") if scheme in ("http", "https") else ""


def page_links(pages: list[str], files: list[str], base: str) -> tuple[Link, ...]:
    """The first address that can be followed as the page, and those of PDF files."""
    page = next((url for each in pages[:MAX_MANY] if (url := web_address(each, base))), "")
    pdfs = (web_address(each, base) for each in files[:MAX_MANY])
    links = [Link("page", page), *(Link("pdf", url) for url in pdfs)]
    return tuple(dict.fromkeys(link for link in links if link.url))
