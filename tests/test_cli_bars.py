"""What a terminal shows while something goes on: bars, reasons of waiting, lines above them."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from broadsheet.cli.bars import Bars

LABEL = "toy: papers"


class Screen:
    """Bars on a console of our making, whose last drawing can be read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> None:
        self.time = 100.0
        self.console = Console(file=io.StringIO(), width=width, force_terminal=True)
        monkeypatch.setattr("broadsheet.cli.bars.Console", lambda **_: self.console)
        self.bars = Bars()
        self.bars.view.get_time = lambda: self.time

    def lines(self) -> list[str]:
        with self.console.capture() as captured:
            self.console.print(self.bars.view.get_renderable())
        plain = re.sub(r"\x1b\[[0-9;]*m", "", captured.get())
        return [line.rstrip() for line in plain.splitlines() if line.strip()]

    def line(self) -> str:
        (line,) = self.lines()
        assert line[0] != " "  # it still spins
        return line[2:]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(monkeypatch)


def test_a_total_is_an_estimate_until_it_is_reached(screen: Screen) -> None:
    """Break to see it fail: let `open_end` be False where all of the estimate has come."""
    screen.bars(LABEL, 0, None)
    assert screen.line() == "toy: papers"
    screen.time += 10
    screen.bars(LABEL, 100, 883)
    assert screen.line() == "toy: papers 100 of about 883 · 10/s · about 78 s left"
    screen.bars(LABEL, 900, 900)
    assert screen.line() == "toy: papers 900 · 90/s"
    screen.bars(LABEL, 1000, 9000)
    assert screen.line() == "toy: papers 1,000 of about 9,000 · 100/s · about 80 s left"
    screen.bars(LABEL, 8500, 9000)
    assert screen.line() == "toy: papers 8,500 of about 9,000 · 850/s"  # soon over


def test_slow_work_is_told_by_the_minute_and_hour(screen: Screen) -> None:
    screen.bars(LABEL, 0, None)
    screen.time += 100
    screen.bars(LABEL, 50, 5000)
    assert screen.line() == "toy: papers 50 of about 5,000 · 30/min · about 3 h left"
    screen.bars(LABEL, 50, 500)
    assert screen.line() == "toy: papers 50 of about 500 · 30/min · about 15 min left"


def test_why_a_stream_waits_stands_below_its_one_bar(screen: Screen) -> None:
    """Break to see it fail: take a reason for a stage (let `_split` return it whole)."""
    screen.bars(f"{LABEL}: It asks for patience: 20 s.", 0, None)  # before anything came
    assert screen.lines()[1:] == ["  It asks for patience: 20 s."]
    screen.time += 10
    screen.bars(LABEL, 20, 200)
    assert len(screen.lines()) == 1
    for reason in ("It is busy.", "It is busy.", "It is busy: still.\x1b[2J"):
        screen.bars(f"{LABEL}: {reason}", 0, None)
    bar, why = screen.lines()
    assert bar[2:] == "toy: papers 20 of about 200"
    assert why == "  It is busy: still.\ufffd[2J"
    screen.bars("Indexing", 5, 9)
    assert len(screen.lines()) == 3
    screen.bars("Indexing", 9, 9)
    assert len(screen.lines()) == 2
    screen.bars.end(LABEL)
    assert screen.lines() == []


def test_lines_go_above_the_bars(screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    """Break to see it fail: let `say` print past the console."""
    screen.bars("Indexing", 1, 9)
    screen.bars.say("toy papers: 2 new")  # standard output is a file here
    assert capsys.readouterr().out == "toy papers: 2 new\n"


def test_on_a_terminal_lines_are_printed_by_what_draws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Break to see it fail: let `say` always use click."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    screen = Screen(monkeypatch)
    with screen.console.capture() as captured:
        screen.bars.say("toy papers: 2 new [bold]")
    assert captured.get() == "toy papers: 2 new [bold]\n"
    assert capsys.readouterr().out == ""


def test_a_wide_terminal_has_room_for_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, 120)
    screen.bars(LABEL, 5, 10)
    assert "━" in screen.line()
