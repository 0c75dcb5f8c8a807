"""SQLite under SQLAlchemy: one engine that reads, one that writes, and errors in plain words.

SQLite from 3.7.0 to 3.51.2 can corrupt a WAL file when one connection checkpoints while another
commits. So whoever reads opens the file read-only, which never checkpoints, and whoever writes
holds the library's write lock (`lock.py`) from before BEGIN IMMEDIATE until after COMMIT, the
only moment at which the writing connection checkpoints. Closing the last connection checkpoints
too, but SQLite does that only when it has the whole file to itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from broadsheet.errors import (
    StorageBusyError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
)

FILE_NAME = "library.db"
APPLICATION_ID = 0x42_73_4C_62  # "BsLb", in bytes 68 to 71 of the file

BUSY_SECONDS = 5.0
FULL_BELOW_BYTES = 1 << 20
READ_PRAGMAS = ("cache_size = -16384",)
WRITE_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",  # what is deleted is overwritten, whatever SQLite was built for
    "cache_size = -65536",
    "wal_autocheckpoint = 8192",
    "journal_size_limit = 67108864",
)


def open_reader(path: Path) -> Engine:
    """An engine whose connections only read; each `connect` block sees one state of the file."""
    return _make_engine(path, "ro", QueuePool, READ_PRAGMAS, "BEGIN")


def open_writer(path: Path, *, create: bool = False) -> Engine:
    """An engine with the one connection that writes. Use it under the write lock only."""
    mode = "rwc" if create else "rw"
    if create:
        make_own(path)
    return _make_engine(path, mode, StaticPool, WRITE_PRAGMAS, "BEGIN IMMEDIATE")


def _make_engine(
    path: Path,
    mode: str,
    pool: type[QueuePool] | type[StaticPool],
    pragmas: tuple[str, ...],
    begin: str,
) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = _connect(path, mode)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=pool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def address_to_read(path: Path) -> str:
    """The URI under which SQLite opens a file that is only read.

    Even a reader makes files beside one in WAL mode. Where that cannot be (a folder that takes
    no changes) and no log is left to be read, nobody writes either: the file is as it is.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    log = path.with_name(path.name + "-wal")
    if log.exists() or is_writable(path.parent):
        return address
    return address + "&immutable=1"


def make_folder(folder: Path) -> None:
    """Make a folder that is its owner's alone, whatever the umask; one that is there stays as it
    is. Raises StorageError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made: {error.strerror}.") from error
    if not folder.is_dir():
        raise StorageError(f"{folder} cannot be made: it is a file.")


def make_own(path: Path) -> None:
    """Make an empty file that only its owner reads: SQLite gives those beside it the same mode.
    Where it cannot be made, SQLite says why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def close_to_others(folder: Path) -> Path | None:
    """Take the rights of others from a library's folder and from what holds secrets in it, as far
    as it is ours; returns what others can still read, or None."""
    kept = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", "secret")
    files = [folder / name for name in kept if (folder / name).exists()]
    for path in (folder, *files):
        with suppress(OSError):  # it is another's, or the disk knows no rights
            path.chmod(path.stat().st_mode & 0o700)
    if not folder.stat().st_mode & 0o077:
        return None
    return next((path for path in files if path.stat().st_mode & 0o077), None)


def is_writable(folder: Path) -> bool:
    """Whether this process may make files in a folder."""
    return os.access(folder, os.W_OK)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        address_to_read(path) if mode == "ro" else address,
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # we say BEGIN ourselves
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says into our errors where a person can do something about it."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if found := _explain(cause, path):
            raise found from error
        raise


def _explain(cause: BaseException | None, path: Path) -> StorageError | None:
    match getattr(cause, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageBusyError(f"Another program is writing to {path}; try again later.")
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_IOERR if shutil.disk_usage(path.parent).free < FULL_BELOW_BYTES:
            return _full(path)
        case sqlite3.SQLITE_IOERR:
            return StorageError(f"The disk reports an error under {path}: {cause}.")
        case sqlite3.SQLITE_CORRUPT:
            return StorageError(f"{path} is damaged; restore a backup of it.")
        case sqlite3.SQLITE_NOTADB:
            return not_a_library(path)
        case sqlite3.SQLITE_READONLY:
            return StorageReadOnlyError(f"{path} cannot be written to: {cause}.")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StorageError(f"{path} cannot be opened or written to: {cause}.")
    return None


def not_a_library(path: Path) -> StorageError:
    """What to raise for a file that is something else."""
    return StorageError(f"{path} is not a Broadsheet library.")


def _full(path: Path) -> StorageFullError:
    return StorageFullError(
        f"There is no space left for {path}; nothing that was acknowledged is lost."
    )
