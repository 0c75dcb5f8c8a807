"""Copies of a library: taken while others write to it, and put back where none is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from broadsheet.errors import ConflictError, NotFoundError, StorageError
from broadsheet.storage.engine import (
    FILE_NAME,
    address_to_read,
    make_folder,
    make_own,
    not_a_library,
    open_reader,
    plain_errors,
)
from broadsheet.storage.instance import COPIED, INSTANCE
from broadsheet.storage.migrate import get_revision, require_known


def copy_library(source: Path, target: Path, *, signed_in: bool = True) -> None:
    """Write one consistent state of `source` to a new file, complete or not at all.

    With `signed_in=False` all sessions are left out, and everybody signs in anew. A copy holds its
    mail until it is released (see `instance.py`).

    Raises ConflictError when the target is there already, StorageError or StorageFullError when
    it cannot be written.
    """
    if target.exists():
        raise ConflictError(f"{target} is there already; a backup never overwrites a file.")
    part = target.with_name(target.name + ".part")
    try:
        with plain_errors(target):
            _copy(source, part)
            _mark_copied(part)
            if not signed_in:
                _drop_sessions(part)
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    make_own(part)
    with (
        closing(sqlite3.connect(address_to_read(source), uri=True)) as here,
        closing(sqlite3.connect(part)) as there,
    ):
        here.backup(there)  # all pages in one step: one state, however long others go on writing
        # One file, to be copied by anything: without this it would open in WAL mode.
        there.execute("PRAGMA journal_mode = DELETE")


def _mark_copied(part: Path) -> None:
    mark = f"UPDATE stamp SET value = {COPIED} WHERE name = '{INSTANCE}'"
    _change(part, "stamp", mark)


def _drop_sessions(part: Path) -> None:
    _change(part, "session", "DELETE FROM session")


def _change(part: Path, table: str, statement: str) -> None:
    """Change a table of a copy, where the library is new enough to have it."""
    with closing(sqlite3.connect(part)) as copy:
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            copy.execute(statement)
            copy.commit()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def restore(backup: Path, folder: Path) -> None:
    """Make a library in `folder` of a backup; its index is built at the next start.

    Sessions do not come back: whoever had signed out since, or lost a device, stays signed out.

    Raises ConflictError when a library is there, NotFoundError or StorageError when the backup
    is missing, damaged, or something else, LibraryTooNewError when a newer Broadsheet made it.
    """
    if not backup.is_file():
        raise NotFoundError("backup", backup, within="")
    for name in (FILE_NAME, "index"):
        if (folder / name).exists():
            raise ConflictError(f"{folder} holds a library already; restore into a new folder.")
    with plain_errors(backup):
        _require_sound(backup)
    make_folder(folder)
    copy_library(backup, folder / FILE_NAME, signed_in=False)


def _require_sound(backup: Path) -> None:
    reader = open_reader(backup)
    try:
        with reader.begin() as connection:
            revision = get_revision(connection, backup)
            if revision is None:
                raise not_a_library(backup)
            require_known(revision, backup)
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if verdict != "ok":
                raise StorageError(f"{backup} is damaged: {verdict}.")
    finally:
        reader.dispose()
