"""What the library says about a work: for each field the best that any of its records has.

Pure. Ties go to the record that came first, so that the same records in the same order always
give the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from broadsheet.model import PaperDate, Record, Work

# How much a source knows of a paper's venue: a proceedings or bibliography entry names it, a
# listing names the shelf it stood on.
_VENUE_TRUST = {"huggingface": 0, "aitopics": 1, "demo": 2, "arxiv": 2}
_OTHER_VENUE_TRUST = 3
_DATE_KINDS = {"submitted": 5, "published": 4, "listed": 3, "month_from_id": 2, "venue_year": 1}


def compose(work_id: int, records: Sequence[Record]) -> Work:
    """The work that these records (at least one, oldest first) describe.

    Title and abstract come from the newest arXiv version, else from the record with the longest
    abstract; authors from the fullest list, written out rather than as initials; the venue from
    a bibliography entry before a listing, with the status that goes with it; the date from the
    most exact, then the best kind. Identifiers, categories, links and sources are united in
    order of arrival.
    """
    if len(records) == 1:
        return _single(work_id, records[0])
    chosen: dict[str, Any] = {"title": ""}
    provenance: dict[str, str] = {}
    for field, rank in _RANKS.items():
        able = [record for record in records if getattr(record, field)]
        if field == "status":  # what one venue decided says nothing about another
            able = [record for record in able if record.venue in (None, chosen.get("venue"))]
        if able:
            best = max(able, key=rank)
            chosen[field] = getattr(best, field)
            provenance[field] = best.source
    for field in ("ids", "categories", "links"):
        chosen[field] = _unite(getattr(record, field) for record in records)
        if chosen[field]:
            provenance[field] = next(r.source for r in records if getattr(r, field))
    sources = tuple(dict.fromkeys(record.source for record in records))
    return Work(id=work_id, sources=sources, provenance=provenance, **chosen)


_FIELDS = (
    "title", "abstract", "summary", "authors", "ids", "categories", "venue", "status", "date",
    "links",
)  # fmt: skip


def _single(work_id: int, record: Record) -> Work:
    source = record.source
    return Work(
        id=work_id,
        title=record.title,
        abstract=record.abstract,
        summary=record.summary,
        authors=record.authors,
        ids=record.ids,
        categories=record.categories,
        venue=record.venue,
        status=record.status,
        date=record.date,
        links=record.links,
        sources=(source,),
        provenance={field: source for field in _FIELDS if getattr(record, field)},
    )


def _unite(parts: Iterable[Sequence[Any]]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _rank_text(record: Record) -> tuple[Any, ...]:
    """arXiv's newest version first; then whoever has the longest abstract."""
    return (record.source == "arxiv", record.version or 0, len(record.abstract))


def _rank_authors(record: Record) -> tuple[Any, ...]:
    written_out = sum(len(name) for name in record.authors) / len(record.authors)
    return (len(record.authors), record.version or 0, written_out)


def _rank_venue(record: Record) -> tuple[bool, int]:
    """A venue that turned a paper down is better than none, and any other is better still."""
    turned_down = (record.status or "").lower().startswith(("reject", "withdraw"))
    return (not turned_down, _VENUE_TRUST.get(record.source, _OTHER_VENUE_TRUST))


def _rank_date(record: Record) -> tuple[Any, ...]:
    date = record.date or PaperDate("", "")
    return (len(date.value), _DATE_KINDS.get(date.kind, 0))


def _rank_summary(record: Record) -> int:
    return len(record.summary)


_RANKS: dict[str, Callable[[Record], Any]] = {
    "title": _rank_text,
    "abstract": _rank_text,
    "summary": _rank_summary,
    "authors": _rank_authors,
    "venue": _rank_venue,
    "status": _rank_venue,
    "date": _rank_date,
}
