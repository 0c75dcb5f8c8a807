"""Curves over time: what a point says is what its search finds."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import InvalidInputError, InvalidQueryError
from broadsheet.library import Library
from broadsheet.model import Record
from broadsheet.plots import Curve, Interval, Plot, PlotRequest, say_point
from broadsheet.trends import periods, tables
from broadsheet.trends.plot import smooth
from trendy import open_trendy, record

TOPICS = ("graph kernels", "causal forests", "graph forests")


def invent(number: int, dated: str) -> Record:
    title = f"On {TOPICS[number % 3]} of the {number}th kind"
    return record(number, dated, title, categories=("cs.LG" if number % 2 else "math.AG",))


RECORDS = (
    *(invent(n, str(date(2025, 10, 1) + timedelta(days=n))) for n in range(180)),
    *(invent(200 + n, "2026-02") for n in range(5)),
    *(invent(300 + n, "2025") for n in range(7)),
    invent(400, "2031-01-01"),
    invent(401, "1999-05-05"),
    invent(402, ""),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return open_trendy(tmp_path_factory.mktemp("plots"), RECORDS)


def plot(library: Library, *queries: str, **how: object) -> Plot:
    return library.trends.plot(PlotRequest(queries, **how))  # type: ignore[arg-type]


def counts(curve: Curve) -> dict[str, int]:
    return {point.period: point.papers for point in curve.points}


MONTHS = {"first": "2025-10", "last": "2026-03"}
QUERIES = ("", "graph", "graph kernels", "(causal OR kernels", "-forests", "graph category:cs.LG")


@pytest.mark.parametrize("interval", Interval)
@pytest.mark.parametrize("share", [None, "", "category:cs.LG"])
def test_every_point_counts_what_its_search_finds(
    library: Library, interval: Interval, share: str | None
) -> None:
    """Break to see it fail: link to `date:` instead of `within:`, which a bare year satisfies."""
    how = {"shares": share is not None, "share_of": share or ""}
    drawn = plot(library, *QUERIES[1:], interval=interval, first="2025-12", last="2026-04", **how)
    assert len(drawn.curves) == len(QUERIES) - 1
    for curve in drawn.curves:
        assert curve.total == sum(point.papers for point in curve.points) > 0
        for point in curve.points[::2]:
            assert library.search(point.query).results.total == point.papers, point
            assert 0 <= point.papers <= point.among or share is None


def test_a_month_has_only_what_surely_is_of_it(library: Library) -> None:
    drawn = plot(library)
    assert drawn.curves[0].label == "All papers"
    assert counts(drawn.curves[0])["2026-02"] == 28 + 5
    assert "Not drawn, because only the year of them is known: All papers: 7." in drawn.notes
    weekly = plot(library, interval=Interval.WEEK)
    assert any("only the month or year" in note and "12" in note for note in weekly.notes)
    yearly = plot(library, interval=Interval.YEAR)
    assert counts(yearly.curves[0])["2025"] == 92 + 7
    assert not any("is known" in note for note in yearly.notes)


@pytest.mark.parametrize("interval", Interval)
def test_what_has_no_date_is_told(library: Library, interval: Interval) -> None:
    """Nothing is lost in silence: what is drawn, what is told and what is undated make the whole.
    Break to see it fail: leave `undated` out of the notes."""
    drawn = plot(library, "graph", "-graph", interval=interval)
    assert "Not drawn, because they have no date: graph: 1." in drawn.notes
    told = plot(library, interval=interval, first="1990", last="2031")
    (said,) = (note for note in told.notes if "no date" in note)
    assert said == "Not drawn, because they have no date: All papers: 1."
    unplaced = {Interval.WEEK: 12, Interval.MONTH: 7, Interval.YEAR: 0}[interval]
    whole = library.search("").results.total
    if interval is Interval.YEAR:  # else 400 periods do not reach back to 1999
        assert told.curves[0].total + unplaced + 1 == whole


def test_what_lies_outside_is_told(library: Library) -> None:
    drawn = plot(library)
    assert drawn.periods[-1] == "2026-03" and len(drawn.periods) == 120
    assert "1 paper is dated before April 2016." in drawn.notes
    assert "1 paper is dated after March 2026." in drawn.notes
    asked = plot(library, first="2026-01", last="2026-02-10")
    assert asked.periods == ("2026-01", "2026-02") and not any("dated" in n for n in asked.notes)


def test_a_period_that_is_not_over_is_open(library: Library) -> None:
    """Break to see it fail: take today for the day up to which there are papers."""
    drawn = plot(library, interval=Interval.YEAR)
    assert drawn.open_from == "2026" and drawn.is_open(drawn.curves[0].points[-1])
    assert any("2026 on, drawn open" in note and "29 March 2026" in note for note in drawn.notes)
    assert say_point(drawn, drawn.curves[0].points[-1]).endswith(", so far")
    assert plot(library, first="2026-01", last="2026-02").open_from == ""


def test_shares_are_of_the_field_and_say_so(library: Library) -> None:
    drawn = plot(library, "graph", shares=True, share_of="category:cs.LG", first="2025-10")
    among = sum(point.among for point in drawn.curves[0].points)
    assert f"of {among:,} papers in cs.LG" in drawn.caption
    assert all(point.query.count("category:cs.LG") == 1 for point in drawn.curves[0].points)
    few = "6 months have fewer than 20 papers of the field: such a share says little."
    assert few in plot(library, "graph", shares=True, share_of="category:math.AG", **MONTHS).notes
    nothing = plot(library, "graph", shares=True, share_of="venue:nowhere", first="2026-01")
    assert not any(map(nothing.is_shown, nothing.curves[0].points))
    with pytest.raises(InvalidQueryError, match="share of a field"):
        plot(library, "graph", shares=True, share_of="forests")


def test_smoothing_is_said_and_leaves_the_counts_alone(library: Library) -> None:
    rough, fine = plot(library, "graph"), plot(library, "graph", smooth=True)
    assert counts(rough.curves[0]) == counts(fine.curves[0])
    assert "each the mean of three months" in fine.caption
    before, here, after = (point.papers for point in rough.curves[0].points[-4:-1])
    assert fine.curves[0].points[-3].value == pytest.approx((before + here + after) / 3)
    # The open period would pull its neighbour down, so it is in nobody's mean.
    last = [point.papers for point in rough.curves[0].points[-3:-1]]
    assert fine.curves[0].points[-2].value == pytest.approx(sum(last) / 2)


@given(
    pairs=st.lists(
        st.integers(0, 50).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
    ),
    window=st.sampled_from([1, 3, 5]),
)
def test_a_mean_lies_between_what_it_is_of(pairs: list[tuple[int, int]], window: int) -> None:
    values = smooth(pairs, window, shares=False)
    for number, value in enumerate(values):
        start = max(0, number - window // 2)
        near = [papers for papers, _ in pairs[start : number + window // 2 + 1]]
        assert min(near) - 1e-9 <= value <= max(near) + 1e-9
    assert all(0 <= share <= 1 for share in smooth(pairs, window, shares=True))
    assert smooth(pairs, 1, shares=False) == [float(papers) for papers, _ in pairs]


def test_equal_queries_are_one_curve(library: Library) -> None:
    drawn = plot(library, *["graph"] * 5, " graph ", "", "  ")
    assert [curve.label for curve in drawn.curves] == ["graph"]
    assert "A query that was given more than once is drawn once." in drawn.notes
    with pytest.raises(InvalidInputError, match="at most 6"):
        plot(library, *"abcdefg")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"first": "soon"}, "“soon” is no date"),
        ({"first": "2026-02", "last": "2025"}, "before it begins"),
        ({"last": "2026-W99"}, "is no date"),
    ],
)
def test_mistakes_are_sentences(library: Library, how: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        plot(library, "graph", **how)


def test_a_query_that_leaves_no_room_for_a_date_is_refused(library: Library) -> None:
    with pytest.raises(InvalidQueryError, match="too long to be plotted"):
        plot(library, "a" * 3990)
    assert plot(library, "zzz").caption == "There is nothing to draw: no paper matches."


def test_csv_cells_are_no_formulas(library: Library) -> None:
    """Break to see it fail: write the label as it is."""
    drawn = plot(library, "-forests", '=cmd|"x"!A1 OR graph', shares=True, first="2026-01")
    rows = list(csv.reader(io.StringIO(tables.to_csv(drawn))))
    assert rows[0] == ["query", "period", "papers", "of", "value", "search"]
    assert len(rows) > 4 and not any(cell.startswith(tuple("=+-@")) for row in rows for cell in row)
    data = json.loads(json.dumps(tables.plot_data(drawn), allow_nan=False))
    assert [curve["label"] for curve in data["curves"]][0] == "-forests"


@given(st.dates(date(1, 1, 8), date(9999, 12, 1)), st.sampled_from(Interval))
def test_periods_lie_side_by_side(day: date, interval: Interval) -> None:
    """Break to see it fail: name a week by the year of its Monday."""
    name = periods.period_of(day, interval)
    first, last = periods.span(name)
    assert first <= day <= last and periods.interval_of(name) is interval
    before = periods.step(name, -1)
    if before != name:
        assert periods.span(before)[1] + timedelta(days=1) == first
        assert periods.list_between(before, name) == [before, name] == sorted([before, name])
    assert periods.place(str(day), interval) == name


@pytest.mark.parametrize("text", ["", "2026-13", "2026-02-30", "26", "2026-W54", "0000", "2026-4"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        periods.span(text)
