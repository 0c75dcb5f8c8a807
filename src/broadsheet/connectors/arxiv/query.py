"""arXiv's query API, by ids: what a sweep found missing is fetched through it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from broadsheet.connectors.arxiv.categories import is_category
from broadsheet.connectors.arxiv.records import (
    BUDGET,
    Paper,
    parse_moment,
    reckon_announcements,
    to_record,
)
from broadsheet.connectors.arxiv.withdrawn import is_withdrawn
from broadsheet.connectors.rows import RowError
from broadsheet.connectors.xml import child_text, children, local_name, parse_xml
from broadsheet.errors import SourceBrokenError, SourceBusyError
from broadsheet.ids import parse_arxiv
from broadsheet.model import Record
from broadsheet.ports import Web
from broadsheet.sources import Batch, Item, Raw, Rejected, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

BASE = "https://export.arxiv.org"
STREAM = "repair"
_ACCEPT = "application/atom+xml, text/xml, */*"
_ERRORS = re.compile(r"https?://arxiv\.org/api/errors")


def fetch(source: Source, keys: Sequence[str], web: Web) -> Raw:
    """One request for the newest versions of some papers."""
    names = ",".join(quote(key, safe="/") for key in keys)
    url = f"{source.mirror or BASE}/api/query?id_list={names}&start=0&max_results={len(keys)}"
    return Raw(STREAM, None, web.get(url, accept=_ACCEPT, budget=BUDGET))


def parse(source: Source, raw: Raw) -> Batch:
    """The papers that the feed holds; errors come as a feed with one entry."""
    root = parse_xml(raw.answer.body)
    if local_name(root) != "feed":
        raise SourceBrokenError("The answer of the query API is not an Atom feed.")
    entries = children(root, "entry")
    for entry in entries:
        if _ERRORS.match(child_text(entry, "id")):
            words = " ".join(child_text(entry, "summary").split())[:200]
            raise SourceBrokenError(f"arXiv's query API answers with an error: {words or 'none'}.")
    _check_complete(root, len(entries))
    records: list[Record] = []
    rejected: list[Rejected] = []
    for entry in entries:
        try:
            records.append(to_record(_paper(entry)))
        except RowError as error:
            name = child_text(entry, "id")[:200]
            found = parse_arxiv(name)
            rejected.append(Rejected(found[0].value if found else name, str(error)))
    return Batch(
        records=tuple(records),
        rejected=tuple(rejected),
        items=tuple(Item(record.key, record.version or 0) for record in records),
        announced=tuple(a for record in records for a in reckon_announcements(source, record)),
    )


def _check_complete(root: _Element, entries: int) -> None:
    """Raises SourceBusyError for fewer entries than the feed says there are: one request names no
    more papers than one page holds."""
    total, start = (
        int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        for text in (child_text(root, name) for name in ("totalResults", "startIndex"))
    )
    if entries < total - start:
        raise SourceBusyError(
            f"arXiv's query API sent {entries} of {total - start} papers, as when it is busy."
        )


def _paper(entry: _Element) -> Paper:
    name, comments = child_text(entry, "id")[:200], child_text(entry, "comment")
    first, newest = (parse_moment(child_text(entry, part)) for part in ("published", "updated"))
    found = parse_arxiv(name)
    version = found[1] if found else None
    if version is None and first and first == newest:
        version = 1  # what is dated like the first version is the first version
    primary = [element.get("term", "") for element in children(entry, "primary_category")]
    return Paper(
        name=name,
        title=child_text(entry, "title"),
        abstract=child_text(entry, "summary"),
        authors=", ".join(child_text(author, "name") for author in children(entry, "author")),
        categories=tuple(
            term
            for term in (*primary, *(part.get("term", "") for part in children(entry, "category")))
            if is_category(term)  # ACM and MSC classes stand among them
        ),
        version=version,
        first=first,
        newest=newest,
        comments=comments,
        doi=child_text(entry, "doi"),
        withdrawn=is_withdrawn(comments),
        facts=(("journal-ref", child_text(entry, "journal_ref")),),
    )
