"""What people read about live sources: how they stand, what a run did, the receipts.

Needs rich; imported late.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from broadsheet.cli.indented import print_indented
from broadsheet.cli.output import console, printable
from broadsheet.shapes import state_of
from broadsheet.sources import (
    Outcome,
    Receipt,
    RejectedItem,
    Source,
    SourceStatus,
    StreamReport,
    Trial,
    Verdict,
)

STATE_STYLE = {"fine": "green", "refused": "bold red", "trouble": "yellow", "paused": "dim"}
VERDICT_STYLE = {
    Verdict.COMPLETE: "green",
    Verdict.HARVESTED: "green",
    Verdict.LATE: "yellow",
    Verdict.EMPTY: "yellow",
}
"""Of those that want no attention; dim where none is given."""
NUMBERS = ("here", "new", "updated", "cross", "late", "rejected")
WIDEST_NAME = 24
HEADINGS = ("name", "kind", "follows", "papers", "last good", "state", "next")
LESS_NEEDED = ("kind", "follows", "last good", "papers")
"""Headings of columns that a narrow terminal has no room for, in the order in which they go."""

CUT, NARROWEST, GAP = "follows", 12, 2
"""The column that may be cut, how far, and the space between two columns."""

INDENT = "  "


def local(moment: datetime | None) -> str:
    """A moment as the clock on the wall shows it, with its zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z") if moment else "–"


def clock(moment: datetime | None, now: datetime) -> str:
    """The same, as short as it may be said now."""
    if moment is None:
        return "–"
    then, today = moment.astimezone(), now.astimezone()
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return then.strftime("%m-%d %H:%M" if then.year == today.year else "%Y-%m-%d")


# --- Sources ----------------------------------------------------------------------------------


def sources(statuses: Sequence[SourceStatus], now: datetime) -> None:
    """A line for each source, and below it what is amiss, with what mends it."""
    out = console()
    rows = [_cells(status, now) for status in statuses]
    widths = _fit([HEADINGS, *rows], out.width)
    out.print(_row([(each, "bold") for each in HEADINGS], widths), soft_wrap=True)
    for status, row in zip(statuses, rows, strict=True):
        state = STATE_STYLE.get(state_of(status), "")
        styles = [state if name == "state" else "" for name in HEADINGS]
        out.print(_row(list(zip(row, styles, strict=True)), widths), soft_wrap=True)
        if why := _amiss(status):
            out.print(Text(printable(INDENT + why), style=state), soft_wrap=True)


def _cells(status: SourceStatus, now: datetime) -> tuple[str, ...]:
    source, due_at = status.source, status.next_at
    due = due_at is not None and due_at <= now
    cells = (
        *(source.name, source.kind, ", ".join(source.targets), f"{status.items:,}"),
        *(clock(status.good_at, now), state_of(status), "now" if due else clock(due_at, now)),
    )
    return tuple(map(printable, cells))


def _fit(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide each column may be, 0: left out. No command needs what is cut or left out."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for name in ("", *LESS_NEEDED):
        if name:
            widths[HEADINGS.index(name)] = 0
        place = HEADINGS.index(CUT)
        over = sum(width + GAP for width in widths if width) - GAP - room
        if over <= 0:
            return widths
        if widths[place] - over >= NARROWEST:
            widths[place] -= over
            return widths
    return widths


def _row(cells: Sequence[tuple[str, str]], widths: Sequence[int]) -> Text:
    line = Text()
    for (cell, style), width in zip(cells, widths, strict=True):
        if width:
            cut = cell if cell_len(cell) <= width else set_cell_size(cell, width - 1) + "…"
            line.append(set_cell_size(cut, width), style).append(" " * GAP)
    line.rstrip()
    return line


def _amiss(status: SourceStatus) -> str:
    if _is_held(status.source):
        return _why_held(status.source)
    return status.trouble


def _is_held(source: Source) -> bool:
    return source.paused or bool(source.blocked)


def standing(statuses: Iterable[SourceStatus]) -> None:
    """A line for each source whose receipts cannot be whole: what is amiss, or still to come."""
    out = console()
    for status in statuses:
        if line := _describe_standing(status):
            out.print(Text(line, style=STATE_STYLE.get(state_of(status), "")), soft_wrap=True)


def _describe_standing(status: SourceStatus) -> str:
    source = status.source
    if _is_held(source):
        return describe_held(source)
    if status.trouble:
        return describe_trouble(status)
    if status.good_at:
        return ""
    how = "still filling" if status.streams else "not asked yet"
    return printable(f"{source.name}: {how}; run  broadsheet sync {shlex.quote(source.name)}")


def describe_trouble(status: SourceStatus) -> str:
    """What is amiss with a source, and when it is tried again."""
    moments = [state.due_at for state in status.streams if state.trouble == status.trouble]
    said = _with_attempt(status.trouble, next(iter(moments), None))
    return printable(f"{status.source.name}: {said}")


def _with_attempt(trouble: str, moment: datetime | None) -> str:
    """A trouble and when it is tried again, which some sentences say themselves."""
    if moment is None or "next attempt" in trouble:
        return trouble
    return f"{trouble} Next attempt: {local(moment)}."


def describe_held(source: Source) -> str:
    """Why nothing is asked of a source, and what changes that."""
    return printable(f"{source.name}: {_why_held(source)}")


def _why_held(source: Source) -> str:
    resume = f"broadsheet source resume {shlex.quote(source.name)}"
    return f"{source.blocked or 'paused.'} Go on:  {resume}"


def describe_rest(statuses: Iterable[SourceStatus], now: datetime) -> str:
    """When something is due, after a sync to which nothing was."""
    due = min(((each.next_at, each.source.name) for each in statuses if each.next_at), default=None)
    if due is None:
        return "Nothing is due."
    moment, name = due
    if moment <= now:
        return printable(f"{name} is being asked by another process just now.")
    return printable(f"Nothing is due before {local(moment)} ({name}).")


def trial(trial: Trial, quiet: str) -> None:
    """What one request of a stream gave; `quiet` is why today's could list nothing, or ""."""
    out = console()
    out.print(Text(printable(trial.stream), style="bold"))
    if trial.url:
        told = f"{_count(trial.records, 'record')}, {trial.rejected:,} rejected"
        out.print(Text(printable(f"{INDENT}{trial.url}")), soft_wrap=True)
        out.print(Text(INDENT + told))
    for title in trial.examples:
        out.print(Text(printable(f"{INDENT}· {title}"), style="dim"), soft_wrap=True)
    if not (trial.records or trial.rejected or trial.more or trial.trouble):
        out.print(Text(printable(f"{INDENT}Nothing is listed there now. {quiet}".rstrip())))
    if trial.trouble:
        out.print(Text(printable(INDENT + trial.trouble), style="yellow"), soft_wrap=True)


# --- Runs -------------------------------------------------------------------------------------


def describe(report: StreamReport, *, followed: bool = True) -> str:
    """One run of a stream in a line: "arxiv cs.LG harvest: 912 new, 2 rejected in 3 requests".

    What is not `followed` is a service, which no command resumes.
    """
    name = f"{report.source} {report.title}".rstrip()
    return printable(f"{name}: {_told(report, followed)}")


def _told(report: StreamReport, followed: bool) -> str:
    if report.outcome is Outcome.BUSY:
        if report.title:
            return f"{report.trouble} The next sync goes on."
        return "another process is asking it, and goes on; nothing is to be done."
    brought = _brought(report)
    if report.outcome is Outcome.STOPPED:
        return f"{brought}; stopped, the next sync goes on from there."
    if not report.trouble:
        return brought
    said = _with_attempt(report.trouble, report.next_at)
    if report.outcome is Outcome.REFUSED and followed:
        resume = f"broadsheet source resume {shlex.quote(report.source)}"
        said = f"{report.trouble} Once you have seen to it:  {resume}"
    if report.held_back:
        return f"not asked: {said}"
    came = f"{brought}. " if report.added + report.updated + report.rejected else ""
    return came + said


def _brought(report: StreamReport) -> str:
    numbers = {
        "new": report.added,
        "updated": report.updated,
        "repaired": report.repaired,
        "rejected": report.rejected,
    }
    parts = [f"{number:,} {what}" for what, number in numbers.items() if number]
    return f"{', '.join(parts) or 'nothing new'} in {_count(report.requests, 'request')}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# --- Receipts ---------------------------------------------------------------------------------


def receipts(
    written: Sequence[Receipt], rejected: Sequence[RejectedItem], *, detailed: bool
) -> None:
    """The newest day first; `detailed` names what is missing, and what could not go in."""
    out = console()
    widths = [
        min(WIDEST_NAME, max(cell_len(printable(text)) for text in texts))
        for texts in ([each.source for each in written], [each.category for each in written])
    ]
    days = groupby(sorted(written, key=lambda each: each.day, reverse=True), lambda each: each.day)
    for day, each_of in days:
        out.print(Text(day.strftime("%A %Y-%m-%d"), style="bold"))
        for receipt in each_of:
            _receipt(out, receipt, widths)
            if detailed and receipt.missing:
                keys = ", ".join(receipt.missing)
                out.print(Text(printable(f"{INDENT * 2}missing: {keys}")), soft_wrap=True)
    if detailed:
        _rejections(out, rejected)


def _receipt(out: Console, receipt: Receipt, widths: Sequence[int]) -> None:
    verdict = receipt.verdict
    style = "bold red" if verdict.wants_attention else VERDICT_STYLE.get(verdict, "dim")
    names = (receipt.source, receipt.category)
    told = [set_cell_size(printable(name), size) for name, size in zip(names, widths, strict=True)]
    out.print(
        Text.assemble(
            (f"{INDENT}{verdict.sign} {verdict:<9}", style), "  ".join(("", *told)), "  ",
            _numbers(receipt),
        ),
        soft_wrap=True,
    )  # fmt: skip
    print_indented(out, Text(printable(receipt.sentence), style="dim"), INDENT * 2)


def _numbers(receipt: Receipt) -> str:
    """What is known and not nothing; of what was announced always how much is here."""
    values = (receipt.ingested, receipt.new, receipt.updated, receipt.cross)
    pairs = zip(NUMBERS, (*values, receipt.late, receipt.rejected), strict=True)
    known = [] if receipt.announced is None else [(receipt.announced, "announced")]
    known += [(value, name) for name, value in pairs if value or (known and name == "here")]
    return " · ".join(f"{value:,} {name}" for value, name in known)


def _rejections(out: Console, rejected: Sequence[RejectedItem]) -> None:
    for item in rejected:
        mended = f" (here since {local(item.mended_at)})" if item.mended_at else ""
        line = f"{INDENT}rejected: {item.source} {item.key}: {item.reason}{mended}"
        out.print(Text(printable(line)), soft_wrap=True)
