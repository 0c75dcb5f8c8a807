"""`edition`, `trending` and the demo, as they are read in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broadsheet import wiring
from broadsheet.cli import codes, main
from broadsheet.press import FORMULA
from pressroom import DAY, FRIDAY, at, make_papers, open_pressroom
from shell import Shell

NAME = FRIDAY.isoformat()
KEYS = [record.key for record in make_papers(12)]


@pytest.fixture
def news(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A library with the news of a Friday, at noon of it."""
    with open_pressroom(tmp_path) as room:
        room.fill(tmp_path, make_papers(12))
        room.announce(FRIDAY, KEYS)
        room.vote(KEYS[7], 3, at(FRIDAY, 5))
    opened = wiring.open_library
    monkeypatch.setattr(
        wiring, "open_library", lambda *a, **k: opened(*a, **{**k, "clock": lambda: at(FRIDAY, 12)})
    )
    return Shell(tmp_path / "library", capsys)


def test_an_edition_in_the_terminal(news: Shell) -> None:
    done = news("edition")
    assert done.code == codes.OK
    assert "BROADSHEET" in done.out and "Friday, 17 April 2026" in done.out
    assert "back issue, never printed" in done.out
    assert "  1  Study 7 of " in done.out and "3 votes here." in done.out
    assert "No. 1" in news("edition", "--print").out
    assert "No. 1" in news("edition", NAME).out


def test_an_edition_for_programs_and_as_markdown(news: Shell) -> None:
    told = json.loads(news("edition", NAME, "--json").out)
    assert (told["scope"], told["name"], told["number"]) == ("day", NAME, 0)
    first = told["sections"][0]["entries"][0]
    assert first["parts"][0]["name"] == "votes" and first["score"] > 0
    text = news("edition", "2026-W16", "--markdown")
    assert text.out.startswith("# Broadsheet: Week 16, 2026\n")
    assert news("edition", "--json", "--markdown").code == codes.USAGE


def test_nothing_to_read_is_told_and_is_its_own_code(news: Shell) -> None:
    done = news("edition", "1991-08-14")
    assert done.code == codes.NOTHING
    assert "The library has nothing of this day" in done.out
    done = news("edition", "someday")
    assert (done.code, done.err) == (
        codes.FAILED,
        "broadsheet: There is no edition someday in this library.\n",
    )
    assert "Nothing is chosen yet" in news("edition", "--mine").out
    assert news("edition", "--reader", "nobody").code == codes.FAILED


def test_trending_in_the_terminal(news: Shell) -> None:
    done = news("trending")
    assert done.code == codes.OK
    assert "Study 7 of" in done.out
    assert "".join(FORMULA.split()) in "".join(done.out.split())
    told = json.loads(news("trending", "--json").out)
    assert told["formula"] == FORMULA and len(told["entries"]) == 1


def test_the_demo_lays_its_fortnight_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: let the tour lay it whenever it is taken."""
    opened, now = wiring.open_library, [at(FRIDAY, 12)]
    monkeypatch.setattr(
        wiring, "open_library", lambda *a, **k: opened(*a, **{**k, "clock": lambda: now[0]})
    )

    def take() -> str:
        assert main(["demo", str(tmp_path / "demo"), "--once"]) == codes.OK
        return capsys.readouterr().out

    assert "last fourteen days as an example" in take()
    now[0] += 2 * DAY
    again = take()
    assert f"Its example fortnight ended on {NAME}" in again
    assert "fourteen days" not in again
