"""`broadsheet reader …`: accounts made and changed at the machine itself."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from broadsheet.cli import codes
from broadsheet.config import load_settings
from broadsheet.wiring import open_library
from shell import Done, Shell

PASSWORD = "a lantern in the orchard"


class Desk:
    """Runs `broadsheet reader` with a line on standard input."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._shell = Shell(folder, capsys)
        self._patch = monkeypatch

    def __call__(self, *args: str, line: str = PASSWORD) -> Done:
        self._patch.setattr("sys.stdin", io.StringIO(f"{line}\n"))
        return self._shell("reader", *args)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    return Desk(tmp_path, capsys, monkeypatch)


def test_from_the_first_account_to_the_last(run: Desk, tmp_path: Path) -> None:
    code, out, err = run("add", "ada", "--operator")
    assert (code, out) == (codes.OK, "ada can sign in now, as operator.\n")
    assert 'sign_in = "invite"' in err
    assert run("add", "ben", line="short")[0] == codes.FAILED
    assert run("add", "ben")[1] == "ben can sign in now, as reader.\n"
    listed = json.loads(run("list", "--json")[1])["readers"]
    roles = {each["name"]: each["role"] for each in listed}
    assert roles == {"ada": "operator", "ben": "reader"}
    assert "password" not in str(listed) and "generation" not in listed[0]
    assert run("role", "ben", "operator")[1] == "ben is operator now.\n"
    assert run("disable", "ada")[1].startswith("ada cannot come in any more.\nUndo:")
    assert "operator, closed" in run("list")[1]
    assert run("disable", "ben")[2] == (
        "broadsheet: ben is the only operator; make another one first.\n"
    )
    assert run("enable", "ada")[0] == codes.OK
    assert "new password" in run("password", "ada", line="another good one")[1]
    with open_library(load_settings(tmp_path)) as library:
        assert library.accounts.sign_in("ada", "another good one", "")


@pytest.mark.parametrize("apart", [False, True])
def test_the_first_operator_has_what_was_kept_alone(run: Desk, tmp_path: Path, apart: bool) -> None:
    """Its votes count once. Break to see it fail: always add a reader."""
    settings = load_settings(tmp_path)
    with open_library(settings, create=True) as library:
        library.shelves.make(library.accounts.alone(), "Lamps")
    code, out, _ = run("add", "ada", "--operator", *(["--apart"] if apart else []))
    assert code == codes.OK and ("belongs to ada now." in out) is not apart
    with open_library(settings) as library:
        names = {each.name for each in library.accounts.get_readers().values()}
        assert names == ({"you", "ada"} if apart else {"ada"})
        shelves = library.shelves.get(library.accounts.get_reader("ada"))
        assert [shelf.name for shelf in shelves] == ([] if apart else ["Lamps"])
    assert run("add", "ben", "--operator")[1] == "ben can sign in now, as operator.\n"


@pytest.mark.parametrize("args", ["invite --operator --note x", "add ada --link --operator"])
def test_a_link_makes_the_first_operator(run: Desk, tmp_path: Path, args: str) -> None:
    code, out, err = run(*args.split())
    assert code == codes.OK and "used once, within 7 days" in err
    address, _, secret = out.strip().partition("?code=")
    assert address == "http://127.0.0.1:8000/sign-up"
    with open_library(load_settings(tmp_path)) as library:
        assert library.accounts.sign_up("ada", PASSWORD, code=secret).is_operator


def test_an_empty_list_says_what_to_do(run: Desk) -> None:
    run("invite")
    assert "you" in run("list")[1]
    code, _, err = run("disable", "nobody")
    assert (code, err) == (1, "broadsheet: There is no reader nobody in this library.\n")
