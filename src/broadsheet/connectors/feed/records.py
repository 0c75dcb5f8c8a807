"""An entry as a record: a paper where it says so of itself, else news."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from broadsheet.connectors.feed.dates import read_day
from broadsheet.connectors.feed.entries import MAX_TEXT, Entry
from broadsheet.connectors.feed.people import split_people
from broadsheet.connectors.rows import clean_names, content_key, extras, need_title
from broadsheet.ids import find_identifiers
from broadsheet.model import Identifier, PaperDate, Record, content_hash
from broadsheet.text import clean_abstract, clean_line, clean_title

MAX_KEY = 300
_TITLE_FROM_TEXT = 120
_PAPERS = frozenset({"arxiv", "doi", "openreview", "acl", "pmid"})
# Bare words that would be an identifier elsewhere are any feed's own numbering here.
_SAYS_WHAT = re.compile(
    r"https?://|oai:arxiv|arxiv:|doi:|info:doi|pmid:|acl:|openreview:|10\.\d{4,9}/", re.IGNORECASE
)
_PUBMED = re.compile(r"pubmed:(\d{1,9})", re.IGNORECASE)
_ARXIV_HEAD = re.compile(r"arXiv:\S{1,40}\s+Announce Type: \S{1,20}\s+(?:Abstract: )?")


class Kind(StrEnum):
    """What the person said of a feed: judge each entry, or they are all of one kind."""

    EACH = ""
    PAPERS = "papers"
    NEWS = "news"


def key_of(entry: Entry) -> str:
    """What names the entry within its feed: its id, else its address, else a hash of its title."""
    key = clean_line(entry.key or entry.page)
    if not key:
        return content_key("", entry.title or entry.text)
    return key if len(key) <= MAX_KEY else f"{key[:100]}#{content_hash(key.encode()).hex()}"


def make_record(entry: Entry, source: str, key: str, kind: Kind) -> Record:
    """The record of an entry. Raises RowError when it has no title, nor a text to begin with."""
    abstract = clean_abstract(_ARXIV_HEAD.sub("", entry.text[:MAX_TEXT], count=1))
    ids = _identifiers(entry)
    news = kind is Kind.NEWS or (kind is Kind.EACH and not ids and not entry.scholarly)
    return Record(
        source=source,
        key=key,
        title=need_title(entry.title or _beginning(abstract)),
        abstract=abstract,
        authors=split_people(entry.names),
        ids=() if news else ids,
        categories=tuple(dict.fromkeys(clean_names(entry.categories))),
        venue=clean_title(entry.venue) or None,
        date=_date_of(entry),
        links=entry.links,
        extra=extras(*entry.facts),
        kind="news" if news else "",
    )


def _beginning(text: str) -> str:
    """The first sentence or so of a text, as the title of an entry that has none."""
    if len(text) <= _TITLE_FROM_TEXT:
        return text
    cut = text[:_TITLE_FROM_TEXT]
    sentence = cut.rpartition(". ")[0]
    return f"{sentence}." if sentence else f"{cut.rpartition(' ')[0] or cut}…"


def _date_of(entry: Entry) -> PaperDate | None:
    return read_day(entry.published) or read_day(entry.updated)


def _identifiers(entry: Entry) -> tuple[Identifier, ...]:
    """The paper's identifiers that the entry's own ids and addresses are, one of a scheme.

    An entry that names two of a scheme is not about one of them more than about the other.
    """
    found: dict[str, set[Identifier]] = {}
    for text in entry.references:
        text = _PUBMED.sub(r"pmid:\1", text) if text[:7].lower() == "pubmed:" else text
        if _SAYS_WHAT.match(text):
            for each in find_identifiers(text):
                found.setdefault(each.scheme, set()).add(each)
    single = (next(iter(ids)) for ids in found.values() if len(ids) == 1)
    return tuple(each for each in single if each.scheme in _PAPERS)


def day_of(entry: Entry) -> date | None:
    """The day that the entry bears, where it bears a whole one."""
    found = _date_of(entry)
    value = found.value if found else ""
    return date.fromisoformat(value) if len(value) == len("2026-11-20") else None
