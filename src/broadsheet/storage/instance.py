"""Whether a library is the one that sends mail, or a copy of it.

A library that comes from a backup, or that somebody copied, knows letters that the other one has
sent, or will. So the first address that mail goes to makes the library an instance with a random
number of its own (`stamp`, "instance"), and a file beside the database tells the same number,
which inode the file itself has, and how often letters had changed when one last did:

- a backup that this program writes carries the number 0, which no file ever tells;
- a copied folder has the file under another inode, or one of another generation where the disk
  has used an inode anew; a folder moved within one file system keeps both;
- a database that was put back by hand has seen fewer changes than the file tells.

Neither the device's number nor the folder's path says anything: disks are numbered anew when a
machine starts, and a library may be moved. A snapshot of a whole disk cannot be told from it.
"""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from secrets import randbits
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.errors import StorageError
from broadsheet.storage.engine import make_own
from broadsheet.storage.schema_people import stamp

FILE_NAME = "instance"
INSTANCE, CHANGES = "instance", "letters"
COPIED = 0
"""The number of a library that was written as a copy."""

_GET_GENERATION = 0x8008_7601  # FS_IOC_GETVERSION, of Linux
_LENGTH = 160
_LONGEST = 1000


class _Told(NamedTuple):
    """What the file says: whose it is, which file it was when that was written, and how many
    changes of letters it knew of."""

    instance: int
    inode: int
    generation: int
    changes: int


def is_held(connection: Connection, folder: Path) -> bool:
    """Whether this library is an instance's, but not that of the file in its folder."""
    instance = _get(connection, INSTANCE)
    if instance is None:
        return False
    told = _read(folder / FILE_NAME)
    return told is None or told.instance != instance or told.changes > _count(connection)


def make_instance(connection: Connection, folder: Path) -> None:
    """Make this library an instance of its own, in a transaction that is open.

    Raises StorageError where the file cannot be written.
    """
    instance = randbits(62) | 1
    # The file first: if the transaction fails, the library holds its mail, or has none yet.
    _make(folder / FILE_NAME, instance, _count(connection))
    _set(connection, INSTANCE, instance)


def make_instance_once(connection: Connection, folder: Path) -> None:
    """As `make_instance`, in a library that is none yet."""
    if _get(connection, INSTANCE) is None:
        make_instance(connection, folder)


def note_change(connection: Connection, folder: Path) -> None:
    """Count a change of letters; the file is told of those before. Call it once a transaction, or
    one that fails would leave the file ahead of the library."""
    changes = _count(connection)
    path = folder / FILE_NAME
    told = _read(path)
    if told and told.instance == _get(connection, INSTANCE) and told.changes < changes:
        # In place: the file stays the one it tells of. It is soon written again, and one that
        # lags behind after a power cut does no harm, so nobody waits for the disk.
        with suppress(OSError), path.open("r+b") as file:
            file.write(_pack(told._replace(changes=changes)))
    _set(connection, CHANGES, changes + 1)


def _count(connection: Connection) -> int:
    return _get(connection, CHANGES) or 0


def _get(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(stamp.c.value).where(stamp.c.name == name))


def _set(connection: Connection, name: str, value: int) -> None:
    put = upsert(stamp).values(name=name, value=value)
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _read(path: Path) -> _Told | None:
    """What the file tells, if it is the one that it was written as."""
    try:
        with path.open("rb") as file:
            told = _Told(**orjson.loads(file.read(_LONGEST)))
            inode, generation = _identify(file.fileno())
    except (OSError, ValueError, TypeError):
        return None
    return told if (told.inode, told.generation) == (inode, generation) else None


def _make(path: Path, instance: int, changes: int) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        make_own(part)
        with part.open("r+b") as file:
            file.write(_pack(_Told(instance, *_identify(file.fileno()), changes)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


def _pack(told: _Told) -> bytes:
    """Always of one length, so that it can be written over what was there."""
    return orjson.dumps(told._asdict()).ljust(_LENGTH - 1) + b"\n"


def _identify(handle: int) -> tuple[int, int]:
    """A file's inode and, where the file system tells, its generation (else 0)."""
    generation = 0
    with suppress(OSError):
        told = fcntl.ioctl(handle, _GET_GENERATION, bytes(struct.calcsize("l")))
        generation = struct.unpack("l", told)[0]
    return os.fstat(handle).st_ino, generation
