"""What a drawn plot shows, how it is told apart without colour, and that it does not change."""

from __future__ import annotations

import io
import struct
from itertools import combinations

import pytest
from drawn import DRAUGHTSMAN, SVG, draw, make_curve, make_map, make_plot, texts
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from broadsheet.drawing import labels, palette, ticks
from broadsheet.plots import Plot, PlotRequest

TWO = make_plot(make_curve("bees", [3, 5, 8, 13, 9, 4]), make_curve("wasps", [1, 0, 2, 5, 5, 1]))


def test_every_point_leads_to_its_papers() -> None:
    root = draw(TWO)
    ways = list(root.iter(SVG + "a"))
    assert len(ways) == 12
    assert texts(root, "title")[3] == "bees, April 2024: 13 papers"
    assert {way.get("href") for way in ways} == {"/search?q=19", "/search?q=20"}
    assert {way.get("tabindex") for way in ways} == {"-1"}
    assert root.get("role") == "group" and root.get("aria-label") == "Papers by month"


def test_a_drawing_that_stands_alone_is_an_image() -> None:
    root = draw(TWO, linked=False)
    assert root.get("role") == "img" and not list(root.iter(SVG + "a"))


def test_curves_have_their_names_at_their_ends() -> None:
    shown = texts(draw(TWO))
    assert {"bees", "wasps", "Papers by month", "15", "Jan 2024"} <= set(shown)
    assert texts(draw(make_plot(make_curve("bees", [1])))).count("bees") == 1


@pytest.mark.parametrize("count", [1, 6])
def test_a_narrow_drawing_has_its_letters_as_large_and_its_names_whole(count: int) -> None:
    """A telephone shows its 360 units at their size. Break to see it fail: draw the wide one."""
    names = [f"a rather long search for bees, {n}" for n in range(count)]
    plot = make_plot(*(make_curve(name, range(40)) for name in names))
    root = etree.fromstring(DRAUGHTSMAN.draw_plot(plot, "svg", narrow=True))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert width <= 360 and height > 260 + 20 * count
    assert set(names) < set(texts(root)) and not list(root.iter(SVG + "a"))
    sizes = {element.get("font-size") for element in root.iter() if element.get("font-size")}
    assert sizes == {"12"}


def test_the_same_plot_gives_the_same_bytes() -> None:
    """Break to see it fail: take `svg.hashsalt` out of the settings."""
    for kind in ("svg", "png"):
        assert DRAUGHTSMAN.draw_plot(TWO, kind) == DRAUGHTSMAN.draw_plot(TWO, kind)
    papers = make_map("a", "b", "c", "d")
    assert DRAUGHTSMAN.draw_map(papers, "svg", str) == DRAUGHTSMAN.draw_map(papers, "svg", str)


def test_two_plots_on_a_page_share_no_id() -> None:
    """Break to see it fail: leave `mark` out of the ids."""
    other = make_plot(make_curve("bees", [3, 5, 8, 13, 9, 5]))
    ids = [
        {element.get("id") for element in draw(plot).iter() if element.get("id")}
        for plot in (TWO, other)
    ]
    assert all(ids) and not ids[0] & ids[1]
    for plot in (TWO, other):
        root = draw(plot)
        named = {f"#{element.get('id')}" for element in root.iter() if element.get("id")}
        assert {use.get("href") for use in root.iter(SVG + "use")} <= named


def test_nothing_of_a_share_of_nothing_is_drawn() -> None:
    """Break to see it fail: draw 0 where the whole is 0."""
    plot = make_plot(make_curve("bees", [1, 0, 3], [4, 0, 4]), shares=True)
    titles = texts(draw(plot), "title")
    assert titles == ["January 2024: 1 of 4 papers (25 %)", "March 2024: 3 of 4 papers (75 %)"]


def test_what_is_not_over_is_hollow() -> None:
    plot = make_plot(make_curve("bees", [3, 5, 2]), open_from="2024-03")
    hollow = [use for use in draw(plot).iter(SVG + "use") if "paper-ink" in use.get("class", "")]
    assert len(hollow) == 1
    assert texts(draw(plot), "title")[2].endswith(", so far")


@pytest.mark.parametrize("counts", [[], [0], [0, 0], [10**9], list(range(400))])
def test_any_number_of_points_can_be_drawn(counts: list[int]) -> None:
    curves = [make_curve("x", counts)] * 6
    for kind in ("svg", "png"):
        assert DRAUGHTSMAN.draw_plot(make_plot(*curves), kind, lambda query: "/")
    assert DRAUGHTSMAN.draw_plot(Plot(PlotRequest(()), (), "Nothing"), "svg")


def test_a_png_is_twice_as_fine() -> None:
    picture = DRAUGHTSMAN.draw_plot(TWO, "png")
    assert picture.startswith(b"\x89PNG") and b"matplotlib" not in picture.lower()
    assert struct.unpack(">II", io.BytesIO(picture).getvalue()[16:24]) == (1520, 680)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_can_be_read_on_white_and_differ_in_more_than_colour() -> None:
    for colour in (*palette.CURVES, palette.AXIS, palette.LABEL):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour
    assert len(set(palette.DASHES)) == len(set(palette.MARKERS)) == len(palette.CURVES) == 6


@given(st.lists(st.floats(0, 300), max_size=6))
def test_names_do_not_cover_each_other(wanted: list[float]) -> None:
    places = labels.spread(wanted, 16, 30, 300)
    for one, other in combinations(sorted(places), 2):
        assert other - one >= 16 - 1e-6
    assert all(30 - 1e-6 <= place <= 300 + 1e-6 for place in places)
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    assert [places[n] for n in order] == sorted(places)


def test_names_that_have_room_stay_where_they_are() -> None:
    assert labels.spread([100, 200, 40], 16, 30, 300) == [100, 200, 40]


@given(st.floats(0, 1e9, allow_nan=False))
def test_marks_reach_the_top_with_round_numbers(top: float) -> None:
    marks = ticks.tick_values(top, shares=False)
    assert marks[0].at == 0 and marks[-1].at >= top * 0.999 and 2 <= len(marks) <= 7
    assert len({mark.label for mark in marks}) == len(marks)


@pytest.mark.parametrize("top", [0.0, 1e-4, 0.004, 0.03, 0.5, 1.0])
def test_marks_of_shares_are_percentages(top: float) -> None:
    marks = ticks.tick_values(top, shares=True)
    assert marks[-1].at >= top and all(mark.label.endswith(" %") for mark in marks)
    assert len({mark.label for mark in marks}) == len(marks)


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([], []),
        (["2024"], ["2024"]),
        ([str(year) for year in range(1990, 2025)], ["1990", "1995", "2000"]),
        ([f"2024-{month:02}" for month in range(1, 13)], ["Jan 2024", "Mar 2024"]),
        ([f"{y}-{m:02}" for y in range(2020, 2025) for m in range(1, 13)], ["2021", "2022"]),
        ([f"2026-W{week:02}" for week in range(1, 30)], ["Feb 2026", "Mar 2026"]),
    ],
)
def test_time_is_marked_where_it_begins(periods: list[str], said: list[str]) -> None:
    marks = ticks.tick_periods(periods)
    found = [mark.label for mark in marks]
    assert len(found) <= 8 and len(set(found)) == len(found)
    assert not said or set(found) & set(said)
