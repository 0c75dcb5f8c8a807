"""`plot`, `terms` and `map` by what they print, write and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broadsheet.cli import codes
from broadsheet.cli.pictures import bar
from shell import Shell


def test_a_plot_for_people(demo: Shell) -> None:
    done = demo("plot", "label smoothing", "-fairness", "--by", "year")
    assert done.code == codes.OK and not done.err
    assert done.out.startswith("Papers by year") and "label smoothing" in done.out
    assert "█" in done.out and "2023" in done.out and "\x1b" not in done.out


def test_a_plot_for_programs(demo: Shell) -> None:
    """Its points are what `search` finds."""
    args = ("plot", "smoothing", "--by", "year", "--share-of", "source:demo", "--json")
    curve = json.loads(demo(*args).out)["curves"][0]
    point = max(curve["points"], key=lambda each: each["papers"])
    found = json.loads(demo("search", *point["query"].split(), "--limit", "1", "--json").out)
    assert found["total"] == point["papers"] > 1 and point["among"] >= point["papers"]


def test_files_are_written(demo: Shell, tmp_path: Path) -> None:
    svg, png, csv = (tmp_path / f"plot.{suffix}" for suffix in ("svg", "png", "csv"))
    done = demo("plot", "--by", "year", "--svg", str(svg), "--png", str(png), "--csv", str(csv))
    assert done.out.count("Written to") == 3
    assert svg.read_bytes().startswith(b"<svg") and png.read_bytes().startswith(b"\x89PNG")
    assert csv.read_text().startswith("query,period,papers")
    missing = tmp_path / "no" / "such" / "plot.svg"
    lost = demo("plot", "--svg", str(missing))
    assert lost.code == codes.FAILED and "Cannot read or write" in lost.err


@pytest.mark.parametrize(
    "args",
    [
        ("plot", "year:x"),
        ("plot", *"abcdefg"),
        ("plot", "--from", "soon"),
        ("plot", "a", "--share-of", "words"),
        ("terms", "--period", "soon"),
        ("map", "year:x"),
    ],
)
def test_mistakes_are_one_sentence(shell: Shell, args: tuple[str, ...]) -> None:
    done = shell(*args)
    assert done.code == codes.FAILED and not done.out
    assert done.err.startswith("broadsheet: ") and done.err.count("\n") == 1


@pytest.mark.parametrize("command", ["plot", "map", "terms"])
def test_nothing_found(shell: Shell, command: str) -> None:
    done = shell(command, "unheard-of")
    assert done.code == codes.NOTHING and not done.err


def test_terms(demo: Shell) -> None:
    told = json.loads(demo("terms", "--period", "2023", "--json").out)
    assert told["period"] == ["2023-01-01", "2023-12-31"] and told["papers"][0] > 10
    assert "Rising" in demo("terms", "--period", "2023").out


def test_a_map(demo: Shell, tmp_path: Path) -> None:
    svg = tmp_path / "map.svg"
    done = demo("map", "fairness", "--svg", str(svg))
    assert done.code == codes.OK and "A map of" in done.out
    assert svg.read_bytes().startswith(b"<svg")
    told = json.loads(demo("map", "fairness", "--json").out)
    assert sum(region["papers"] for region in told["regions"]) == len(told["papers"]) > 10


def test_bars_are_as_long_as_their_shares() -> None:
    assert bar(0, 8) == "" and bar(1, 8) == "█" * 8 and bar(0.5, 8) == "█" * 4
    assert bar(1 / 64, 8) == "▏" and bar(0.99, 8) == "█" * 7 + "▉"
