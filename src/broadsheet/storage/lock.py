"""The lock that makes a library have one writer, across threads and processes."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.errors import StorageBusyError, StorageError, StorageReadOnlyError

POLL_SECONDS = 0.02
HOLDER_BYTES = 20


class WriteLock:
    """An advisory lock on a file; the holder's process number stands in it.

    The kernel releases it when its holder dies, so a killed import never leaves a library shut.
    """

    def __init__(self, path: Path, *, wait: float) -> None:
        self._path = path
        self._wait = wait
        self._thread_lock = threading.Lock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock for a block. Raises StorageBusyError after `wait` seconds."""
        deadline = time.monotonic() + self._wait
        if not self._thread_lock.acquire(timeout=self._wait):
            raise StorageBusyError("Another part of this process goes on writing to the library.")
        try:
            handle = self._open()
            try:
                self._lock(handle, deadline)
                _sign(handle)
                yield
            finally:
                os.close(handle)
        finally:
            self._thread_lock.release()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            denied = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
            raise (StorageReadOnlyError if denied else StorageError)(
                f"The library in {self._path.parent} cannot be written to: {error.strerror}."
            ) from error

    def _lock(self, handle: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    holder = _read_holder(handle).decode("ascii", "replace") or "unknown"
                    raise StorageBusyError(
                        f"Another process (number {holder}) is writing to the library; "
                        "try again when it is done."
                    ) from error
            time.sleep(POLL_SECONDS)


def _sign(handle: int) -> None:
    """Write down who holds the lock. It is rarely somebody else than before, and a file system may
    put a file that was cut on the disk as soon as it is closed, so neither is done needlessly."""
    own = str(os.getpid()).encode()
    if _read_holder(handle) != own:
        os.pwrite(handle, own.ljust(HOLDER_BYTES), 0)


def _read_holder(handle: int) -> bytes:
    return os.pread(handle, HOLDER_BYTES, 0).strip()
