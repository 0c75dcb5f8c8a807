"""`broadsheet mail queue` and `mail release`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from broadsheet.cli import codes
from broadsheet.mailing import State
from outgoing import HOUR, Outgoing
from shell import Shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library with a letter that waits and one of which nobody knows."""
    outgoing = Outgoing.begin(tmp_path / "library", readers=2)
    waits, unknown = outgoing.send_round([1])
    with outgoing.store.write() as transaction:
        later = replace(waits, tries=2, due_at=waits.due_at + HOUR, reply="Later, \x1b[31mplease.")
        transaction.change_letter(later, State.QUEUED)
        transaction.change_letter(replace(unknown, state=State.UNCERTAIN), State.QUEUED)
    outgoing.store.close()
    return tmp_path / "library"


def test_an_empty_outbox_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Outgoing.begin(tmp_path / "library").store.close()
    done = Shell(tmp_path / "library", capsys)("mail", "queue")
    assert (done.code, done.out) == (
        codes.OK,
        "Nothing waits, and nothing was lost in the last fortnight.\n",
    )


def test_what_waits_is_listed_with_what_the_relay_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Break to see it fail: print a reply as it is kept."""
    done = Shell(folder, capsys)("mail", "queue")
    assert done.code == codes.OK
    assert "r0@readers.test  queued, tried 2×, again at 07:00 UTC: Later" in done.out
    assert "\x1b" not in done.out
    told = json.loads(Shell(folder, capsys)("mail", "queue", "--json").out)
    assert [each["state"] for each in told["waiting"]] == ["queued"]
    assert not told["held"]


def test_a_copy_is_held_until_it_is_released(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Break to see it fail: leave the queued letters as they are in `release`."""
    copy = folder.with_name("copy")
    copytree(folder, copy)
    shell = Shell(copy, capsys)
    held = shell("mail", "queue")
    assert held.code == codes.ATTENTION
    assert "broadsheet mail release" in held.out
    assert "from now on" in shell("mail", "release").out
    after = shell("mail", "queue")
    assert (after.code, "queued" in after.out) == (codes.OK, False)
    assert "Nothing was held" in shell("mail", "release").out
