"""Opening: what becomes a library, what is refused, and in which words."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from filling import Opener, fill

from broadsheet.errors import (
    LibraryTooNewError,
    NotFoundError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from broadsheet.storage import SqlStore
from broadsheet.storage.engine import APPLICATION_ID, open_reader
from broadsheet.storage.lock import WriteLock
from broadsheet.works import compose
from papers import make_record, taking_no_changes


def test_a_new_folder_becomes_a_library(open_store: Opener, tmp_path: Path) -> None:
    open_store(tmp_path / "deep" / "down").close()
    with closing(sqlite3.connect(tmp_path / "deep" / "down" / "library.db")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_stored_is_there_after_opening_again(open_store: Opener) -> None:
    with_paper = open_store()
    [number] = fill(with_paper, [make_record(1)])
    with_paper.close()
    assert open_store(create=False).get_works([number])[number].title == make_record(1).title


def test_no_library_and_none_to_be_made(open_store: Opener, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="library"):
        open_store(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("content", [b"not a database, but long enough" * 40, None])
def test_another_program_s_file_is_refused(
    open_store: Opener, tmp_path: Path, content: bytes | None
) -> None:
    """Break to see it fail: do not look at the application id."""
    path = tmp_path / "library" / "library.db"
    path.parent.mkdir()
    if content:
        path.write_bytes(content)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")
            connection.commit()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="is not a Broadsheet library"):
        open_store()
    assert path.read_bytes() == before


def test_a_library_whose_making_was_cut_short_is_made_again(
    open_store: Opener, tmp_path: Path
) -> None:
    path = tmp_path / "library" / "library.db"
    path.parent.mkdir()
    path.touch()
    fill(open_store(), [make_record(1)])


@pytest.mark.parametrize(("create", "beside"), [(False, "x"), (True, "index")])
def test_an_emptied_library_is_not_taken_for_a_new_one(
    open_store: Opener, tmp_path: Path, create: bool, beside: str
) -> None:
    """Break to see it fail: leave `_require_content` out of `SqlStore.open`."""
    path = tmp_path / "library" / "library.db"
    (path.parent / beside).mkdir(parents=True)
    path.touch()
    with pytest.raises(StorageError, match=r"is empty.*restore a backup"):
        open_store(create=create)
    assert path.stat().st_size == 0


def test_a_library_of_a_newer_program_is_left_alone(open_store: Opener, tmp_path: Path) -> None:
    """Break to see it fail: take any revision for an old one."""
    open_store().close()
    with closing(sqlite3.connect(tmp_path / "library" / "library.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
        connection.commit()
    with pytest.raises(LibraryTooNewError, match=r"newer Broadsheet .*0999.*update"):
        open_store()


def test_a_folder_that_cannot_be_made(open_store: Opener, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be made"):
        open_store(tmp_path / "file" / "library")


def test_a_folder_that_cannot_be_written_to(open_store: Opener, tmp_path: Path) -> None:
    (tmp_path / "library" / "write.lock").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be written to"):
        open_store()


def test_a_folder_that_takes_no_changes_is_read(
    open_store: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: leave `immutable` out, or the lock's own error."""
    store = open_store()
    [number] = fill(store, [make_record(1)])
    store.close()
    with taking_no_changes(tmp_path / "library", monkeypatch):
        store = open_store(create=False)
        assert store.get_works([number])
        assert [path.name for path in (tmp_path / "library").glob("library.db*")] == ["library.db"]
        store.backup(str(tmp_path / "copy"))
        with pytest.raises(StorageReadOnlyError, match="cannot be written to"):
            fill(store, [make_record(2)])


def test_a_file_that_takes_no_changes_is_one_that_does_later(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock may be taken, and SQLite says no. Break to see it fail: a plain StorageError for
    SQLITE_READONLY, which a page tells as a fault of ours."""
    store = open_store()
    fill(store, [make_record(1)])
    store.close()
    store = open_store(create=False)
    monkeypatch.setattr("broadsheet.storage.open_writer", open_reader)
    with pytest.raises(StorageReadOnlyError, match="cannot be written to"):
        fill(store, [make_record(2)])


def test_a_second_writer_is_told_who_writes(open_store: Opener) -> None:
    """Break to see it fail: let `SqlStore.write` begin without holding the lock."""
    one, other = open_store(), open_store()
    with one.write(), pytest.raises(StorageBusyError, match=f"number {os.getpid()}"), other.write():
        pytest.fail("two wrote at once")
    fill(other, [make_record(1)])


def test_a_lock_bears_its_holder_alone_and_is_written_once(tmp_path: Path) -> None:
    """Breaks: leave the padding out of `_sign`, or its condition: a file that is written each time
    is put on the disk each time."""
    path = tmp_path / "write.lock"
    path.write_text("9" * 20)
    lock, other = WriteLock(path, wait=0), WriteLock(path, wait=0)
    own = rf"number {os.getpid()}\)"
    with lock.hold(), pytest.raises(StorageBusyError, match=own), other.hold():
        pytest.fail("two held it at once")
    os.utime(path, (0, 0))
    with other.hold():
        assert path.stat().st_mtime == 0


def test_a_second_thread_of_one_store_waits_its_turn(store: SqlStore) -> None:
    with store.write(), pytest.raises(StorageBusyError, match="this process"), store.write():
        pytest.fail("two wrote at once")


def test_another_program_that_holds_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell that began to write: SQLite says busy, though our own lock is free."""
    monkeypatch.setattr("broadsheet.storage.engine.BUSY_SECONDS", 0)
    store = SqlStore.open(tmp_path, create=True, compose=compose, wait=0)
    with closing(sqlite3.connect(tmp_path / "library.db", isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusyError, match="Another program"):
            fill(store, [make_record(1)])
    store.close()


def test_readers_never_checkpoint(open_store: Opener, tmp_path: Path) -> None:
    """SQLite before 3.51.3 may corrupt a file that one checkpoints while another commits.

    Break to see it fail: open the reader's connections with mode=rw.
    """
    writer = open_store()
    fill(writer, [make_record(1)])
    log = (tmp_path / "library" / "library.db-wal").read_bytes()
    assert log
    readers = [open_store(create=False) for _ in range(2)]
    for reader in readers:
        assert reader.last_change() == 1
    with pytest.raises(StorageError), readers[0]._read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for reader in readers:
        reader.close()
    assert (tmp_path / "library" / "library.db-wal").read_bytes() == log
