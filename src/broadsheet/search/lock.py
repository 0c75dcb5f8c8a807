"""One writer at a time: a lock on a file, which the system lets go when its holder dies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.errors import StorageBusyError, StorageReadOnlyError


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, which is made if need be; does not wait for it.

    Raises StorageBusyError when another process, or another thread of this one, has it, and
    StorageReadOnlyError where nothing can be written.
    """
    with telling_of_read_only(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _try_lock(handle):
            raise StorageBusyError(
                "Another process is writing to the search index; try again when it is done."
            )
        yield
    finally:
        os.close(handle)


@contextmanager
def telling_of_read_only(path: Path) -> Iterator[None]:
    """Around what makes files or folders beside or under `path`."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        raise StorageReadOnlyError(
            f"The search index in {path.parent} cannot be written to: {error.strerror}."
        ) from error


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
