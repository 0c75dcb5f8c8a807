"""Curves over time: how many papers a query has in each period, or what share of a whole.

Each point carries the search that finds its papers. The counts are taken for the very text that the
search is made of, so what leads there and what is found there are the same number. (Whether all
words of a query have to match is decided by its words alone; see "Words are optional" in
`docs/design.md`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from broadsheet.errors import InvalidInputError, InvalidQueryError
from broadsheet.plots import MOST_CURVES, Curve, Interval, Plot, PlotRequest, Point
from broadsheet.query.parser import parse
from broadsheet.query.render import render
from broadsheet.query.tokens import clean
from broadsheet.trends import notes, periods
from broadsheet.trends.counts import Counts

USUAL, MOST = 120, 400
"""How many periods a plot shows where no first or last one was asked for, and at all."""
LABEL = 60


@dataclass(frozen=True, slots=True)
class Counted:
    """A query with its counts: by period, and by the year of papers that know no period."""

    label: str
    text: str
    papers: Counter[str]
    unplaced: int


def make_plot(counts: Counts, request: PlotRequest, today: date) -> Plot:
    """Work a plot out. Raises InvalidInputError, for a mistake in a query InvalidQueryError."""
    whole = read_whole(request.share_of) if request.shares else ""
    given = [query for query in map(clean, request.queries) if query.strip()]
    wanted = read_queries(given)
    curves = [_count(counts, one, whole, request) for one in wanted]
    among = _count(counts, ("", whole), "", request) if request.shares else None
    shown, left_out = _choose(request, curves, today)
    edge = counts.find_edge(today)
    open_from = next((name for name in shown if periods.span(name)[1] > edge), "")
    drawn = tuple(_draw(one, among, shown, request, open_from) for one in curves)
    return Plot(
        request,
        drawn,
        notes.caption(request, drawn, _total(among, shown)),
        (
            *notes.say_loose([label for label, text in wanted if counts.is_loose(text)]),
            *notes.say_unplaced(
                request.interval,
                [(one.label, one.unplaced) for one in curves],
                [(one.label, counts.undated(one.text)) for one in curves],
            ),
            *left_out,
            *notes.say_few(
                request.interval, [among.papers[name] for name in shown] if among else ()
            ),
            *notes.say_open(open_from, edge, today),
            *notes.say_repeated(len(given) - len(wanted)),
        ),
        open_from,
    )


def read_queries(queries: Sequence[str]) -> list[tuple[str, str]]:
    """(label, text) of each query, once; of all papers where there is none.

    Raises InvalidInputError for more than `MOST_CURVES`, InvalidQueryError for a mistake.
    """
    if len(queries) > MOST_CURVES:
        raise InvalidInputError(f"A plot has at most {MOST_CURVES} curves.")
    texts = {read_query(query): query for query in queries}
    return [(label_of(typed), text) for text, typed in texts.items()] or [("All papers", "")]


def read_query(query: str) -> str:
    """A query's text, to which filters can be added. Raises InvalidQueryError."""
    text = render(parse(clean(query)))
    _check_room(text)
    return text


def _check_room(text: str) -> None:
    """That a point's search is not longer than searches may be, or has more parts."""
    try:
        parse(f"{text} within:2000-01-01..2000-01-07")
    except InvalidQueryError as error:
        raise InvalidQueryError(f"This search is too long to be plotted. {error}", 0) from error


def read_whole(text: str) -> str:
    """What shares are shares of: filters only, because words would change how words match.

    Raises InvalidQueryError.
    """
    query = parse(clean(text))
    if query.terms:
        raise InvalidQueryError(
            "A share is a share of a field, such as category:cs.LG, venue:ICLR or source:arxiv.", 0
        )
    return render(query)


def label_of(text: str) -> str:
    """A query as the name of its curve: on one line, and not too long."""
    text = " ".join(text.split())
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"


def _count(counts: Counts, one: tuple[str, str], whole: str, request: PlotRequest) -> Counted:
    label, text = one
    text = f"{text} {whole}".strip()
    _check_room(text)
    papers: Counter[str] = Counter()
    unplaced = 0
    for partial, number in counts.days(text).items():
        if period := periods.place(partial, request.interval):
            papers[period] += number
        else:
            unplaced += number
    return Counted(label, text, papers, unplaced)


# --- Which periods are shown ------------------------------------------------------------------


def _choose(
    request: PlotRequest, curves: Sequence[Counted], today: date
) -> tuple[list[str], tuple[str, ...]]:
    """The periods, and notes of how many papers lie outside."""
    start = _read_end(request.first, request.interval, 0)
    end = _read_end(request.last, request.interval, 1)
    if start and end and start > end:
        raise InvalidInputError(f"The plot ends in {end}, before it begins in {start}.")
    found = sorted(set().union(*(one.papers for one in curves)))
    now = periods.period_of(today, request.interval)
    usual = [period for period in found if period <= now] or found
    if not (usual or start or end):
        return [], ()
    last = end or max([start, *usual[-1:]])
    first = start or min([last, *usual[:1]])
    earliest = periods.step(last, 1 - (MOST if start else USUAL))
    begun_as_asked = start if first >= earliest else ""
    first = max(first, earliest)
    outside = notes.say_outside([one.papers for one in curves], (first, last), begun_as_asked, end)
    return periods.list_between(first, last), outside


def _read_end(text: str, interval: Interval, end: int) -> str:
    """The period of the first (0) or last (1) day that a date stands for; "" for none."""
    text = clean(text).strip()
    return periods.period_of(periods.span(text)[end], interval) if text else ""


# --- Points -----------------------------------------------------------------------------------


def _draw(
    one: Counted, among: Counted | None, shown: Sequence[str], request: PlotRequest, open_from: str
) -> Curve:
    whole = among.papers if among else Counter[str]()
    pairs = [(one.papers[name], whole[name]) for name in shown]
    closed = shown.index(open_from) if open_from else len(shown)
    values = [_value(papers, total, request.shares) for papers, total in pairs]
    if request.smooth:
        values[:closed] = smooth(pairs[:closed], notes.WINDOWS[request.interval], request.shares)
    points = tuple(
        Point(name, f"{one.text} {periods.filter_of(name)}".lstrip(), papers, total, value)
        for name, (papers, total), value in zip(shown, pairs, values, strict=True)
    )
    return Curve(one.label, one.text, points, sum(papers for papers, _ in pairs))


def _value(papers: float, among: float, shares: bool) -> float:
    if not shares:
        return float(papers)
    return papers / among if among else 0.0


def smooth(pairs: Sequence[tuple[int, int]], window: int, shares: bool) -> list[float]:
    """The moving mean over `window` periods about each; of shares, those of all papers in them.

    At the ends the window is cut off.
    """
    half, smoothed = window // 2, []
    for number in range(len(pairs)):
        near = pairs[max(0, number - half) : number + half + 1]
        papers, among = (sum(column) / len(near) for column in zip(*near, strict=True))
        smoothed.append(_value(papers, among, shares))
    return smoothed


def _total(among: Counted | None, shown: Iterable[str]) -> int:
    return sum(among.papers[name] for name in shown) if among else 0
