"""Plots, terms and maps as text for a terminal. Needs rich; imported late."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from broadsheet.cli.output import console, printable
from broadsheet.cli.spark import spark
from broadsheet.plots import PaperMap, Plot, Point, Term, Terms, say_period

COLOURS = ("blue", "red", "green", "magenta", "yellow", "cyan")
_BARS = 60
_ROWS = 12
_LABEL = 28
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_PAPERS_EACH = 3


def show_plot(plot: Plot) -> None:
    """Each curve as a line of blocks, then its last periods with bars and numbers."""
    out = console()
    out.print(Text(printable(plot.caption), style="bold"))
    if plot.periods:
        out.print(_lines(plot))
        out.print(_last(plot, max(4, (out.width - 16) // len(plot.curves) - 16)))
    for note in plot.notes:
        out.print(Text(printable(note), style="dim"))


def _lines(plot: Plot) -> Table:
    """All periods, a block each, or the mean of several where there are many."""
    top = max((p.value for curve in plot.curves for p in curve.points), default=0.0)
    lines = Table.grid(padding=(0, 2))
    for curve, colour in zip(plot.curves, COLOURS, strict=False):
        values = [_scale(value, top) for value in _condense([p.value for p in curve.points])]
        name = Text(printable(curve.label)[:_LABEL], style=colour)
        lines.add_row(name, Text(spark([*values, _FULL])[:-1], style=colour))
    first, last = say_period(plot.periods[0]), say_period(plot.periods[-1])
    lines.add_row("", Text(f"{first} to {last}", style="dim"))
    return lines


_FULL = 1000


def _scale(value: float, top: float) -> int:
    return round(_FULL * value / top) if top else 0


def _condense(values: Sequence[float]) -> list[float]:
    size = -(-len(values) // _BARS)
    parts = [values[start : start + size] for start in range(0, len(values), size)]
    return [sum(part) / len(part) for part in parts]


def _last(plot: Plot, width: int) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("")
    for curve, colour in zip(plot.curves, COLOURS, strict=False):
        name = Text(printable(curve.label)[:_LABEL], style=colour)
        table.add_column(name, justify="right")
        table.add_column("", no_wrap=True, width=min(width, 40))
    rows = range(max(0, len(plot.periods) - _ROWS), len(plot.periods))
    top = max((curve.points[n].value for curve in plot.curves for n in rows), default=0.0)
    for number in rows:
        cells: list[Text] = []
        for curve, colour in zip(plot.curves, COLOURS, strict=False):
            point = curve.points[number]
            drawn = bar(point.value / top if top else 0.0, min(width, 40))
            cells += [Text(_say(plot, point)), Text(drawn, style=colour)]
        period = plot.periods[number] + (
            " …" if plot.is_open(plot.curves[0].points[number]) else ""
        )
        table.add_row(period, *cells)
    return table


def _say(plot: Plot, point: Point) -> str:
    if not plot.request.shares:
        return f"{point.papers:,}"
    return f"{100 * point.papers / point.among:.1f} %" if plot.is_shown(point) else "–"


def bar(share: float, width: int) -> str:
    """A bar that fills a share (0 to 1) of a width, to an eighth of a character."""
    eighths = round(share * width * 8)
    part = _EIGHTHS[eighths % 8] if eighths % 8 else ""
    return "█" * (eighths // 8) + part


def show_terms(terms: Terms) -> None:
    """Rising terms, then falling ones."""
    out = console()
    (first, last), (before_first, before_last) = terms.period, terms.before
    newest = "the newest " if terms.more else ""
    now, before = terms.papers
    out.print(
        Text(
            f"{newest}{now:,} papers of {first} to {last} against {newest}{before:,} of "
            f"{before_first} to {before_last}"
        )
    )
    for title, found in (("Rising", terms.rising), ("Falling", terms.falling)):
        out.print()
        out.print(Text(title, style="bold"))
        out.print(_terms(found) if found else Text("No term more than chance would have it."))


def _terms(found: Sequence[Term]) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("papers", "before", "deviations"):
        table.add_column(name, justify="right")
    table.add_column("term")
    for term in found:
        table.add_row(f"{term.now:,}", f"{term.before:,}", f"{term.z:+.1f}", printable(term.text))
    return table


def show_map(papers: PaperMap) -> None:
    """The regions, the largest first, with some papers of each."""
    out = console()
    out.print(Text(printable(papers.caption), style="bold"))
    for number, region in enumerate(papers.regions):
        out.print()
        name = printable(region.label) or "Others"
        out.print(Text(f"{name} ({region.papers:,})", style=COLOURS[number % len(COLOURS)]))
        inside = [dot for dot in papers.dots if dot.region == number]
        for dot in inside[:_PAPERS_EACH]:
            out.print(Text(f"  {dot.work_id:>7}  {printable(dot.title)}"), overflow="ellipsis")
