"""Passwords by Argon2id (argon2-cffi): slow for who guesses, and never many at once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock, get_native_id

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from broadsheet.errors import StorageBusyError, StorageReadOnlyError
from broadsheet.turns import Turns

# Above the least that OWASP's ASVS 5.0 asks for (t=1, m=46 MiB, p=1). About 0.1 s a password on
# one core of 2020.
PASSES = 2
MEMORY_KIB = 46 * 1024
LANES = 1
AT_ONCE = 2
MOST_WAITING = 16
PATIENCE = 5.0
"""Seconds that somebody waits for their turn before being told to try again."""
NICENESS = 15
"""Whoever reads comes before whoever signs in: a storm of guesses must not slow the pages."""
LOOK_AGAIN = 0.01
"""Seconds between two looks at places that other processes hold."""
BUSY = "Too many people are signing in just now; please try again in a moment."


class Argon2:
    """Fulfils `ports.PasswordHasher`. A hash takes 46 MiB and one core while it lasts.

    `at_once` are hashed in this process; given a `folder`, so many in all processes that have
    the same one (on systems with flock).
    """

    def __init__(
        self,
        *,
        passes: int = PASSES,
        memory_kib: int = MEMORY_KIB,
        at_once: int = AT_ONCE,
        waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
        folder: Path | None = None,
    ) -> None:
        self._argon2 = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID
        )
        self._turns = Turns(BUSY, at_once=at_once, waiting=waiting, patience=patience)
        self._patience = patience
        self._shared = [folder / f"password {n}.lock" for n in range(at_once)] if folder else []
        self._nobodys = ""
        self._making = Lock()
        self._hands = ThreadPoolExecutor(at_once, "password", initializer=_stand_back)

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and a salt of its own."""
        with self._turn():
            return self._hands.submit(self._argon2.hash, _encode(password)).result()

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is the password of a hash. Of nobody's hash ("") it never is, as slowly."""
        nobodys = self._hash_of_nobody()  # always, so that the first time is like the others
        kept = hashed or nobodys
        with self._turn():
            try:
                verifying = self._hands.submit(self._argon2.verify, kept, _encode(password))
                return verifying.result() and bool(hashed)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hashed)

    def _hash_of_nobody(self) -> str:
        with self._making:
            if not self._nobodys:
                self._nobodys = self.hash("nobody has this password")
            return self._nobodys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of the places, after a wait that is bounded in length and in company."""
        deadline = time.monotonic() + self._patience
        with (
            self._turns.take(),
            _one_of(self._shared, deadline) if self._shared else nullcontext(),
        ):
            yield


@contextmanager
def _one_of(paths: list[Path], deadline: float) -> Iterator[None]:
    """Hold the lock on one of some files; a process that dies gives it back."""
    import fcntl  # not on every system; only where several processes can serve is it needed

    while True:
        for path in paths:
            number = _open(path)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(number)
                continue
            try:
                yield
            finally:
                os.close(number)
            return
        if time.monotonic() > deadline:
            raise StorageBusyError(BUSY)
        time.sleep(LOOK_AGAIN)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageReadOnlyError(f"{path} cannot be written to: {error.strerror}.") from error


def _stand_back() -> None:
    """Give this thread less of the processor where others want it; only Linux knows how."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


def _encode(password: str) -> bytes:
    # A lone surrogate is no character; nobody can set a password with one that could be typed.
    return password.encode("utf-8", "replace")
