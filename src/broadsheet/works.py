"""What the library says about a work: for each field the best that any of its records has.

Pure. Ties go to the record that came first, so that the same records in the same order always
give the same work. What a source has replaced since no longer counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from broadsheet.forms import arxiv_version, drop_readers_words, drop_superseded
from broadsheet.model import PaperDate, Record, Work
from broadsheet.text.keys import title_key

# How much a source knows of a paper's venue: the proceedings are the venue, a bibliography entry
# names it, an index of everything gathered it, a listing names the shelf it stood on.
_VENUE_TRUST = {
    "huggingface": 0, "aitopics": 1, "demo": 2, "arxiv": 2,
    "semanticscholar": 3, "openalex": 3, "crossref": 3, "acl": 5, "openreview": 5,
}  # fmt: skip
_OTHER_VENUE_TRUST = 4
_DATE_KINDS = {"submitted": 5, "published": 4, "listed": 3, "month_from_id": 2, "venue_year": 1}


def compose(work_id: int, records: Sequence[Record]) -> Work:
    """The work that these records (at least one, oldest first) describe.

    Title and abstract come from the newest arXiv version, else from the record with the longest
    abstract; authors from the fullest list, written out rather than as initials; the venue from
    a bibliography entry before a listing, with the status that goes with it; the date from the
    most exact, then the best kind. Identifiers, categories, links and sources are united in
    order of arrival. Of a paper that others tell of, too, a feed adds identifiers and pages at
    most, and that only under the paper's own title; a reader adds nothing but their name as a
    source, and of a paper that only readers tell of, the first decides.
    """
    everything = records
    records = drop_superseded(drop_readers_words(records))
    sources = tuple(dict.fromkeys(record.source for record in everything))
    if len(records) == 1:
        return _single(work_id, records[0], sources)
    heard = records
    records = [record for record in records if not record.hearsay] or records
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
    if len(records) < len(heard):
        records = [*records, *_believe(heard, chosen["title"])]
    for field in ("ids", "categories", "links"):
        chosen[field] = _unite(getattr(record, field) for record in records)
        if chosen[field]:
            provenance[field] = next(r.source for r in records if getattr(r, field))
    for field, (value, source) in _state(records).items():
        chosen[field] = value
        provenance[field] = source
    chosen["kind"] = records[0].kind if len({record.kind for record in records}) == 1 else ""
    return Work(id=work_id, sources=sources, provenance=provenance, **chosen)


def _believe(records: Iterable[Record], title: str) -> Iterator[Record]:
    """What is taken of feeds about a paper that is known otherwise."""
    key = title_key(title)
    for record in records:
        if record.hearsay and title_key(record.title) == key:
            pages = tuple(link for link in record.links if link.rel == "page")
            yield Record(record.source, record.key, record.title, ids=record.ids, links=pages)


_FIELDS = (
    "title", "abstract", "summary", "authors", "ids", "categories", "venue", "status", "date",
    "links", "submitted_at", "announced_on", "withdrawn",
)  # fmt: skip


def _state(records: Sequence[Record]) -> dict[str, tuple[Any, str]]:
    """The fields that tell of the paper's state, as far as known, each with its source."""
    state: dict[str, tuple[Any, str]] = {}
    current = _newest(records)
    if current[0].source == "arxiv" and (version := current[0].version):
        state["version"] = version, "arxiv"
    if handed_in := [record for record in current if record.submitted_at]:
        best = max(handed_in, key=lambda record: record.submitted_at)
        state["submitted_at"] = best.submitted_at, best.source
    if listed := [record for record in records if record.announced_on]:
        first = min(listed, key=lambda record: record.announced_on)
        state["announced_on"] = first.announced_on, first.source
    if taken_back := [record for record in current if record.withdrawn]:
        state["withdrawn"] = True, taken_back[0].source
    return state


def _newest(records: Sequence[Record]) -> Sequence[Record]:
    """The records of the newest arXiv version; without versions, all.

    One version may have several: what the feed of the day had of it, and what the harvest had.
    """
    newest = max((arxiv_version(record) for record in records), default=0)
    if newest:
        return [record for record in records if arxiv_version(record) == newest]
    return records


def _single(work_id: int, record: Record, sources: tuple[str, ...]) -> Work:
    source = record.source
    version = arxiv_version(record) or None
    provenance = {field: source for field in _FIELDS if getattr(record, field)}
    if version:
        provenance["version"] = source
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
        sources=sources,
        provenance=provenance,
        kind=record.kind,
        version=version,
        submitted_at=record.submitted_at,
        announced_on=record.announced_on,
        withdrawn=record.withdrawn,
    )


def _unite(parts: Iterable[Sequence[Any]]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _rank_text(record: Record) -> tuple[Any, ...]:
    """Papers before news, then arXiv's newest version; then whoever has the longest abstract."""
    return (not record.kind, record.source == "arxiv", record.version or 0, len(record.abstract))


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
