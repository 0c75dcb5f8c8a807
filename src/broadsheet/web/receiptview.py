"""What the page of all receipts shows, and the line on the front page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from broadsheet.sources import Receipt, RejectedItem, SourceStatus, Verdict
from broadsheet.web import links, wording
from broadsheet.web.dayview import RejectedLine, tell_rejected
from broadsheet.web.heat import Heat, by_day, draw_heat

MOST_REJECTED = 50
_TARGETS = 6
_TELLS_LITTLE = frozenset({Verdict.QUIET, Verdict.WAITING, Verdict.UNKNOWN})


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its state in words and its map."""

    anchor: str
    name: str
    follows: str
    state: str
    trouble: str
    heat: Heat


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """`legend` has (verdict, sign, meaning) for each verdict."""

    sources: tuple[SourceView, ...]
    legend: tuple[tuple[str, str, str], ...]
    rejected: tuple[RejectedLine, ...]
    other_rejected: int


@dataclass(frozen=True, slots=True)
class Latest:
    """A source's last telling day, for the front page."""

    source: str
    day: str
    url: str
    verdict: str
    sign: str
    sentence: str


def view_receipts(
    statuses: Sequence[SourceStatus],
    receipts: Sequence[Receipt],
    rejections: Sequence[RejectedItem],
    today: date,
) -> ReceiptsView:
    """Everything the page of all receipts shows; rejections the newest first."""
    newest = sorted(rejections, key=lambda item: item.seen_at, reverse=True)
    return ReceiptsView(
        sources=tuple(
            _source(number, status, receipts, today) for number, status in enumerate(statuses)
        ),
        legend=tuple((str(each), each.sign, each.meaning) for each in reversed(Verdict)),
        rejected=tuple(map(tell_rejected, newest[:MOST_REJECTED])),
        other_rejected=max(0, len(newest) - MOST_REJECTED),
    )


def find_latest(
    receipts: Sequence[Receipt], summarise: Callable[[Sequence[Receipt]], str]
) -> tuple[Latest, ...]:
    """For each source the last day of which more is known than that it is not over."""
    return tuple(
        _latest([receipt for receipt in receipts if receipt.source == source], summarise)
        for source in dict.fromkeys(receipt.source for receipt in receipts)
    )


def _latest(receipts: Sequence[Receipt], summarise: Callable[[Sequence[Receipt]], str]) -> Latest:
    days = by_day(receipts)
    telling = [day for day, (worst, *_) in days.items() if worst.announced or worst.rejected]
    telling += [day for day, (worst, *_) in days.items() if worst.verdict not in _TELLS_LITTLE]
    day = max(telling or days)
    worst = days[day][0]
    return Latest(
        source=wording.say_source(worst.source),
        day=wording.say_date(day.isoformat()),
        url=links.receipt_url(worst.source, day),
        verdict=str(worst.verdict),
        sign=worst.verdict.sign,
        sentence=summarise(days[day]),
    )


def _source(
    number: int, status: SourceStatus, receipts: Sequence[Receipt], today: date
) -> SourceView:
    source = status.source
    targets = list(source.targets[:_TARGETS])
    if len(source.targets) > _TARGETS:
        targets.append(f"{len(source.targets) - _TARGETS} more")
    return SourceView(
        anchor=f"source-{number}",
        name=wording.say_source(source.name),
        follows=", ".join(targets),
        state=". ".join(_state(status)) + ".",
        trouble=_trouble(status),
        heat=draw_heat([each for each in receipts if each.source == source.name], today),
    )


def _state(status: SourceStatus) -> Iterator[str]:
    yield f"{wording.say_count(status.items, 'paper')} here"
    if status.good_at:
        yield f"Last good {wording.say_moment(status.good_at)}"
    else:
        yield "No complete run yet"
    if status.next_at:
        yield f"Next attempt {wording.say_moment(status.next_at)}"


def _trouble(status: SourceStatus) -> str:
    """What is wrong, and the command that mends it."""
    source = status.source
    command = f"`{wording.resume_command(source.name)}`"
    if source.blocked:
        return f"{source.blocked} Nothing more is asked until you say {command}."
    if source.paused:
        return f"Paused. It goes on with {command}."
    since = [state.trouble_since for state in status.streams if state.trouble_since]
    begun = f" Since {wording.say_moment(min(since))}." if since and status.trouble else ""
    return status.trouble + begun
