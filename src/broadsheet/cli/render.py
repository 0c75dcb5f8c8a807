"""What people read in the terminal: results, papers, reports. Needs rich; imported late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from broadsheet.cli.indented import print_indented
from broadsheet.cli.output import console, printable
from broadsheet.cli.spark import by_time
from broadsheet.library import Page, Shown, Stats
from broadsheet.model import (
    FacetCount,
    Matching,
    Span,
    Spoke,
    StoredRecord,
    VerifyReport,
    Work,
    WorkEvent,
)
from broadsheet.sources import Series

SPOKE = {Spoke.WORDS: "words", Spoke.MEANING: "meaning", Spoke.BOTH: "words + meaning"}
SPOKE_STYLE = {Spoke.WORDS: "green", Spoke.MEANING: "magenta", Spoke.BOTH: "cyan"}
MATCH_STYLE = "bold yellow"
EXCERPT = 260
LEAD = 60
TEXTS = ("abstract", "summary")
NAMES = {
    "arxiv": "arXiv id",
    "doi": "DOI",
    "openreview": "OpenReview id",
    "acl": "ACL id",
    "pmid": "PubMed id",
    "venue": "venue's id",
}
SHOWN_FACETS = 6
SHOWN_AUTHORS = 4
SHOWN_NUMBERS = 20


def page(page: Page, *, offset: int, seconds: float) -> None:
    """A page of a search: hits with highlighted words, then facets and the count by month."""
    out = console()
    out.print(_headline(page, seconds))
    for note in page.results.notes:
        out.print(Text(printable(note), style="dim"))
    out.print()
    for place, shown in enumerate(page.shown, offset + 1):
        _hit(out, place, shown)
    _facets(out, page.results.facets)
    if page.results.months:
        out.print(_fact("by date", by_time(page.results.months)))
    if page.results.more and page.shown:
        out.print(Text(f"\nMore: --offset {offset + len(page.shown)}", style="dim"))


def _headline(page: Page, seconds: float) -> Text:
    results = page.results
    took = f", {seconds * 1000:,.0f} ms"
    if not page.shown and not results.total:
        return Text(f"Nothing found{took}")
    line = Text(f"{results.total:,} {'paper' if results.total == 1 else 'papers'}", style="bold")
    if results.matching is Matching.ANY:
        line.append(" with some of the words (not many have all of them)", style="not bold")
    if not page.shown:
        line.append(", none of them at this place", style="not bold")
    near = sum(shown.hit.spoke is Spoke.MEANING for shown in page.shown)
    if near:
        line.append(f", and {near} here by meaning alone", style="not bold")
    return line.append(took, style="not bold")


def _hit(out: Console, place: int, shown: Shown) -> None:
    work, spoke = shown.work, shown.hit.spoke
    heading = Text.assemble(
        (f"{place:>3}  ", "dim"),
        marked(work.title, shown.title_spans, "bold"),
        (f"  {SPOKE[spoke]}", SPOKE_STYLE[spoke]),
    )
    print_indented(out, heading, first="")
    print_indented(out, Text(facts(work), style="dim"))
    if work.text:
        print_indented(out, excerpt(work.text, shown.text_spans))
    out.print()


def facts(work: Work) -> str:
    """Authors, date, venue and names of a work on one line; what is unknown is left out."""
    authors = ", ".join(work.authors[:SHOWN_AUTHORS])
    if len(work.authors) > SHOWN_AUTHORS:
        authors += f" and {len(work.authors) - SHOWN_AUTHORS} more"
    arxiv, doi = work.identifier("arxiv"), work.identifier("doi")
    known = [
        "WITHDRAWN" if work.withdrawn else "",
        work.kind,
        authors,
        work.date.value if work.date else "",
        work.venue or work.status or "",
        f"arXiv:{arxiv}" if arxiv else f"doi:{doi}" if doi else "",
        f"paper {work.id}",
    ]
    return printable(" · ".join(part for part in known if part))


def marked(text: str, spans: Sequence[Span], style: str = "") -> Text:
    """The text with its spans highlighted."""
    result = Text(printable(text), style=style)
    for start, end in spans:
        result.stylize(MATCH_STYLE, start, end)
    return result


def excerpt(text: str, spans: Sequence[Span]) -> Text:
    """About `EXCERPT` characters around the first match, cut between words."""
    start = max(0, min(spans[0].start - LEAD, len(text) - EXCERPT)) if spans else 0
    if start:
        start = text.find(" ", start, start + LEAD) + 1 or start
    end = start + EXCERPT
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + EXCERPT // 2)
    cut = marked(text, spans)[start:end]
    cut.rstrip()
    return Text.assemble("… " if start else "", cut, " …" if end < len(text) else "")


def _facets(out: Console, facets: Mapping[str, Sequence[FacetCount]]) -> None:
    for name, counts in facets.items():
        if counts:
            shown = [f"{printable(value)} {number:,}" for value, number in counts[:SHOWN_FACETS]]
            out.print(_fact(name, " · ".join(shown)), soft_wrap=True)


def _fact(name: str, value: str) -> Text:
    return Text.assemble((f"{name:<10}", "dim"), value)


def work(work: Work, *, first_seen: datetime | None = None, measured: Series | None = None) -> None:
    """One paper: its facts, which source each came from, and numbers that sources showed."""
    out = console()
    out.print(Text(printable(work.title), style="bold"))
    if work.withdrawn:
        out.print(Text("WITHDRAWN by its authors or its source", style="bold red"))
    table = Table.grid(padding=(0, 2))
    for name, value, fields in _work_rows(work):
        sources = sorted({work.provenance[key] for key in fields if key in work.provenance})
        table.add_row(
            Text(name, style="dim"),
            Text(printable(value)),
            Text(printable(", ".join(sources)), style="dim"),
        )
    if first_seen:
        table.add_row(Text("first seen", style="dim"), Text(first_seen.date().isoformat()))
    for name, values in (measured or {}).items():
        table.add_row(Text(printable(name), style="dim"), Text(_measured(values)))
    out.print(table)
    if work.text:
        out.print()
        out.print(Text(printable(work.text)))


def _measured(values: Sequence[tuple[datetime, float]]) -> str:
    """The last value and its day, and what it was at first."""
    (began, first), (ended, last) = values[0], values[-1]
    told = f"{last:,g} on {ended.date()}"
    return told if len(values) == 1 else f"{told}, {first:,g} on {began.date()}"


def _work_rows(work: Work) -> list[tuple[str, str, tuple[str, ...]]]:
    """(name, value, fields of the model it shows), for what is known."""
    date = f"{work.date.value} ({work.date.kind.replace('_', ' ')})" if work.date else ""
    rows = [
        ("paper", str(work.id), ()),
        ("kind", work.kind, ("kind",)),
        ("version", str(work.version or ""), ("version",)),
        ("authors", ", ".join(work.authors), ("authors",)),
        ("date", date, ("date",)),
        ("submitted", work.submitted_at, ("submitted_at",)),
        ("announced", work.announced_on, ("announced_on",)),
        ("venue", work.venue or "", ("venue",)),
        ("status", work.status or "", ("status",)),
        ("categories", ", ".join(work.categories), ("categories",)),
        *((NAMES.get(scheme, scheme), value, ("ids",)) for scheme, value in work.ids),
        *((link.rel, link.url, ("links",)) for link in work.links),
        ("sources", ", ".join(work.sources), ()),
        ("text", "abstract" if work.abstract else "summary" if work.summary else "", TEXTS),
    ]
    return [row for row in rows if row[1]]


def records(stored: Sequence[StoredRecord], history: Sequence[WorkEvent]) -> None:
    """What every source said, and the merges and splits since."""
    out = console()
    table = Table("record", "source", "key", "seen", "title", box=None, padding=(0, 2, 0, 0))
    for entry in stored:
        record = entry.record
        seen = entry.seen_at.date().isoformat()
        cells = (str(entry.id), record.source, record.key, seen, record.title)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    out.print()
    out.print(table)
    for event in history:
        other = f" {event.other_id}" if event.other_id is not None else ""
        line = f"{event.at.date().isoformat()}  {event.act}{other}: {event.reason}"
        out.print(Text(printable(line)))


def related(shown: Sequence[Shown]) -> None:
    """Papers near others, nearest first."""
    out = console()
    if not shown:
        out.print("Nothing is near.")
    for place, entry in enumerate(shown, 1):
        _hit(out, place, entry)


def stats(stats: Stats, folder: Path) -> None:
    """Sizes of a library."""
    out = console()
    table = Table.grid(padding=(0, 2))
    rows = [
        ("library", str(folder)),
        ("papers", f"{stats.works:,}"),
        ("records", f"{stats.records:,}"),
        *((f"  {name}", f"{count:,}") for name, count in stats.sources.items()),
        ("size", f"{stats.bytes / 1_000_000:,.1f} MB"),
        ("indexed", f"{stats.index_works:,} papers"),
        ("behind", f"{stats.index_behind:,} changes" if stats.index_behind else "no"),
        *((f"  {space}", f"{count:,} vectors") for space, count in stats.spaces.items()),
    ]
    for name, value in rows:
        table.add_row(Text(printable(name), style="dim"), Text(printable(value)))
    out.print(table)


def verify_report(report: VerifyReport) -> None:
    """What `verify` found, and what mends it."""
    out = console()
    out.print(f"{report.works:,} papers and {report.records:,} records were checked.")
    if report.ok:
        out.print("Everything agrees.")
        return
    for problem in report.problems:
        out.print(Text(printable(problem)))
    _numbers(out, "records differ from their hashes", report.damaged_records)
    _numbers(out, "papers are missing in the index", report.missing_in_index)
    _numbers(out, "papers are in the index but not in the library", report.extra_in_index)
    _numbers(out, "papers differ between index and library", report.stale_in_index)
    if report.damaged_records:
        out.print(
            "Damaged records come back from a backup: broadsheet --library NEW-FOLDER restore FILE"
        )
    if report.missing_in_index or report.extra_in_index or report.stale_in_index:
        out.print("The index is mended by: broadsheet index rebuild")


def _numbers(out: Console, what: str, numbers: Sequence[int]) -> None:
    if numbers:
        shown = ", ".join(map(str, numbers[:SHOWN_NUMBERS]))
        rest = ", …" if len(numbers) > SHOWN_NUMBERS else ""
        out.print(f"{len(numbers):,} {what}: {shown}{rest}")
