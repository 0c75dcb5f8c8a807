"""Backups while others write, and libraries made of them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from filling import Opener, fill

from broadsheet.errors import (
    ConflictError,
    LibraryTooNewError,
    NotFoundError,
    StorageError,
    StorageFullError,
)
from broadsheet.ports import silent
from broadsheet.storage import SqlStore, restore
from broadsheet.storage.engine import plain_errors
from papers import make_record

GROUP = 10


def test_every_backup_during_writes_is_a_state_that_was(
    store: SqlStore, open_store: Opener, tmp_path: Path
) -> None:
    """Break to see it fail: copy the file's bytes instead."""
    enough = threading.Event()
    fill(store, *([make_record(90_000 + each)] for each in range(GROUP)))

    def write() -> None:
        start = 0
        while not enough.is_set():
            fill(store, *([make_record(start + each)] for each in range(GROUP)))
            start += GROUP

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            store.backup(str(tmp_path / f"copy{number}"))
    finally:
        enough.set()
        writer.join()
    for number in range(5):
        restore(tmp_path / f"copy{number}", tmp_path / f"again{number}")
        again = open_store(tmp_path / f"again{number}", create=False)
        records = again.get_counts()["records"]
        assert records >= GROUP
        assert records % GROUP == 0
        assert not again.check()
        assert not again.find_damaged(silent)


def test_a_backup_is_one_file_and_holds_the_latest(
    store: SqlStore, open_store: Opener, tmp_path: Path
) -> None:
    fill(store, [make_record(1)])
    store.backup(str(tmp_path / "copies.db"))
    assert [path.name for path in tmp_path.glob("copies*")] == ["copies.db"]
    restore(tmp_path / "copies.db", tmp_path / "again")
    again = open_store(tmp_path / "again", create=False)
    fill(again, [make_record(2)])
    assert again.get_counts()["works"] == 2


def test_nothing_is_overwritten(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ConflictError, match="never overwrites"):
        store.backup(str(tmp_path / "taken"))
    assert (tmp_path / "taken").read_text() == "mine"
    store.backup(str(tmp_path / "copy"))
    with pytest.raises(ConflictError, match="holds a library already"):
        restore(tmp_path / "copy", tmp_path / "library")


def test_a_place_that_cannot_be_written(store: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be"):
        store.backup(str(tmp_path / "nowhere" / "copy"))
    with pytest.raises(StorageError):
        store.backup("/proc/copy")


def test_what_is_no_sound_backup_is_refused(store: SqlStore, tmp_path: Path) -> None:
    """Break to see it fail: restore without `_require_sound`."""
    fill(store, *([make_record(number)] for number in range(60)))
    store.backup(str(tmp_path / "copy"))
    data = (tmp_path / "copy").read_bytes()
    (tmp_path / "torn").write_bytes(data[:12288] + b"\x55" * 4096 + data[16384:])
    (tmp_path / "other").write_bytes(b"another kind of file" * 100)
    (tmp_path / "empty").touch()
    for name, words in (("torn", "damaged"), ("other", "not a Broad"), ("empty", "not a Broad")):
        with pytest.raises(StorageError, match=words):
            restore(tmp_path / name, tmp_path / "again")
    with pytest.raises(NotFoundError, match=r"There is no backup \S+$"):
        restore(tmp_path / "missing", tmp_path / "again")
    assert not (tmp_path / "again" / "library.db").exists()


def test_a_backup_of_a_newer_program(store: SqlStore, tmp_path: Path) -> None:
    with store.write() as writing:
        writing._connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    store.backup(str(tmp_path / "copy"))
    with pytest.raises(LibraryTooNewError):
        restore(tmp_path / "copy", tmp_path / "again")


def test_a_full_disk_is_told_of_in_words_that_fit(tmp_path: Path) -> None:
    """Break to see it fail: speak of an import, where none was."""
    with (
        pytest.raises(StorageFullError) as caught,
        plain_errors(tmp_path / "copy"),
        closing(sqlite3.connect(tmp_path / "small")) as small,
    ):
        small.execute("PRAGMA max_page_count = 1")
        small.execute("CREATE TABLE one (x)")
    assert str(caught.value).endswith("/copy; nothing that was acknowledged is lost.")
