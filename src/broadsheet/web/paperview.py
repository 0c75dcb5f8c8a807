"""What a paper page shows, worked out from the library's facts. Pure; templates only print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from broadsheet.model import Link, Sort, StoredRecord, Work, WorkEvent
from broadsheet.query.render import field_filter
from broadsheet.shelves import note_of
from broadsheet.web import links, wording
from broadsheet.web.entries import EntryView, Known, list_teaching, view_work, with_answers
from broadsheet.web.reading import Paper
from broadsheet.web.requests import Comparing
from broadsheet.web.resources import Group, group_resources
from broadsheet.web.tellings import Comparison, compare_tellings
from broadsheet.web.through_time import (
    VERSION,
    Number,
    Spark,
    Version,
    draw_sparks,
    list_versions,
    tell_dates,
    tell_numbers,
    tell_withdrawal,
)

ANY_TWO = Comparing()
_RELATED_SORTS = {Sort.RELEVANCE: "Nearest", Sort.NEWEST: "Newest", Sort.VOTES: "Votes"}
_ACTS = {"join": "A record joined", "merge": "Merged with", "split": "Split from"}


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and, where it may be linked to, an address."""

    name: str
    value: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the facts table: what is known, and which source said so."""

    name: str
    values: tuple[Named, ...]
    source: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """What one source said at one time; `number` is the record's."""

    number: int
    source: str
    key: str
    seen: str
    details: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of the paper's history; `rejoin` is the paper that it was split from."""

    date: str
    what: str
    reason: str
    rejoin: int | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A related paper."""

    url: str
    title: str
    byline: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """`dates` are (day, what happened then); `withdrawn` is why, in the source's words if given."""

    title: str
    flags: tuple[str, ...]
    withdrawn: str
    kicker: str
    categories: tuple[Named, ...]
    authors: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, str], ...]
    versions: tuple[Version, ...]
    numbers: tuple[Number, ...]
    abstract: str
    summary: str
    ways_out: tuple[Named, ...]
    facts: tuple[Fact, ...]
    records: tuple[RecordLine, ...]
    events: tuple[EventLine, ...]
    related: tuple[Neighbour, ...]
    related_sorts: tuple[tuple[str, str, bool], ...]
    exports: tuple[tuple[str, str], ...]
    entry: EntryView
    resources: tuple[Group, ...]
    sparks: tuple[Spark, ...]
    comparison: Comparison | None
    plot: str


def view_paper(paper: Paper, known: Known, comparing: Comparing = ANY_TWO) -> PaperView:
    """Everything a paper page shows of the paper itself; `known` is what readers made of it,
    `comparing` are the two records whose texts are compared."""
    work = paper.work
    return PaperView(
        title=work.title,
        flags=wording.say_flags(work),
        withdrawn=tell_withdrawal(paper),
        kicker=wording.say_venue(work.venue, work.status, work.date),
        categories=tuple(_searches("category", work.categories)),
        authors=tuple((name, links.author_page_url(name)) for name in work.authors),
        dates=tuple(tell_dates(paper)),
        versions=list_versions(paper),
        numbers=tuple(tell_numbers(paper.series)),
        abstract=work.abstract,
        summary=work.summary,
        ways_out=_ways_out(work),
        facts=_facts(work),
        records=tuple(_record_line(record) for record in paper.records),
        events=tuple(_event_line(event) for event in paper.history),
        related=tuple(_neighbour(shown.work) for shown in paper.related),
        related_sorts=tuple(_related_sorts(paper)),
        exports=links.paper_exports(work.id),
        entry=_view_entry(work, known),
        resources=group_resources(work.links),
        sparks=tuple(draw_sparks(paper.series)),
        comparison=compare_tellings(paper.records, comparing),
        plot=_plot_url(work),
    )


def _view_entry(work: Work, known: Known) -> EntryView:
    """How it stands with the viewer, who may answer on behalf of any shelf."""
    note = note_of(known.saved.get(work.id, ()))
    entry = view_work(work, 1, known, note=note, noting=True)
    if not known.asking:
        return entry
    teaches = list_teaching(work.id, known)
    return replace(entry, teaches=teaches, **with_answers(work.id, 0, known))


def _related_sorts(paper: Paper) -> Iterator[tuple[str, str, bool]]:
    """(name, address, whether it is this one) of each order of the papers nearby."""
    for sort, name in _RELATED_SORTS.items():
        query = f"?related={sort.value}" if sort is not Sort.RELEVANCE else ""
        yield name, f"{links.paper_url(paper.work.id)}{query}#related", sort is paper.sort


def _plot_url(work: Work) -> str:
    """A plot of the paper's first category over time, "" where there is none."""
    if not work.categories:
        return ""
    return links.search_url(field_filter("category", work.categories[0]), path="/plots")


def _ways_out(work: Work) -> tuple[Named, ...]:
    """Identifiers and links that lead somewhere, each address once."""
    named = [Named(*wording.identifier_link(identifier)) for identifier in work.ids]
    ways = {way.url: way for way in [*named, *map(_link, work.links)] if way.url}
    return tuple(ways.values())


def _link(link: Link) -> Named:
    name = wording.LINK_NAMES.get(link.rel, link.rel)
    return Named(name, link.url, wording.safe_address(link.url))


def _facts(work: Work) -> tuple[Fact, ...]:
    """A row for each field that is known; the long texts stand above and are only measured."""
    known: dict[str, tuple[str, Sequence[Named]]] = {
        "title": ("Title", _plain(work.title)),
        "authors": ("Authors", _measure(len(work.authors), "name")),
        "date": ("Date", _plain(_say_dated(work))),
        "submitted_at": ("Submitted", _plain(wording.say_date(work.submitted_at[:10]))),
        "announced_on": ("Announced", _plain(wording.say_date(work.announced_on))),
        "version": ("Version", _plain(f"v{work.version}" if work.version else "")),
        "withdrawn": ("Withdrawn", _plain("yes" if work.withdrawn else "")),
        "venue": ("Venue", _searches("venue", [work.venue] if work.venue else [])),
        "status": ("Status", _plain(work.status or "")),
        "categories": ("Categories", _searches("category", work.categories)),
        "ids": ("Identifiers", [Named(*wording.identifier_link(name)) for name in work.ids]),
        "links": ("Links", [_link(link) for link in work.links]),
        "abstract": ("Abstract", _measure(len(work.abstract.split()), "word")),
        "summary": ("Summary", _measure(len(work.summary.split()), "word")),
    }
    return tuple(
        Fact(name, tuple(values), wording.say_source(work.provenance.get(field, "")))
        for field, (name, values) in known.items()
        if values
    )


def _plain(text: str) -> list[Named]:
    return [Named("", text)] if text else []


def _measure(count: int, unit: str) -> list[Named]:
    return _plain(wording.say_count(count, unit)) if count else []


def _searches(field: str, values: Sequence[str]) -> list[Named]:
    return [Named("", value, links.search_url(field_filter(field, value))) for value in values]


def _say_dated(work: Work) -> str:
    if not work.date:
        return ""
    return f"{wording.say_date(work.date.value)} ({wording.say_date_kind(work.date)})"


def _record_line(stored: StoredRecord) -> RecordLine:
    record = stored.record
    details = [f"version {record.version}"] if record.version else []
    if listing := record.listing:
        details.append(f"place {listing.position} on the page {listing.page}")
        if listing.date_line:
            details.append(f"the page was headed {listing.date_line}")
    details += [f"{name}: {value}" for name, value in record.extra if not VERSION.fullmatch(name)]
    return RecordLine(
        number=stored.id,
        source=wording.say_source(record.source),
        key=record.key,
        seen=wording.say_date(stored.seen_at.date().isoformat()),
        details=", ".join(details),
    )


def _event_line(event: WorkEvent) -> EventLine:
    other = "" if event.other_id is None else f" paper {event.other_id}"
    return EventLine(
        date=wording.say_date(event.at.date().isoformat()),
        what=_ACTS.get(event.act, event.act.capitalize()) + other,
        reason=event.reason,
        rejoin=event.other_id if event.act == "split" else None,
    )


def _neighbour(work: Work) -> Neighbour:
    first = work.authors[0] if work.authors else ""
    others = " and others" if len(work.authors) > 2 else ""
    if len(work.authors) == 2:
        first = " and ".join(work.authors)
    year = work.date.value[:4] if work.date else ""
    return Neighbour(
        url=links.paper_url(work.id),
        title=work.title,
        byline=", ".join(part for part in (first + others, year) if part),
    )
