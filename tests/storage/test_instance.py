"""A library knows whether it is the one that sends mail, or a copy of it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from community import add_readers
from filling import Opener

from broadsheet.errors import StorageError
from broadsheet.mailing import Letter, State, Subscription
from broadsheet.storage import SqlStore, instance, restore
from papers import LATER, NOW

LETTER = Letter(0, 1, "2026-03-01", "ada@example.org", "<1@here>", NOW, NOW, LATER, NOW)


def subscribe(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    with store.write() as writing:
        writing.put_subscription(Subscription(one, "ada@example.org", NOW))


def send(store: SqlStore, name: str = "2026-03-01") -> None:
    """A letter is written and sent."""
    with store.write() as writing:
        number = writing.put_letter(replace(LETTER, name=name), b"a letter")
    letter = replace(LETTER, id=number, name=name)
    for was, state in ((State.QUEUED, State.SENDING), (State.SENDING, State.SENT)):
        with store.write() as writing:
            assert writing.change_letter(replace(letter, state=state), was)


def release(store: SqlStore) -> None:
    with store.write() as writing:
        writing.release()


def copy_all(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def test_a_new_library_is_not_held_and_has_no_file(store: SqlStore, tmp_path: Path) -> None:
    assert not store.is_held()
    assert not (tmp_path / "library" / "instance").exists()
    subscribe(store)
    send(store)
    send(store, "2026-03-02")
    assert not store.is_held()
    path = tmp_path / "library" / "instance"
    assert path.stat().st_mode & 0o777 == 0o600
    store.close()
    path.rename(tmp_path / "elsewhere")
    assert store.is_held()


def test_a_copied_folder_is_held_until_it_is_released(
    store: SqlStore, tmp_path: Path, open_store: Opener
) -> None:
    """Break to see it fail: leave the inode out of `_read`."""
    subscribe(store)
    store.close()
    copy_all(tmp_path / "library", tmp_path / "copy")
    copy = open_store(tmp_path / "copy", create=False)
    assert copy.is_held()
    send(copy)
    assert copy.is_held()
    release(copy)
    assert not copy.is_held()
    send(copy, "2026-03-02")
    assert not copy.is_held()
    assert not store.is_held()


def test_a_folder_that_was_moved_is_the_same(
    store: SqlStore, tmp_path: Path, open_store: Opener
) -> None:
    """Break to see it fail: have the file tell its path."""
    subscribe(store)
    store.close()
    (tmp_path / "library").rename(tmp_path / "moved")
    assert not open_store(tmp_path / "moved", create=False).is_held()


def test_a_copy_where_the_library_was_is_a_copy(
    store: SqlStore, tmp_path: Path, open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk may give a copy the inode of what was deleted, of another generation then.

    Break to see it fail: compare inodes alone.
    """
    subscribe(store)
    store.close()
    with (tmp_path / "library" / "instance").open("rb") as file:
        inode, generation = instance._identify(file.fileno())
    copy_all(tmp_path / "library", tmp_path / "copy")
    shutil.rmtree(tmp_path / "library")
    (tmp_path / "copy").rename(tmp_path / "library")
    monkeypatch.setattr(instance, "_identify", lambda _: (inode, generation + 1))
    assert open_store(tmp_path / "library", create=False).is_held()


def test_a_backup_is_held_wherever_it_is_put(
    store: SqlStore, tmp_path: Path, open_store: Opener
) -> None:
    """In a new folder, and by hand in the old one.

    Break to see it fail: leave `_mark_copied` out of `copy_library`.
    """
    subscribe(store)
    send(store)
    store.backup(str(tmp_path / "backup"))
    restore(tmp_path / "backup", tmp_path / "again")
    again = open_store(tmp_path / "again", create=False)
    assert again.is_held()
    store.close()
    shutil.copy(tmp_path / "backup", tmp_path / "library" / "library.db")
    back = open_store(tmp_path / "library", create=False)
    assert back.is_held()
    send(back, "2026-03-02")
    assert back.is_held()
    release(back)
    assert not back.is_held()


def test_a_backup_of_a_library_without_mail_is_not_held(
    store: SqlStore, tmp_path: Path, open_store: Opener
) -> None:
    store.backup(str(tmp_path / "backup"))
    restore(tmp_path / "backup", tmp_path / "again")
    assert not open_store(tmp_path / "again", create=False).is_held()


def test_a_database_that_was_put_back_is_held(
    store: SqlStore, tmp_path: Path, open_store: Opener
) -> None:
    """It knows nothing of what was sent since, whoever copied it and however.

    Break to see it fail: leave `changes` out of `is_held`.
    """
    subscribe(store)
    with store.write() as writing:
        writing.put_letter(LETTER, b"a letter")
    path = tmp_path / "library" / "library.db"
    with closing(sqlite3.connect(path)) as here, closing(sqlite3.connect(tmp_path / "old")) as old:
        here.backup(old)
    letter = replace(LETTER, id=1)
    with store.write() as writing:
        assert writing.change_letter(replace(letter, state=State.SENDING), State.QUEUED)
    with store.write() as writing:
        assert writing.change_letter(replace(letter, state=State.SENT), State.SENDING)
    store.close()
    for name in ("library.db-wal", "library.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    shutil.copyfile(tmp_path / "old", path)
    assert open_store(tmp_path / "library", create=False).is_held()


def test_what_was_not_kept_holds_nothing(store: SqlStore) -> None:
    """A transaction that fails leaves the file no further than the library.

    Break to see it fail: write the file for each change of `change_letter`.
    """
    subscribe(store)
    with store.write() as writing:
        for name in "123":
            writing.put_letter(replace(LETTER, name=name), b"a letter")
    letters = store.get_letters()
    with pytest.raises(ZeroDivisionError), store.write() as writing:
        for letter in letters:
            assert writing.change_letter(replace(letter, state=State.FAILED), State.QUEUED)
        raise ZeroDivisionError
    assert store.get_letters() == letters
    assert not store.is_held()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"instance": 1}', b"\xff" * 5000])
def test_a_file_that_tells_nothing_holds(store: SqlStore, tmp_path: Path, body: bytes) -> None:
    subscribe(store)
    (tmp_path / "library" / "instance").write_bytes(body)
    assert store.is_held()
    release(store)
    assert not store.is_held()


def test_where_the_file_cannot_be_written(store: SqlStore, tmp_path: Path) -> None:
    subscribe(store)
    (tmp_path / "library" / "instance.part").mkdir()
    with pytest.raises(StorageError, match="instance cannot be written"):
        release(store)
    assert not store.is_held()
