"""`work`, `verify`, `backup`, `restore` and `export`: what is kept can be had back."""

from __future__ import annotations

import json
import shlex
import sqlite3
from pathlib import Path

import pytest

from broadsheet.cli import codes, main
from broadsheet.cli.app import App
from shell import Shell


def undo(told: str) -> list[str]:
    """The command after "Undo: ", without the program's name."""
    line = next(line for line in told.splitlines() if line.startswith("Undo: "))
    return shlex.split(line.removeprefix("Undo: broadsheet "))


def test_merge_and_split_say_how_they_are_undone(shell: Shell) -> None:
    merged = shell("work", "merge", "1", "2", "--reason", "a test")
    assert merged.code == codes.OK
    assert "Graph networks for goats" in shell("show", "1", "--records").out
    assert "a test" in shell("show", "1", "--records").out
    assert json.loads(shell("show", "2", "--json").out)["id"] == 1
    split = shell(*undo(merged.out))
    assert split.code == codes.OK and json.loads(shell("stats", "--json").out)["works"] == 3
    assert shell(*undo(split.out)).code == codes.OK
    assert json.loads(shell("stats", "--json").out)["works"] == 2


def test_verify_names_what_differs_and_rebuild_mends(shell: Shell) -> None:
    assert shell("verify").code == codes.OK
    assert json.loads(shell("verify", "--json").out)["ok"]
    done = shell("index", "rebuild")
    assert done.code == codes.OK and "3 papers" in done.out
    assert "up to date" in shell("index", "catch-up").out
    (database,) = shell.folder.glob("*.db")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE record SET payload = CAST(payload || ' ' AS BLOB) WHERE id = 2")
    connection.close()
    done = shell("verify")
    assert done.code == codes.ATTENTION
    assert "broadsheet --library NEW-FOLDER restore FILE" in done.out


def test_backup_comes_back_in_a_new_folder(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = shell("backup", tmp_path / "saved.db")
    assert saved.code == codes.OK
    assert f"broadsheet --library NEW-FOLDER restore {tmp_path / 'saved.db'}" in saved.out
    assert shell("backup", tmp_path / "saved.db").code == codes.FAILED
    assert shell("restore", tmp_path / "saved.db").code == codes.FAILED
    other = Shell(tmp_path / "other", capsys)
    missing = other("restore", tmp_path / "none.db").err
    assert missing == f"broadsheet: There is no backup {tmp_path / 'none.db'}.\n"
    assert "3 papers" in other("restore", tmp_path / "saved.db").out
    assert other("search", "goats").code == codes.OK
    assert other("verify").code == codes.OK


def test_printed_commands_mean_the_library_that_was_chosen(
    shell: Shell,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As they are printed, from anywhere. Break to see it fail: leave `--library` out of
    `App.command`."""
    monkeypatch.setenv("BROADSHEET_LIBRARY", str(tmp_path / "elsewhere"))
    merged = shell("work", "merge", "1", "2")
    assert main(undo(merged.out)) == codes.OK
    made = shell("shelf", "make", "One shelf")
    _, command = made.out.split("Undo:  broadsheet ")
    assert main(shlex.split(command)) == codes.OK
    backup = tmp_path / "saved of today.db"
    _, command = shell("backup", backup).out.split("with: broadsheet ")
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) == codes.OK
    assert "goats" in Shell(tmp_path / "NEW-FOLDER", capsys)("search", "goats").out
    assert not (tmp_path / "elsewhere").exists()


def test_a_command_without_a_chosen_library_names_none() -> None:
    assert App().command("undo", 1) == "broadsheet undo 1"


def test_export_can_be_imported_again(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.jsonl"
    assert "3 records" in shell("export", path).out
    assert shell("export").out == path.read_text(encoding="utf-8")
    assert shell("export", path).code == codes.FAILED  # never over a file that is there
    assert "Nothing has changed" in shell("import", path).out
    other = Shell(tmp_path / "other", capsys)
    assert other("import", path).code == codes.OK
    assert other("search", "goats").code == codes.OK
