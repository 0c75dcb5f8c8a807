"""What the page of all receipts shows, and the line on the front page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from broadsheet.press import EXAMPLE
from broadsheet.sources import Receipt, RejectedItem, SourceStatus, Verdict
from broadsheet.web import links, wording
from broadsheet.web.dayview import RejectedLine, tell_rejected
from broadsheet.web.heat import Heat, by_day, draw_heat

MOST_REJECTED = 50
_TARGETS = 6
_TROUBLE = 160
EXAMPLE_STATE = (
    "The papers of the demo, laid over fourteen days. No source announced them: these receipts "
    "show what those of a source look like."
)
_TELLS_LITTLE = frozenset({Verdict.QUIET, Verdict.WAITING, Verdict.UNKNOWN})


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its state in words and its map; None where there is no receipt to draw.
    `example` says that no source announced it: it was laid as an example."""

    anchor: str
    name: str
    follows: str
    state: str
    trouble: str
    heat: Heat | None
    example: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """`sources` are those that are followed, if `followed` says that there are any, then those that
    only have receipts. `legend` has (verdict, sign, meaning) for each verdict."""

    sources: tuple[SourceView, ...]
    followed: bool
    legend: tuple[tuple[str, str, str], ...]
    rejected: tuple[RejectedLine, ...]
    other_rejected: int


@dataclass(frozen=True, slots=True)
class Latest:
    """A source's last telling day, for the front page; `trouble` is why it is not well now."""

    source: str
    day: str
    url: str
    verdict: str
    sign: str
    sentence: str
    trouble: str


def view_receipts(
    statuses: Sequence[SourceStatus],
    receipts: Sequence[Receipt],
    rejections: Sequence[RejectedItem],
    now: datetime,
    *,
    fetching: bool,
) -> ReceiptsView:
    """Everything the page of all receipts shows; rejections the newest first. `fetching` says
    whether this server asks the sources itself."""
    newest = sorted(rejections, key=lambda item: item.seen_at, reverse=True)
    return ReceiptsView(
        sources=(
            *(
                _source(number, status, receipts, now, fetching)
                for number, status in enumerate(statuses)
            ),
            *_others(statuses, receipts, now),
        ),
        followed=bool(statuses),
        legend=tuple((str(each), each.sign, each.meaning) for each in reversed(Verdict)),
        rejected=tuple(map(tell_rejected, newest[:MOST_REJECTED])),
        other_rejected=max(0, len(newest) - MOST_REJECTED),
    )


def find_latest(
    statuses: Sequence[SourceStatus],
    receipts: Sequence[Receipt],
    summarise: Callable[[Sequence[Receipt]], str],
) -> tuple[Latest, ...]:
    """For each source that is followed the last day of which more is known than that it is not
    over."""
    return tuple(
        _latest(mine, status, summarise)
        for status in statuses
        if (mine := [each for each in receipts if each.source == status.source.name])
    )


def _latest(
    receipts: Sequence[Receipt],
    status: SourceStatus,
    summarise: Callable[[Sequence[Receipt]], str],
) -> Latest:
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
        trouble=shorten(status.trouble, _TROUBLE, placeholder=" …"),
    )


def _source(
    number: int,
    status: SourceStatus,
    receipts: Sequence[Receipt],
    now: datetime,
    fetching: bool,
) -> SourceView:
    source = status.source
    mine = [each for each in receipts if each.source == source.name]
    targets = list(source.targets[:_TARGETS])
    if len(source.targets) > _TARGETS:
        targets.append(f"{len(source.targets) - _TARGETS} more")
    return SourceView(
        anchor=f"source-{number}",
        name=wording.say_source(source.name),
        follows=", ".join(targets),
        state=". ".join(_state(status, now, fetching)) + ".",
        trouble=_trouble(status),
        heat=draw_heat(mine, now.date()) if mine else None,
    )


def _others(
    statuses: Sequence[SourceStatus], receipts: Sequence[Receipt], now: datetime
) -> Iterator[SourceView]:
    """What has receipts and is not followed: the example fortnight, a source that was removed."""
    followed = {status.source.name for status in statuses}
    names = sorted({each.source for each in receipts} - followed)
    for number, name in enumerate(names, len(statuses)):
        mine = [each for each in receipts if each.source == name]
        example = all((each.source, each.category) == EXAMPLE for each in mine)
        yield SourceView(
            anchor=f"source-{number}",
            name=wording.say_source(name),
            follows="",
            state=EXAMPLE_STATE if example else "Not followed any more.",
            trouble="",
            heat=draw_heat(mine, now.date()),
            example=example,
        )


def _state(status: SourceStatus, now: datetime, fetching: bool) -> Iterator[str]:
    yield f"{wording.say_count(status.items, 'paper')} here"
    if status.good_at:
        yield f"Last good {wording.say_moment(status.good_at)}"
    else:
        yield "No complete run yet"
    if status.next_at is None:
        return
    if not fetching:
        yield "Fetching is off in this server (setting `sync`); run `broadsheet sync`"
    elif status.next_at <= now:
        yield "The next attempt is due"
    else:
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
