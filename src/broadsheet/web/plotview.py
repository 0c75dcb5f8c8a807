"""What the pages of plots, terms and maps ask for and show. Pure; templates only print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from broadsheet.errors import InvalidInputError
from broadsheet.plots import (
    MOST_CURVES,
    Curve,
    Interval,
    PaperMap,
    Plot,
    PlotRequest,
    Term,
    Terms,
    say_period,
)
from broadsheet.query.tokens import clean
from broadsheet.trends import periods
from broadsheet.trends.plot import read_query, read_whole
from broadsheet.web import links
from broadsheet.web.wording import say_count

FILES = ("svg", "png", "csv", "json")


@dataclass(frozen=True, slots=True)
class Box:
    """A field of the form: what was typed, what is wrong with it, and which curve it is, from 1
    (0: none)."""

    text: str = ""
    mistake: str = ""
    curve: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A plot as asked for in an address; `request` leaves out the queries with a mistake."""

    boxes: tuple[Box, ...]
    share_of: Box
    first: Box
    last: Box
    request: PlotRequest

    @property
    def drawable(self) -> bool:
        """Whether there is something to draw although some queries have mistakes."""
        bounds = self.share_of.mistake or self.first.mistake or self.last.mistake
        return not bounds and (bool(self.request.queries) or not self.mistaken)

    @property
    def mistaken(self) -> bool:
        """Whether something could not be read."""
        return any(box.mistake for box in (*self.boxes, self.share_of, self.first, self.last))

    @property
    def bounds(self) -> tuple[tuple[str, str, str, Box], ...]:
        """(field, name, example, box) of the first and the last period."""
        return (("from", "From", "2024-01", self.first), ("to", "To", "2026-04", self.last))


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the table; `url` finds its papers."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A period of the table, with a cell for each curve."""

    period: str
    cells: tuple[Cell | None, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class PlotView:
    """A plot on its page: the newest periods come first in the table."""

    caption: str
    notes: tuple[str, ...]
    heads: tuple[tuple[str, str, int], ...]
    rows: tuple[Row, ...]
    files: tuple[tuple[str, str], ...]
    terms_url: str


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term: in how many papers now and before, where to find and to plot it."""

    term: Term
    url: str
    plot_url: str


@dataclass(frozen=True, slots=True)
class TermsView:
    """Rising and falling terms on their page; `longer` is a longer period, if there is one."""

    period: str
    before: str
    summary: str
    columns: tuple[tuple[str, str, tuple[TermRow, ...]], ...]
    earlier: str
    later: str
    longer: tuple[str, str] | None


def read_plot(params: QueryParams) -> Asked:
    """The plot that an address asks for: q (repeated), by, show, of, smooth, from, to."""
    typed = [clean(text).strip() for text in params.getlist("q")]
    boxes = [_check(text, read_query) for text in list(filter(None, typed))[:MOST_CURVES]]
    queries = tuple(box.text for box in boxes if not box.mistake)
    shares, of = params.get("show") == "share", clean(params.get("of", "")).strip()
    share_of = _check(of, read_whole) if shares else Box(of)
    ends = (clean(params.get(name, "")).strip() for name in ("from", "to"))
    first, last = (_check(end, periods.span) for end in ends)
    by = params.get("by", "")
    request = PlotRequest(
        queries=queries,
        interval=Interval(by) if by in set(Interval) else Interval.MONTH,
        shares=shares,
        share_of=share_of.text if shares else "",
        smooth=params.get("smooth") == "1",
        first=first.text,
        last=last.text,
    )
    return Asked(tuple(_number(boxes)), share_of, first, last, request)


def _number(boxes: Sequence[Box]) -> Iterator[Box]:
    """The boxes with the curves that they are, then empty ones; equal queries are one curve."""
    curves: dict[str, int] = {}
    for box in boxes:
        if box.mistake:
            yield box
        else:
            yield replace(box, curve=curves.setdefault(read_query(box.text), len(curves) + 1))
    for number in range(len(boxes), MOST_CURVES):
        yield Box(curve=min(len(curves) + 1 + number - len(boxes), MOST_CURVES))


def _check(text: str, read: Callable[[str], object]) -> Box:
    try:
        if text:
            read(text)
    except InvalidInputError as error:
        return Box(text, str(error))
    return Box(text)


def plot_url(request: PlotRequest, path: str = "/plots") -> str:
    """A plot's address; what is as by default stays out of it."""
    params = [("q", query) for query in request.queries]
    if request.interval is not Interval.MONTH:
        params.append(("by", str(request.interval)))
    if request.shares:
        params += [("show", "share"), ("of", request.share_of)]
    if request.smooth:
        params.append(("smooth", "1"))
    params += [(name, end) for name, end in (("from", request.first), ("to", request.last)) if end]
    return f"{path}?{urlencode(params)}" if params else path


def view_plot(plot: Plot) -> PlotView:
    """Everything that the page of a plot shows beside the drawing and the form."""
    request = plot.request
    return PlotView(
        caption=plot.caption,
        notes=plot.notes,
        heads=tuple(
            (curve.label, links.search_url(curve.query), curve.total) for curve in plot.curves
        ),
        rows=tuple(_rows(plot)),
        files=tuple((name.upper(), plot_url(request, f"/plots.{name}")) for name in FILES),
        terms_url=links.search_url(plot.curves[0].query, path="/terms"),
    )


def _rows(plot: Plot) -> Iterator[Row]:
    for number in reversed(range(len(plot.periods))):
        points = [curve.points[number] for curve in plot.curves]
        cells = tuple(_cell(plot, curve, number) for curve in plot.curves)
        if any(point.papers for point in points):
            yield Row(say_period(points[0].period), cells, plot.is_open(points[0]))


def _cell(plot: Plot, curve: Curve, number: int) -> Cell | None:
    point = curve.points[number]
    if not plot.is_shown(point):
        return None
    text = f"{point.papers:,}"
    if plot.request.shares:
        text += f" of {point.among:,}"
    return Cell(text, links.search_url(point.query))


def view_terms(terms: Terms) -> TermsView:
    """Everything that the page of terms shows."""
    text, period = read_query(terms.query), periods.name_of(*terms.period)

    def row(term: Term) -> TermRow:
        phrase = f'"{term.text}"' if " " in term.text or "-" in term.text else term.text
        found = f"{phrase} {text} {periods.filter_of(period)}"
        plotted = f"{phrase} {text}".strip()
        return TermRow(term, links.search_url(found), links.search_url(plotted, path="/plots"))

    now, then = (say_count(count, "paper") for count in terms.papers)
    newest = "the newest " if terms.more else ""
    before = periods.step(period, -1)

    def turn(to: str) -> str:
        return f"/terms?{urlencode({'q': terms.query, 'period': to})}"

    return TermsView(
        period=say_period(period),
        before=say_period(before),
        summary=f"{newest}{now} of {say_period(period)} against {newest}{then} of "
        f"{say_period(before)}",
        columns=(
            ("rising", "Rising", tuple(map(row, terms.rising))),
            ("falling", "Falling", tuple(map(row, terms.falling))),
        ),
        earlier=turn(before),
        later=turn(periods.step(period, 1)),
        longer=_longer(period, turn),
    )


def _longer(period: str, turn: Callable[[str], str]) -> tuple[str, str] | None:
    """(address, name) of the next longer period about one; a year is the longest."""
    first = periods.span(period)[0]
    match periods.interval_of(period):
        case Interval.WEEK:
            name = periods.period_of(first, Interval.MONTH)
        case Interval.MONTH:
            name = periods.period_of(first, Interval.YEAR)
        case _:
            return None
    return turn(name), say_period(name)


def list_regions(papers: PaperMap) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """(name, number, (title, address) of each paper) of each region of a map, for who cannot see
    the drawing."""
    regions = []
    for number, region in enumerate(papers.regions):
        inside = [dot for dot in papers.dots if dot.region == number]
        named = [(dot.title, links.paper_url(dot.work_id)) for dot in inside]
        regions.append((region.label, number % MOST_CURVES + 1, named))
    return regions
