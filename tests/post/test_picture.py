"""The plot of a letter: what it counts, and when there is none."""

from __future__ import annotations

import pytest

from broadsheet.drawing import MatplotlibDraughtsman
from broadsheet.post import picture
from letterbox import Stub, make_earlier


def test_the_plot_counts_what_shelves_found_in_whole_weeks() -> None:
    """Break: count the sections that are of no shelf, too."""
    plot = picture.plot_weeks(make_earlier(30), "2026-04-20")
    assert plot and plot.periods[-1] == "2026-W16" and len(plot.periods) == picture.WEEKS
    (curve,) = plot.curves
    assert curve.label == "light and lamps"
    assert [point.papers for point in curve.points] == [0, 0, 0, 4, 14, 14, 14, 14]


def test_there_is_none_that_says_nothing() -> None:
    """Breaks: make FEWEST_WEEKS or FEWEST_PAPERS 0."""
    assert picture.plot_weeks([], "2026-04-20") is None
    assert picture.plot_weeks(make_earlier(10), "2026-04-20") is None
    assert picture.plot_weeks(make_earlier(30, papers=0), "2026-04-20") is None
    assert picture.plot_weeks(make_earlier(30), "0001-01-02") is None


def test_it_goes_with_the_first_letter_of_a_week() -> None:
    assert picture.begins_week("2026-04-20", "2026-04-19")
    assert not picture.begins_week("2026-04-21", "2026-04-20")
    assert picture.begins_week("2026-04-20", "2025-04-21")


def test_it_says_in_words_what_it_shows() -> None:
    drawn = picture.draw(make_earlier(30), "2026-04-20", "a@b", Stub())
    assert drawn and drawn.content == b"png True"
    assert drawn.alt.endswith("light and lamps: 0, 0, 0, 4, 14, 14, 14, 14.")


@pytest.mark.slow
def test_it_is_small() -> None:
    """Break: leave the palette out of `Canvas.to_png`."""
    drawn = picture.draw(make_earlier(30), "2026-04-20", "a@b", MatplotlibDraughtsman())
    assert drawn and drawn.content.startswith(b"\x89PNG") and len(drawn.content) < 30_000
