"""The library's answers as plain data: what `--json` prints and the web's API sends.

The shapes stay as they are (`docs/cli.md`, `docs/api.md`); keys may be added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from broadsheet.library import Page, Shown, Stats
    from broadsheet.model import ImportReport, Sort, StoredRecord, VerifyReport, Work, WorkEvent


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
    record = entry.record
    return {
        "id": entry.id,
        "seen_at": entry.seen_at.isoformat(),
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
