"""`import` and `demo`, over real libraries: what goes in, and what is said of the rest."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from broadsheet.cli import codes, main
from broadsheet.model import Record
from shell import RECORDS, Shell, write


def test_import_says_what_it_did_and_what_it_did_not(shell: Shell, tmp_path: Path) -> None:
    done = shell("import", tmp_path / "papers.jsonl")
    assert done.code == codes.OK and "Nothing has changed" in done.out
    more = write(tmp_path / "more.jsonl", Record("demo", "d", "A fourth paper", summary="New."))
    done = shell("import", more)
    assert "1 new, 0 updated" in done.out and "a second" in done.out
    assert shell("search", "fourth").code == codes.OK


def test_bad_rows_are_named_and_the_rest_goes_in(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path / "mixed.jsonl", Record("demo", "e", "A good paper"))
    path.write_bytes(path.read_bytes() + b'{"source": "demo", \n' * 30)
    done = shell("import", path)
    assert done.code == codes.ATTENTION
    assert f"{path}:2: " in done.err or "mixed.jsonl:2: " in done.err
    assert "and 10 more" in done.err
    assert shell("search", "good").code == codes.OK


@pytest.mark.parametrize("name", ["missing.bib", ".", "empty.bib", "noise.bin"])
def test_file_of_no_known_kind_is_one_sentence(shell: Shell, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.bib").touch()
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 8)
    done = shell("import", tmp_path / name)
    assert done.code == codes.FAILED
    assert len(done.err.splitlines()) == 1 and done.err.startswith("broadsheet: ")


def test_a_bad_file_does_not_stop_the_others(shell: Shell, tmp_path: Path) -> None:
    """Break to see it fail: let BadFileError out of `import_files`."""
    bad = tmp_path / "bad.txt"
    bad.write_bytes(bytes(range(256)))
    good = write(tmp_path / "good.jsonl", Record("demo", "f", "A paper after a bad file"))
    done = shell("import", bad, tmp_path / "none.bib", good)
    assert done.code == codes.FAILED and "1 new, 0 updated" in done.out
    assert len(done.err.splitlines()) == 2
    again = shell("import", "--json", bad, good)
    assert again.code == codes.FAILED
    assert [str(bad) in sentence for sentence in json.loads(again.out)["bad_files"]] == [True]
    assert shell("search", "after", "bad").code == codes.OK


def test_import_tells_what_joined_papers_that_were_here(shell: Shell, tmp_path: Path) -> None:
    other = Record("ris", "g", RECORDS[0].title, ids=RECORDS[0].ids, authors=RECORDS[0].authors)
    done = shell("import", write(tmp_path / "joins.jsonl", other))
    assert "1 new record is of a paper that was here already" in done.out
    assert "0 new, 0 merged" in done.out


def test_no_library_and_an_empty_one_tell_how_to_fill_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path / "nowhere", capsys)
    for command in (["search", "x"], ["show", "1"], ["stats"], ["verify"], ["serve"]):
        done = shell(*command)
        assert done.code == codes.FAILED and "broadsheet import FILE" in done.err
        assert not shell.folder.exists()
    shell("import", write(tmp_path / "none.jsonl"))  # fails, and leaves an empty library
    assert "broadsheet import FILE" in shell("search", "x").out


def test_a_file_in_the_place_of_a_library(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for command in (["search", "x"], ["stats"]):
        assert main(["--library", str(tmp_path / "file"), *command]) == codes.FAILED
        assert "is not a folder" in capsys.readouterr().err


def test_demo_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tmp_path / "demo"), "--once"]) == codes.OK
    told = capsys.readouterr().out
    assert "451 papers" in told and "Next, try:" in told
    for line in told.split("Next, try:")[1].strip().splitlines():
        program, *args = shlex.split(line)
        assert program == "broadsheet" and main(args) == codes.OK, line
