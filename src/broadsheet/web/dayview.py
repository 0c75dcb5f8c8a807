"""What the page of one source and day shows, worked out from the newsroom's facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from broadsheet.ids import parse_arxiv
from broadsheet.model import Identifier
from broadsheet.sources import Receipt, RejectedItem, StreamReport
from broadsheet.web import links, wording

MOST_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """What could not go in; `mended` says when it came in after all."""

    source: str
    key: str
    reason: str
    day: str
    url: str
    mended: str


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """The receipt of a category; `missing` has (key, address or None)."""

    category: str
    verdict: str
    sign: str
    sentence: str
    page: str | None
    numbers: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class AttemptLine:
    at: str
    stream: str
    outcome: str
    work: str
    trouble: str


@dataclass(frozen=True, slots=True)
class DayView:
    """The receipts of a source for a day; `summary` where there is not just one of them."""

    source: str
    day: str
    summary: str
    earlier: str | None
    later: str | None
    receipts: tuple[ReceiptLine, ...]
    rejected: tuple[RejectedLine, ...]
    attempts: tuple[AttemptLine, ...]
    other_attempts: int


def view_day(
    source: str,
    day: date,
    receipts: Sequence[Receipt],
    summary: str,
    rejections: Sequence[RejectedItem],
    reports: Sequence[StreamReport],
) -> DayView:
    """Everything the page of one day shows."""
    if not receipts and not rejections:
        summary = "Before this source was followed."
    elif len(receipts) <= 1:
        summary = ""
    return DayView(
        source=wording.say_source(source),
        day=wording.say_day(day),
        summary=summary,
        earlier=links.receipt_url(source, day - timedelta(days=1)) if day > date.min else None,
        later=links.receipt_url(source, day + timedelta(days=1)) if day < date.max else None,
        receipts=tuple(map(_receipt, receipts)),
        rejected=tuple(map(tell_rejected, rejections)),
        attempts=tuple(map(_attempt, reports[:MOST_ATTEMPTS])),
        other_attempts=max(0, len(reports) - MOST_ATTEMPTS),
    )


def tell_rejected(item: RejectedItem) -> RejectedLine:
    """A rejection in words."""
    return RejectedLine(
        source=wording.say_source(item.source),
        key=item.key,
        reason=item.reason,
        day=wording.say_date(item.day.isoformat()),
        url=links.receipt_url(item.source, item.day),
        mended=wording.say_moment(item.mended_at) if item.mended_at else "",
    )


def _receipt(receipt: Receipt) -> ReceiptLine:
    known = receipt.announced is not None
    numbers = {
        "Announced": f"{receipt.announced:,}" if known else "not known",
        "Here": f"{receipt.ingested:,}",
        "New": f"{receipt.new:,}",
        "Cross-listed": f"{receipt.cross:,}",
        "Updated": f"{receipt.updated:,}",
        "Late": f"{receipt.late:,}",
        "Rejected": f"{receipt.rejected:,}",
    }
    counted = known or receipt.ingested or receipt.rejected or receipt.missing
    return ReceiptLine(
        category=receipt.category,
        verdict=str(receipt.verdict),
        sign=receipt.verdict.sign,
        sentence=receipt.sentence,
        page=wording.safe_address(receipt.page),
        numbers=tuple(numbers.items()) if counted else (),
        missing=tuple((key, _address(key)) for key in receipt.missing),
    )


def _address(key: str) -> str | None:
    """Where a missing paper can be read meanwhile, if its key is an arXiv number."""
    found = parse_arxiv(key)
    return wording.identifier_link(Identifier("arxiv", found[0].value))[2] if found else None


def _attempt(report: StreamReport) -> AttemptLine:
    counts = {
        "request": report.requests,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "repaired": report.repaired,
    }
    requests = wording.say_count(counts.pop("request"), "request")
    done = [f"{count:,} {name}" for name, count in counts.items() if count]
    return AttemptLine(
        at=f"{report.began_at:%H:%M} UTC",
        stream=report.title,
        outcome=wording.OUTCOMES[report.outcome],
        work=", ".join([requests, *done]),
        trouble=report.trouble,
    )
