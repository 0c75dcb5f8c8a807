from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import MakeLibrary, browse, hrefs, invent, read

from broadsheet.model import MonthCount, PaperDate
from broadsheet.query import DateRange
from broadsheet.query.parser import parse
from broadsheet.web.chart import MOST_BARS, PLOT_HEIGHT, Chart, draw_chart


def draw(*counts: tuple[str, int]) -> Chart | None:
    return draw_chart([MonthCount(*each) for each in counts], quote)


def test_a_few_months_are_a_bar_each_with_gaps_between() -> None:
    chart = draw(("2024-01", 2), ("2024-04", 8))
    assert chart and chart.unit == "month"
    assert [(bar.label, bar.count) for bar in chart.bars] == [
        ("January 2024", 2),
        ("February 2024", 0),
        ("March 2024", 0),
        ("April 2024", 8),
    ]
    assert chart.bars[0].url == quote("within:2024-01")
    assert chart.peak.label == "April 2024"
    assert chart.bars[3].height == PLOT_HEIGHT and chart.bars[3].y == 0


@pytest.mark.parametrize(
    ("last", "unit", "label", "dates"),
    [
        ("2023-12", "month", "January 2020", "within:2020-01"),
        ("2031-12", "quarter", "Jan to Mar 2020", "within:2020-01..2020-03"),
        ("2060-01", "year", "2020", "year:2020"),
        ("2400-01", "decade", "2020 to 2029", "year:2020..2029"),
        ("9999-12", "century", "2000 to 2099", "year:2000..2099"),
    ],
)
def test_the_longer_the_time_the_wider_the_bars(
    last: str, unit: str, label: str, dates: str
) -> None:
    chart = draw(("2020-01", 1), (last, 1))
    assert chart and chart.unit == unit
    assert (chart.bars[0].label, chart.bars[0].url) == (label, quote(dates))


def test_one_old_paper_does_not_put_the_others_into_one_bar() -> None:
    chart = draw(("1959", 1), ("2019-04", 40), ("2023-05", 60))
    assert chart and chart.unit == "year"


def test_ticks_name_a_year_once() -> None:
    def ticks(first: str, last: str) -> list[str]:
        chart = draw((first, 1), (last, 1))
        return [tick.label for tick in chart.ticks] if chart else []

    assert ticks("2023-01", "2023-06") == ["Jan 2023", "Feb", "Mar", "Apr", "May", "Jun"]
    assert ticks("2023-11", "2024-02") == ["Nov 2023", "Dec", "Jan 2024", "Feb"]
    assert ticks("2021-03", "2023-05") == ["2022", "2023"]
    assert ticks("1990-01", "2010-01") == ["1990", "1994", "1998", "2002", "2006", "2010"]


def test_papers_of_which_only_the_year_is_known_stand_beside_finer_bars() -> None:
    chart = draw(("2024-01", 5), ("2024-02", 5), ("2023", 3))
    assert chart and chart.unit == "month"
    assert [(year.year, year.count) for year in chart.year_only] == [("2023", 3)]


def test_they_count_with_their_year_where_bars_are_years() -> None:
    chart = draw(("2021", 3), ("2023", 4), ("2023-05", 1))
    assert chart and chart.unit == "year" and not chart.year_only
    assert [bar.count for bar in chart.bars] == [3, 0, 5]


def test_a_single_bar_says_nothing() -> None:
    assert draw(("2024-03", 12)) is None
    assert draw(("no date", 1), ("2024-13", 2)) is None
    assert draw() is None


months = st.builds(
    lambda year, month: f"{year:04}-{month:02}" if month else f"{year:04}",
    st.integers(1, 9999),
    st.integers(0, 12),
)


@settings(max_examples=40)
@given(st.dictionaries(months, st.integers(1, 10**6), max_size=40))
def test_no_paper_is_lost_and_every_bar_lies_in_its_box(counts: dict[str, int]) -> None:
    chart = draw(*counts.items())
    if chart is None:
        return
    drawn = sum(bar.count for bar in chart.bars) + sum(y.count for y in chart.year_only)
    assert drawn == sum(counts.values())
    assert len(chart.bars) <= max(MOST_BARS, 101)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= 100.01
        assert 0 <= bar.y <= bar.y + bar.height <= PLOT_HEIGHT + 0.01
    assert all(0 <= tick.x <= 100 for tick in chart.ticks) and 1 <= len(chart.ticks) <= 7


@settings(max_examples=40)
@given(st.dictionaries(months, st.integers(1, 9), min_size=2, max_size=10))
def test_every_bar_leads_to_dates_that_the_query_language_knows(counts: dict[str, int]) -> None:
    chart = draw_chart([MonthCount(*each) for each in counts.items()], str)
    for bar in chart.bars if chart else ():
        assert [type(node) for node in parse(bar.url).filters] == [DateRange]


DATES = (
    ("2024", 3),
    ("2024-02", 2),
    ("2024-02-01", 1),
    ("2024-02-29", 2),
    ("2024-03-31", 4),
    ("2024-07", 1),
    ("2024-12-31", 1),
    ("2025", 2),
    ("2025-01-01", 3),
)


@pytest.mark.parametrize(
    "asked",
    ["", "date:2024-02-10..2024-12", "within:2024-02..2025-01", "date:2024 -within:2024-07", "on"],
)
@pytest.mark.parametrize("far", ["", "2031-06-01", "1950-01"])
def test_a_bar_that_says_120_leads_to_120(make_library: MakeLibrary, asked: str, far: str) -> None:
    """Breaks where bars link with "date:", which finds papers that may be of the month too."""
    dates = [date for date, count in DATES for _ in range(count)] + [far] * bool(far)
    records = [invent(n, date=PaperDate(date, "published")) for n, date in enumerate(dates)]
    with make_library(records) as library:
        client = browse(library)
        page = read(client, f"/search?q={quote(asked)}")
        rows = [
            (address, int(count.text()))
            for address, count in zip(
                hrefs(page, ".chart tbody th a"), page.css(".chart tbody td"), strict=True
            )
        ]
        assert rows
        for address, count in rows:
            found = library.search(parse_qs(urlsplit(address).query)["q"][0]).results.total
            assert (address, found) == (address, count)
        assert sum(count for _, count in rows) == library.search(asked).results.total
