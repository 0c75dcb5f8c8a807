"""What both doors of the web (pages and API) ask the library for, in the same few questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from broadsheet.community import Saver, Sheet, fold
from broadsheet.errors import IndexNotReadyError
from broadsheet.library import Library, Page, Shown
from broadsheet.model import Sort, StoredRecord, Work, WorkEvent
from broadsheet.people import Reader
from broadsheet.sources import Series
from broadsheet.web.entries import Known, read_answered, read_known
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
    sort: Sort = Sort.RELEVANCE

    @property
    def first_seen(self) -> datetime | None:
        """When any of it was first seen here."""
        return min((record.seen_at for record in self.records), default=None)


@dataclass(frozen=True, slots=True)
class Circle:
    """What readers made of a work: how it stands with them, who saved it, what was said of it."""

    known: Known = field(default_factory=Known)
    savers: Sequence[Saver] = ()
    thread: Sheet = field(default_factory=Sheet)


def read_paper(library: Library, work: Work, sort: Sort = Sort.RELEVANCE) -> Paper:
    """The rest of what is known about a work; a constant number of questions."""
    return Paper(
        work=work,
        records=library.get_records(work.id),
        history=library.get_history(work.id),
        related=_find_related(library, work, sort),
        series=library.newsroom.get_series(work.id),
        sort=sort,
    )


def read_circle(library: Library, work: Work, reader: Reader | None, comment_id: int = 0) -> Circle:
    """What readers made of a work, as far as they let others know, and of what was said the page
    with this comment; a constant number of questions."""
    works = {work.id: work}
    return Circle(
        known=read_answered(library, reader, works, works)
        if reader
        else read_known(library, reader, works, works),
        savers=library.community.savers(work.id),
        thread=fold(library.community.get_thread(work.id), comment_id),
    )


def read_page_known(library: Library, page: Page, reader: Reader | None) -> Known:
    """How the papers of a page stand with readers."""
    works = {shown.work.id: shown.work for shown in page.shown}
    return read_known(library, reader, works, works)


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


def _find_related(library: Library, work: Work, sort: Sort) -> Sequence[Shown]:
    """Papers nearby; none while the index is away, because the paper itself can still be read."""
    try:
        return library.related([work], limit=RELATED, sort=sort)
    except IndexNotReadyError:
        return ()
