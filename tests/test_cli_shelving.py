"""Shelves and accounts on the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from broadsheet.cli import codes
from shell import Shell

BIBTEX = "@article{a, title={A census of lighthouses}, author={Cy Keeper}, year={2019}}"


def test_a_shelf_from_beginning_to_end(shell: Shell, tmp_path: Path) -> None:
    assert "You have no shelf yet. Make one with" in shell("shelf", "list").out
    made = shell("shelf", "make", "Graph networks", "--about", "Sheep and goats")
    undo = shlex.join(["broadsheet", "--library", str(shell.folder), "undo", "1"])
    assert made.out == f"Made the shelf Graph networks.\nUndo:  {undo}\n"
    added = shell("shelf", "add", "graph NETWORKS", "2401.00001", "2", "--note", "later")
    assert added.out.splitlines()[0] == (
        "Saved “Counting sheep with graph networks” to Graph networks."
    )
    shown = shell("shelf", "show", "1")
    assert shown.out.splitlines() == [
        "      2 • Graph networks for goats",
        "          later",
        "      1 • Counting sheep with graph networks (2024)",
        "          later",
    ]
    removed = shell("shelf", "remove", "1", "2")
    number = removed.out.rpartition(" ")[2].strip()
    assert "is back on Graph networks" in shell("undo", number).out
    again = shell("undo", number)
    assert (again.code, again.err) == (codes.FAILED, "broadsheet: This was undone already.\n")
    path = tmp_path / "refs.bib"
    path.write_text(BIBTEX, encoding="utf-8")
    assert "Put 1 paper on Graph networks." in shell("shelf", "import", "1", path).out
    exported = shell("shelf", "export", "1", "--format", "ris").out
    assert exported.count("TY  - ") == 3 and "A census of lighthouses" in exported
    listed = json.loads(shell("shelf", "list", "--json").out)["shelves"]
    assert [(each["name"], each["papers"], each["unread"]) for each in listed] == [
        ("Graph networks", 3, 3)
    ]
    assert "3 papers, 3 unread  Graph networks" in shell("shelf", "list").out
    on_it = json.loads(shell("shelf", "show", "1", "--json").out)["on_it"]
    assert on_it[0]["work"]["title"] == "A census of lighthouses"


def test_mistakes_are_sentences(shell: Shell, tmp_path: Path) -> None:
    for args, sentence in (
        (("shelf", "show", "No\x1bne"), "You have no shelf No"),
        (("shelf", "add", "None", "1"), "Make one with 'broadsheet shelf make NAME'."),
        (("shelf", "make", " "), "A shelf's name needs at least one letter."),
        (("undo", "99"), "There is no act 99 in this library."),
        (("shelf", "list", "--reader", "ada"), "There is no reader ada in this library."),
        (("account", "import", str(tmp_path / "none")), "There is no file"),
    ):
        done = shell(*args)
        assert done.code == codes.FAILED and sentence in done.err and "\x1b" not in done.err
    shell("shelf", "make", "One")
    assert "There are: One." in shell("shelf", "show", "Two").err
    empty = shell("shelf", "show", "One")
    assert (empty.code, empty.out) == (
        codes.NOTHING,
        "One is empty. Add: broadsheet shelf add 1 REF\n",
    )


def test_an_account_moves_house(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell("shelf", "make", "Goats")
    shell("shelf", "add", "Goats", "2", "--note", "n")
    path = tmp_path / "mine.json"
    assert f"The whole account is in {path}." in shell("account", "export", path).out
    assert "exists already" in shell("account", "export", path).err
    other = Shell(tmp_path / "other", capsys)
    moved = other("account", "import", path)
    assert (moved.code, moved.out) == (
        codes.OK,
        "Brought 1 shelf, 1 paper on shelves; 1 paper new to this library.\n",
    )
    assert "Graph networks for goats" in other("shelf", "show", "goats").out
    again = other("account", "import", path, "--json")
    report = json.loads(again.out)
    assert (report["found"], report["sentence"]) == (1, "Everything in it was here already.")
    assert json.loads(other("account", "export").out)["format"] == "broadsheet-takeout"
