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
from rich.table import Table
from rich.text import Text

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
INDENT = "  "


def local(moment: datetime | None) -> str:
    """A moment as the clock on the wall shows it, with its zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z") if moment else "–"


# --- Sources ----------------------------------------------------------------------------------


def sources(statuses: Sequence[SourceStatus]) -> None:
    """A line for each source, and below what is amiss, with what mends it."""
    out = console()
    table = Table(
        "name", "kind", "follows", "papers", "last good", "state", "next", box=None,
        padding=(0, 2, 0, 0),
    )  # fmt: skip
    for status in statuses:
        source, state = status.source, state_of(status)
        cells = (source.name, source.kind, ", ".join(source.targets), f"{status.items:,}")
        table.add_row(
            *(Text(printable(cell)) for cell in cells),
            Text(local(status.good_at)),
            Text(state, style=STATE_STYLE.get(state, "")),
            Text(local(status.next_at)),
        )
    out.print(table)
    for status in statuses:
        if sentence := _amiss(status):
            out.print(Text(sentence), soft_wrap=True)


def _amiss(status: SourceStatus) -> str:
    if status.source.blocked or status.source.paused:
        return describe_held(status.source)
    return printable(f"{status.source.name}: {status.trouble}") if status.trouble else ""


def describe_held(source: Source) -> str:
    """Why nothing is asked of a source, and what changes that."""
    why = source.blocked or "paused."
    resume = f"broadsheet source resume {shlex.quote(source.name)}"
    return printable(f"{source.name}: {why} Go on:  {resume}")


def describe_rest(statuses: Iterable[SourceStatus], now: datetime) -> str:
    """When something is due, after a sync to which nothing was."""
    due = min(((each.next_at, each.source.name) for each in statuses if each.next_at), default=None)
    if due is None:
        return "Nothing is due."
    moment, name = due
    if moment <= now:
        return printable(f"{name} is being asked by another process just now.")
    return printable(f"Nothing is due before {local(moment)} ({name}).")


def trial(trial: Trial) -> None:
    """What one request of a stream gave."""
    out = console()
    out.print(Text(printable(trial.stream), style="bold"))
    if trial.url:
        told = f"{_count(trial.records, 'record')}, {trial.rejected:,} rejected"
        out.print(Text(printable(f"{INDENT}{trial.url}")), soft_wrap=True)
        out.print(Text(INDENT + told))
    for title in trial.examples:
        out.print(Text(printable(f"{INDENT}· {title}"), style="dim"), soft_wrap=True)
    if trial.trouble:
        out.print(Text(printable(INDENT + trial.trouble), style="yellow"), soft_wrap=True)


# --- Runs -------------------------------------------------------------------------------------


def describe(report: StreamReport, *, followed: bool = True) -> str:
    """One run of a stream in a line: "arxiv cs.LG harvest: 912 new, 2 rejected in 3 requests".

    What is not `followed` is a service, which no command resumes.
    """
    return printable(f"{report.source} {report.title}: {_told(report, followed)}")


def _told(report: StreamReport, followed: bool) -> str:
    if report.outcome is Outcome.BUSY:
        return "another process is at it."
    brought = _brought(report)
    if report.outcome is Outcome.STOPPED:
        return f"{brought}; stopped, the next sync goes on from there."
    if not report.trouble:
        return brought
    mend = f"Next attempt: {local(report.next_at)}." if report.next_at else ""
    if report.outcome is Outcome.REFUSED and followed:
        mend = f"Once you have seen to it:  broadsheet source resume {shlex.quote(report.source)}"
    came = f"{brought}. " if report.added + report.updated + report.rejected else ""
    return f"{came}{report.trouble} {mend}".rstrip()


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
    lead = INDENT * 2
    for line in Text(printable(receipt.sentence), style="dim").wrap(out, out.width - len(lead)):
        line.rstrip()
        out.print(Text.assemble(lead, line), soft_wrap=True)


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
