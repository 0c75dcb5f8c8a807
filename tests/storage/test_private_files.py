"""Who of this machine may read a library's files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from filling import Opener

from broadsheet.storage import close_to_others, restore

SECRET = "secret"


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_new_library_is_its_owners_alone(open_store: Opener, tmp_path: Path) -> None:
    """Break: leave `make_own`, or the mode of the folder, to the umask."""
    folder = tmp_path / "deep" / "library"
    store = open_store(folder)
    with store.write():
        pass
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.glob("library.db*")} == {0o600}
    backup = tmp_path / "backup.db"
    store.backup(str(backup))
    assert mode(backup) == 0o600
    restore(backup, tmp_path / "again")
    assert mode(tmp_path / "again") == 0o700
    assert mode(tmp_path / "again" / "library.db") == 0o600


def test_an_old_library_is_closed_to_others(open_store: Opener, tmp_path: Path) -> None:
    """Break: leave the files out, or the folder."""
    open_store(tmp_path).close()
    (tmp_path / SECRET).write_bytes(b"x" * 32)
    for path in (tmp_path, tmp_path / "library.db", tmp_path / SECRET):
        path.chmod(0o755)
    assert close_to_others(tmp_path) is None
    assert mode(tmp_path) == 0o700
    assert mode(tmp_path / "library.db") == mode(tmp_path / SECRET) == 0o700


def test_what_is_not_ours_to_close_is_named(
    open_store: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: return None whatever the modes are afterwards."""
    open_store(tmp_path).close()

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(path)

    (tmp_path / "library.db").chmod(0o644)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    assert close_to_others(tmp_path) == tmp_path / "library.db"
    monkeypatch.undo()
    tmp_path.chmod(0o700)
    monkeypatch.setattr(Path, "chmod", refuse)
    assert close_to_others(tmp_path) is None  # nobody else comes as far as the file
