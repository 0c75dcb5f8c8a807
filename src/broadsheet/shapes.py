"""The library's answers as plain data: what `--json` prints and the web's API sends.

The shapes stay as they are (`docs/cli.md`, `docs/api.md`); keys may be added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from broadsheet.community import Remark
    from broadsheet.edition import Edition, Entry, Section
    from broadsheet.learning import ShelfPicks
    from broadsheet.library import Page, Shown, Stats
    from broadsheet.model import (
        ImportReport,
        Record,
        Sort,
        StoredRecord,
        VerifyReport,
        Work,
        WorkEvent,
    )
    from broadsheet.people import Done, Reader, Shelf, Signal
    from broadsheet.shelves import OnShelf
    from broadsheet.sources import (
        Receipt,
        RejectedItem,
        Series,
        Source,
        SourceStatus,
        StreamReport,
        SyncReport,
        Trial,
    )
    from broadsheet.takeout import TakeoutReport
    from broadsheet.tuning import TuneState


def page(page: Page, *, text: str, sort: Sort, limit: int, offset: int) -> dict[str, Any]:
    """A page of a search."""
    results = page.results
    return {
        "query": text,
        "sort": str(sort),
        "limit": limit,
        "offset": offset,
        "total": results.total,
        "more": results.more,
        "matching": str(results.matching),
        "notes": list(results.notes),
        "hits": [hit(shown) for shown in page.shown],
        "facets": {
            name: [count._asdict() for count in counts] for name, counts in results.facets.items()
        },
        "months": [count._asdict() for count in results.months],
    }


def hit(shown: Shown) -> dict[str, Any]:
    """One result: why it is there, and the work."""
    found = shown.hit
    return {
        "score": found.score,
        "spoke": str(found.spoke),
        "lexical": found.lexical,
        "dense": found.dense,
        "work": shown.work.as_dict(),
        "highlights": {
            "title": [list(span) for span in shown.title_spans],
            "text": [list(span) for span in shown.text_spans],
        },
    }


def work_with_records(
    work: Work, stored: Sequence[StoredRecord], history: Sequence[WorkEvent]
) -> dict[str, Any]:
    """A work with its records and history."""
    return {
        **work.as_dict(),
        "records": [_record(entry) for entry in stored],
        "history": [{**event._asdict(), "at": event.at.isoformat()} for event in history],
    }


def related(shown: Sequence[Shown]) -> dict[str, Any]:
    """Papers near others."""
    return {"related": [hit(entry) for entry in shown]}


def _record(entry: StoredRecord) -> dict[str, Any]:
    return {"id": entry.id, "seen_at": entry.seen_at.isoformat(), **record(entry.record)}


def record(record: Record) -> dict[str, Any]:
    """What a source said of a paper."""
    return {
        **asdict(record),
        "ids": [identifier._asdict() for identifier in record.ids],
        "links": [link._asdict() for link in record.links],
        "date": record.date._asdict() if record.date else None,
        "listing": record.listing._asdict() if record.listing else None,
        "extra": dict(record.extra),
    }


def stats(stats: Stats, folder: Path) -> dict[str, Any]:
    """Sizes of a library."""
    return {"library": str(folder), **asdict(stats)}


def import_report(report: ImportReport, seconds: float) -> dict[str, Any]:
    """What an import did."""
    data = asdict(report)
    data["bad_rows"] = [asdict(row) for row in report.bad_rows]
    return {**data, "joined": report.joined, "seconds": round(seconds, 3)}


def verify_report(report: VerifyReport) -> dict[str, Any]:
    """What `verify` found."""
    return {"ok": report.ok, **asdict(report)}


# --- Live sources -----------------------------------------------------------------------------


def source(source: Source) -> dict[str, Any]:
    """What is followed."""
    return _plain(asdict(source))


def source_status(status: SourceStatus) -> dict[str, Any]:
    """What is followed, and how it stands; `state` says that in a word."""
    return _plain(
        {
            **asdict(status.source),
            "state": state_of(status),
            "items": status.items,
            "trouble": status.trouble,
            "good_at": status.good_at,
            "next_at": status.next_at,
            "streams": [
                {name: value for name, value in asdict(stream).items() if name != "cursor"}
                for stream in status.streams
            ],
        }
    )


def state_of(status: SourceStatus) -> str:
    """In a word: "paused", "refused", "trouble", "fine", "filling" (on its way), or "new"."""
    if status.source.blocked:
        return "refused"
    if status.source.paused:
        return "paused"
    if status.trouble:
        return "trouble"
    if status.good_at:
        return "fine"
    return "filling" if status.streams else "new"


def sources(statuses: Sequence[SourceStatus]) -> dict[str, Any]:
    """All sources."""
    return {"sources": [source_status(status) for status in statuses]}


def trials(name: str, tried: Sequence[Trial]) -> dict[str, Any]:
    """What `source test` found."""
    return {"source": name, "streams": [_plain(asdict(trial)) for trial in tried]}


def stream_report(report: StreamReport) -> dict[str, Any]:
    """What one run of a stream did."""
    return _plain(asdict(report))


def sync_report(report: SyncReport, next_at: datetime | None) -> dict[str, Any]:
    """What a sync did, and when something is due next."""
    streams = [stream_report(each) for each in report.streams]
    return _plain({"ok": report.ok, "streams": streams, "next_at": next_at})


def receipt(receipt: Receipt) -> dict[str, Any]:
    """What is known of a source, category and day."""
    return _plain(asdict(receipt))


def receipts(
    written: Sequence[Receipt], rejected: Sequence[RejectedItem], first: date, last: date
) -> dict[str, Any]:
    """The receipts of some days, and what could not go in on them."""
    return _plain(
        {
            "first": first,
            "last": last,
            "receipts": [asdict(each) for each in written],
            "rejections": [each._asdict() for each in rejected],
        }
    )


def witnessed(first_seen: datetime | None, measured: Series) -> dict[str, Any]:
    """What the store adds to a work: when it was first seen, and each measure's values over time,
    as pairs of moment and number."""
    measures = {name: [list(pair) for pair in values] for name, values in measured.items()}
    return _plain({"first_seen_at": first_seen, "measures": measures})


# --- Readers ----------------------------------------------------------------------------------


def reader(reader: Reader) -> dict[str, Any]:
    """Who has an account; nothing by which somebody could come in."""
    told = _plain(asdict(reader))
    told.pop("generation")
    return told


def readers(readers: Iterable[Reader]) -> dict[str, Any]:
    """Who has an account here."""
    return {"readers": [reader(each) for each in readers]}


# --- What readers keep and say ----------------------------------------------------------------


def done(done: Done) -> dict[str, Any]:
    """What an act came to; `done` is the number to undo it by, 0 where it cannot be undone."""
    return {"sentence": done.sentence, "done": done.signal, "target": done.target}


def shelf(shelf: Shelf) -> dict[str, Any]:
    """A shelf; nothing by which somebody else could see it."""
    told = _plain(asdict(shelf))
    for name in ("generation", "deleted_at"):
        told.pop(name)
    return told


def shelves(shelves: Iterable[Shelf]) -> dict[str, Any]:
    """Shelves."""
    return {"shelves": [shelf(each) for each in shelves]}


def shelf_with_papers(found: Shelf, papers: Iterable[OnShelf]) -> dict[str, Any]:
    """A shelf and what is on it, with the notes of its reader."""
    told = [{**_plain(asdict(saved)), "work": _plain(work.as_dict())} for saved, work in papers]
    return {**shelf(found), "on_it": told}


def thread(remarks: Iterable[Remark]) -> dict[str, Any]:
    """What was said of a paper, in the order in which it is read."""
    return {"comments": [_remark(each) for each in remarks]}


def _remark(remark: Remark) -> dict[str, Any]:
    told = _plain(asdict(remark.comment))
    told["deleted"] = told.pop("deleted_at") is not None
    name = remark.reader.display if remark.reader else ""
    return {**told, "reader": name, "depth": remark.depth}


def signal(signal: Signal) -> dict[str, Any]:
    """An act, as its own reader may see it."""
    return _plain(asdict(signal))


def takeout_report(report: TakeoutReport) -> dict[str, Any]:
    """What a takeout brought."""
    return {**_plain(asdict(report)), "sentence": report.sentence}


# --- Editions ---------------------------------------------------------------------------------


def edition(edition: Edition) -> dict[str, Any]:
    """An edition, with the parts of each rank."""
    data = _plain({**asdict(edition), "scope": str(edition.scope)})
    return {**data, "sections": [section(each) for each in edition.sections]}


def section(section: Section) -> dict[str, Any]:
    """A section of an edition."""
    return {**asdict(section), "entries": [_entry(each) for each in section.entries]}


def _entry(entry: Entry) -> dict[str, Any]:
    parts = [part._asdict() for part in entry.parts]
    return {**asdict(entry), "authors": list(entry.authors), "parts": parts}


def trending(section_: Section, formula: str) -> dict[str, Any]:
    """What trends, and by what formula."""
    return {"formula": formula, **section(section_)}


# --- Shelves that learn -----------------------------------------------------------------------


def picks(found: ShelfPicks, works: Mapping[int, Work]) -> dict[str, Any]:
    """What a shelf finds, each paper with its match and why."""
    told = learned(found)
    for match in told["matches"]:
        match["work"] = _plain(works[match["work_id"]].as_dict())
    return told


def learned(found: object) -> dict[str, Any]:
    """What a shelf has learned, does or is set to: a value object of `learning` as it is."""
    told: dict[str, Any] = _spread(found)
    return told


def _spread(value: Any) -> Any:
    """Value objects as what they hold, by name."""
    if is_dataclass(value):
        return {each.name: _spread(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _spread(each) for name, each in value._asdict().items()}
    if isinstance(value, (list, tuple)):
        return [_spread(each) for each in value]
    return _plain_value(value)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """The same with moments and days as text, and tuples as lists."""
    return {name: _plain_value(value) for name, value in data.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, (list, tuple)):
        return [_plain_value(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def tuning(state: TuneState) -> dict[str, Any]:
    """How far tuning by questions is."""
    return {
        "in_use": state.in_use.id,
        "leader": state.leader.id,
        "runner_up": state.runner_up.id,
        "lead": round(state.lead.mean, 4),
        "low": round(state.lead.low, 4),
        "high": round(state.lead.high, 4),
        "answers": state.answers,
        "queries": state.queries,
        "askable": state.askable,
        "can_change": state.can_change,
        "sentence": state.sentence,
    }
