"""What both doors of the web (pages and API) ask the library for, in the same few questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from broadsheet.errors import IndexNotReadyError
from broadsheet.library import Library, Page, Shown
from broadsheet.model import StoredRecord, Work, WorkEvent
from broadsheet.sources import Series
from broadsheet.web.requests import SearchRequest

RELATED = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """A work with everything that is told about it."""

    work: Work
    records: Sequence[StoredRecord]
    history: Sequence[WorkEvent]
    related: Sequence[Shown]
    series: Series = field(default_factory=dict)

    @property
    def first_seen(self) -> datetime | None:
        """When any of it was first seen here."""
        return min((record.seen_at for record in self.records), default=None)


def read_paper(library: Library, work: Work) -> Paper:
    """The rest of what is known about a work; a constant number of questions."""
    return Paper(
        work=work,
        records=library.get_records(work.id),
        history=library.get_history(work.id),
        related=_find_related(library, work.id),
        series=library.newsroom.get_series(work.id),
    )


def search(library: Library, wanted: SearchRequest, *, bare: bool = False) -> Page:
    """One page of results; `bare` leaves out facets and highlights."""
    return library.search(
        wanted.text,
        limit=wanted.limit,
        offset=wanted.offset,
        sort=wanted.sort,
        facets=not bare,
        highlights=not bare,
    )


def _find_related(library: Library, number: int) -> Sequence[Shown]:
    """Papers nearby; none while the index is away, because the paper itself can still be read."""
    try:
        return library.related([number], limit=RELATED)
    except IndexNotReadyError:
        return ()
