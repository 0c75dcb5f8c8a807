"""`source`: real libraries that follow a source of our making."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import click
import pytest

from broadsheet import wiring
from broadsheet.cli import codes
from broadsheet.cli.commands import broadsheet
from broadsheet.connectors import CONNECTORS
from broadsheet.errors import SourceBusyError
from newsstand import News, one_sentence
from shell import Shell

GUIDE = (Path(__file__).parents[1] / "docs/sources.md").read_text(encoding="utf-8")


def test_adding_makes_the_library_and_says_what_is_next(news: News) -> None:
    done = news("source", "add", "toy", "bees", "--since", "2026-02")
    assert done.code == codes.OK
    assert "toy is followed: bees, from 2026-02-01 on." in done.out
    assert "broadsheet sync toy" in done.out
    assert news.web.asked == []
    again = news("source", "add", "toy", "wasps", "--since", "2026-02-01")
    assert "toy is followed: bees, wasps, from 2026-02-01 on." in again.out
    assert "follows bees, wasps already" in one_sentence(news("source", "add", "toy", "wasps"))


def test_the_same_kind_at_another_place_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    shell = Shell(tmp_path / "library", capsys)
    mirror = "https://mirror.example"
    first = shell("source", "add", "arxiv", "cs.LG", "--mirror", mirror)
    assert "beside" not in first.out
    second = shell("source", "add", "arxiv", "cs.LG")
    assert f"arxiv-2 at arXiv itself, beside arxiv at {mirror}." in second.out
    assert "beside" not in shell("source", "add", "acl", "papers.xml").out


def test_mistakes_in_adding_are_one_sentence_with_an_example(news: News) -> None:
    assert "there are toy" in one_sentence(news("source", "add", "bird"))
    assert "such as bees" in one_sentence(news("source", "add", "toy", "?\x1b[31m"))
    assert "yet to come" in one_sentence(news("source", "add", "toy", "--since", "2027"))
    for day in ("tomorrow", "2026-13", "2026-02-30", "20260220", "\u0662026"):
        done = news("source", "add", "toy", "bees", "--since", day)
        assert done.code == codes.USAGE and "2026-11-20" in done.err


def test_help_names_every_kind_with_an_example_that_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the connectors tell it; no library is opened. Break: an `example` that is none."""
    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    shell = Shell(tmp_path / "library", capsys)
    told = shell("source", "add", "--help").out
    assert not shell.folder.exists()
    for each in wiring.list_kinds():
        assert re.search(rf"^  {each.kind}  +\S", told, re.MULTILINE)
        (line,) = re.findall(rf"^  broadsheet (source add {each.kind}\b.*)", told, re.MULTILINE)
        assert shell(*shlex.split(line)).code == codes.OK, line
    assert list(CONNECTORS) == [each.kind for each in wiring.list_kinds()]


def test_the_guide_has_a_row_for_every_kind() -> None:
    """Break to see it fail: add a row to `CONNECTORS`."""
    table = GUIDE.split("## What each source gives")[1].split("\n\n")[1]
    assert re.findall(r"^\| `(\w+)` ", table, re.MULTILINE) == list(CONNECTORS)


@pytest.mark.parametrize(
    "error", [ImportError("no module named bees"), AttributeError("Bees"), TypeError("no")]
)
def test_a_plug_in_that_cannot_be_loaded_is_told_in_the_help(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Broken:
        name = "bees"

        def load(self) -> NoReturn:
            raise error

    monkeypatch.setattr("broadsheet.connectors.entry_points", lambda *, group: [Broken()])
    told = " ".join(shell("source", "add", "--help").out.split())
    assert f"bees this plug-in cannot be loaded: {error}" in told


def test_help_names_every_service(shell: Shell) -> None:
    told = shell("enrich", "--help").out
    for service in ("crossref", "semanticscholar", "openalex"):
        assert re.search(rf"^  {service}  +\S", told, re.MULTILINE)


def test_commands_that_the_guide_shows_exist() -> None:
    """Every line of docs/sources.md that runs the program is understood by it."""
    lines = re.findall(r"^broadsheet (.+)$", GUIDE, re.MULTILINE)
    assert len(lines) >= 8
    for line in lines:
        command: click.Command = broadsheet
        words = shlex.split(line, comments=True)
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        command.make_context("x", words)


def test_nothing_followed_says_how_to_follow(shell: Shell) -> None:
    for command in (["source", "list"], ["sync"], ["receipts"]):
        done = shell(*command)
        assert done.code == codes.OK and "broadsheet source add arxiv cs.LG" in done.out
    assert "None is followed" in one_sentence(shell("sync", "toy"))


def test_no_library_says_how_to_make_one(news: News) -> None:
    for command in (["source", "list"], ["sync"], ["receipts"], ["sync", "--watch"]):
        assert "broadsheet source add" in one_sentence(news(*command))
        assert not news.folder.exists()


def test_list_from_new_to_fine(bees: News) -> None:
    (new,) = bees.json("source", "list")["sources"]
    assert (new["state"], new["items"], new["good_at"]) == ("new", 0, None)
    bees("sync")
    (fine,) = bees.json("source", "list")["sources"]
    assert (fine["state"], fine["items"], fine["trouble"]) == ("fine", 2, "")
    assert (fine["since"], fine["targets"]) == ("2026-03-01", ["bees"])
    assert {stream["stream"] for stream in fine["streams"]} == {"papers", "sweep"}
    table = bees("source", "list").out
    assert table.splitlines() == [
        "name  kind  follows  papers  last good  state  next",
        "toy   toy   bees     2       08:00      fine   09:00",
    ]
    bees.time.pass_by(timedelta(days=1))
    assert "03-02 08:00" in bees("source", "list").out
    bees.time.pass_by(timedelta(days=365))
    assert "2026-03-02" in bees("source", "list").out


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_narrow_list_never_cuts_a_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Break to see it fail: put "name" among `LESS_NEEDED`."""
    monkeypatch.setattr("broadsheet.cli.output.WIDTH_WHEN_PIPED", width)
    shell("source", "add", "arxiv", "cs.LG", "stat.ML", "hep-th", "math.AG", "cs.CL", "cs.CV")
    shell("source", "add", "feed", "https://a-long-name.example.org/papers.xml")
    head, *lines = shell("source", "list").out.splitlines()
    names = [each["name"] for each in json.loads(shell("source", "list", "--json").out)["sources"]]
    assert [line.split()[0] for line in lines] == names
    assert all(len(line) <= width for line in (head, *lines))
    assert "state" in head and "next" in head


def test_pause_resume_remove(bees: News) -> None:
    assert "broadsheet source resume toy" in bees("source", "pause", "toy").out
    assert "paused" in bees("source", "list").out
    for args in (["sync"], ["sync", "toy"]):
        done = bees(*args)
        assert done.code == codes.OK and "broadsheet source resume toy" in done.out
    assert bees.web.asked == []
    assert bees("source", "resume", "toy").code == codes.OK
    assert bees("sync").code == codes.OK and bees.web.asked
    gone = bees("source", "remove", "toy")
    assert "papers and receipts stay" in gone.out
    assert "broadsheet source add toy bees --since 2026-03-01" in gone.out
    assert bees("show", "10.1000/a").code == codes.OK
    assert "followed no longer" in bees("receipts", "--day", "2026-03-02").out


def test_mistaken_name_is_answered_with_the_names(bees: News) -> None:
    for verb in ("pause", "resume", "remove", "test"):
        told = one_sentence(bees("source", verb, "bee\x1b]0;x\x07s"))
        assert "Followed are: toy." in told and "\x1b" not in told
    for command in (["sync", "bees"], ["receipts", "--source", "bees"]):
        assert "Followed are: toy." in one_sentence(bees(*command))


def test_trying_a_source_keeps_nothing(bees: News) -> None:
    done = bees("source", "test", "toy")
    assert done.code == codes.OK
    for word in ("papers", "https://toy.example/papers/start", "2 records, 1 rejected"):
        assert word in done.out
    assert "On the nature of a" in done.out
    assert bees.json("stats")["works"] == 0
    bees.web.lay("papers/start", {"next": "2"})
    assert "Nothing is listed" not in bees("source", "test", "toy").out
    bees.web.lay("papers/start", {"more": False})
    assert "Nothing is listed there now.\n" in bees("source", "test", "toy").out
    bees.time.pass_by(timedelta(days=6))
    told = bees("source", "test", "toy").out
    assert "Nothing is listed there now. The toy rests on Sundays.\n" in told
    bees.web.lay("papers/start", SourceBusyError("The toy asks for patience."))
    done = bees("source", "test", "toy")
    assert done.code == codes.ATTENTION and "The toy asks for patience." in done.out
    (trial,) = bees.json("source", "test", "toy")["streams"]
    assert trial["trouble"] == "The toy asks for patience."
