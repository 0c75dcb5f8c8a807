"""What the terminal is given: text that cannot act on it, lines that fit, shapes that stay."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet import shapes
from broadsheet.cli import render
from broadsheet.cli.finding import SORTS, STYLES
from broadsheet.cli.output import printable, show_json
from broadsheet.cli.spark import by_time, spark
from broadsheet.library import Page, Shown
from broadsheet.model import (
    FacetCount,
    Hit,
    Identifier,
    Link,
    Matching,
    MonthCount,
    PaperDate,
    Results,
    Sort,
    Span,
    Spoke,
    VerifyReport,
    Work,
)
from broadsheet.query import Query

WORK = Work(
    id=7,
    title="Smoothing \x1b[31mred\x1b[0m labels",
    summary="One sentence about labels. " * 20 + "The word smoothing stands far behind.",
    authors=("Ada Byron", "B", "C", "D", "E", "F"),
    ids=(Identifier("arxiv", "2401.00001"),),
    date=PaperDate("2024-01", "month_from_id"),
    venue="ICLR",
    links=(Link("code", "https://example.org/x"),),
    sources=("demo",),
    provenance={"title": "demo", "authors": "demo"},
)
SHOWN = Shown(Hit(7, 0.5, Spoke.MEANING, None, 0.5), WORK, (Span(0, 9),), ())
RESULTS = Results(
    hits=(SHOWN.hit,),
    total=41,
    matching=Matching.ANY,
    facets={"venue": (FacetCount("IC\x9bLR", 40),), "source": ()},
    months=(MonthCount("2023-12", 1), MonthCount("2024-01", 40)),
    more=True,
    notes=("Only the first words were used.",),
)


def controls(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n"}


@given(st.text(alphabet=st.characters(categories=None)))
def test_printable_text_cannot_act_on_a_terminal(text: str) -> None:
    """Break to see it fail: leave C1 controls (\\x80 to \\x9f) out of `_UNSAFE`."""
    shown = printable(text)
    assert not controls(shown) and "\n" not in shown
    assert len(shown) == len(text)
    shown.encode()


@pytest.mark.parametrize("mark", "\u202e\u2066\u200f\u061c")
def test_direction_marks_cannot_make_a_line_read_as_another(mark: str) -> None:
    assert mark not in printable(f"a{mark}b")


def test_lines_are_kept_on_request() -> None:
    assert printable("@a{x,\n\ttitle\x1b}\n", keep_lines=True) == "@a{x,\n title\ufffd}\n"


def test_json_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"title": "\x9b1mHölder \ud800"})
    printed = capsys.readouterr().out
    assert printed.isascii() and not controls(printed)
    assert json.loads(printed)["title"].startswith("\x9b1mHölder")


def test_page_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    render.page(Page(Query(), RESULTS, (SHOWN,)), offset=10, seconds=0.0042)
    printed = capsys.readouterr().out
    assert not controls(printed)
    for part in (
        "41 papers with some of the words",
        "1 here by meaning alone",
        "4 ms",
        "Only the first words",
        " 11  Smoothing",
        "meaning",
        "Ada Byron, B, C, D and 2 more · 2024-01 · ICLR · arXiv:2401.00001 · paper 7",
        "venue     IC\ufffdLR 40",
        "2023-12 ▁█ 2024-01 (a month each)",
        "--offset 11",
    ):
        assert part in printed


def test_colours_only_where_they_are_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show = partial(render.page, Page(Query(), RESULTS, (SHOWN,)), offset=0, seconds=0.0)
    show()
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    show()
    assert "\x1b[1;33mSmoothing" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    show()
    assert not re.search(r"\x1b\[[\d;]*3\d", capsys.readouterr().out)


def test_paper_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    render.work(WORK)
    printed = capsys.readouterr().out
    assert not controls(printed)
    assert "authors" in printed and "2024-01 (month from id)" in printed
    assert "arXiv id" in printed
    assert "https://example.org/x" in printed and "stands far behind." in printed


def test_paper_without_a_text_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    render.work(replace(WORK, abstract="", summary=""))
    assert "summary" not in capsys.readouterr().out


def test_report_names_what_mends(capsys: pytest.CaptureFixture[str]) -> None:
    render.verify_report(VerifyReport(9, 9, (4,), tuple(range(30)), problems=("It is odd.",)))
    printed = capsys.readouterr().out
    assert "1 records differ from their hashes: 4" in printed
    assert "30 papers are missing in the index: 0, 1," in printed and "19, …" in printed
    assert "index rebuild" in printed and "restore" in printed and "It is odd." in printed


def test_excerpt_begins_near_the_first_match() -> None:
    at = WORK.text.index("smoothing")
    cut = render.excerpt(WORK.text, (Span(at, at + 9),))
    assert cut.plain.startswith("… ") and len(cut.plain) <= render.EXCERPT + 4
    styled = [cut.plain[s.start : s.end] for s in cut.spans if s.style == render.MATCH_STYLE]
    assert styled == ["smoothing"]


def test_excerpt_without_a_match_begins_at_the_beginning() -> None:
    assert render.excerpt("Short text.", ()).plain == "Short text."
    assert render.excerpt("x" * 5000, ()).plain.endswith(" …")


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_spark_shows_everything_above_nothing(counts: list[int]) -> None:
    line = spark(counts)
    assert len(line) == len(counts)
    assert [block == " " for block in line] == [count == 0 for count in counts]


def test_spark_is_by_year_where_only_years_are_known() -> None:
    months = [MonthCount("2019", 4), MonthCount("2021-05", 1), MonthCount("2021", 1)]
    assert by_time(months) == "2019 █ ▄ 2021 (a year each)"


def test_spark_is_by_year_where_months_are_too_many() -> None:
    months = [MonthCount("2001-01", 1), MonthCount("2024-12", 1)]
    line = by_time(months)
    assert line.startswith("2001 █") and line.endswith("█ 2024 (a year each)")


@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(1, 99)), min_size=1, max_size=9))
def test_spark_line_fits(years: list[tuple[int, int]]) -> None:
    line = by_time([MonthCount(f"{year:04}", count) for year, count in years])
    assert len(line) < 90


def test_hit_shape_is_documented() -> None:
    found = shapes.hit(SHOWN)
    assert list(found) == ["score", "spoke", "lexical", "dense", "work", "highlights"]
    assert found["work"]["ids"] == {"arxiv": "2401.00001"}
    assert found["highlights"] == {"title": [[0, 9]], "text": []}
    json.dumps(found)


def test_choices_are_the_models() -> None:
    assert list(SORTS) == [str(sort) for sort in Sort]
    assert len(STYLES) == 4
