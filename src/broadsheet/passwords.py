"""Passwords by Argon2id (argon2-cffi): slow for who guesses, and never many at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from broadsheet.errors import StorageBusyError

# Above the least that OWASP's ASVS 5.0 asks for (t=1, m=46 MiB, p=1). About 0.1 s a password on
# one core of 2020.
PASSES = 2
MEMORY_KIB = 46 * 1024
LANES = 1
AT_ONCE = 2
MOST_WAITING = 16
PATIENCE = 5.0
"""Seconds that somebody waits for their turn before being told to try again."""


class Argon2:
    """Fulfils `ports.PasswordHasher`. A hash takes 46 MiB and one core while it lasts."""

    def __init__(
        self,
        *,
        passes: int = PASSES,
        memory_kib: int = MEMORY_KIB,
        at_once: int = AT_ONCE,
        waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._argon2 = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID
        )
        self._places = BoundedSemaphore(at_once)
        self._queue = BoundedSemaphore(at_once + waiting)
        self._patience = patience
        self._nobodys = ""
        self._making = Lock()

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and a salt of its own."""
        with self._turn():
            return self._argon2.hash(_encode(password))

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is the password of a hash. Of nobody's hash ("") it never is, as slowly."""
        nobodys = self._hash_of_nobody()  # always, so that the first time is like the others
        kept = hashed or nobodys
        with self._turn():
            try:
                return self._argon2.verify(kept, _encode(password)) and bool(hashed)
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
        busy = "Too many people are signing in just now; please try again in a moment."
        if not self._queue.acquire(blocking=False):
            raise StorageBusyError(busy)
        try:
            if not self._places.acquire(timeout=self._patience):
                raise StorageBusyError(busy)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


def _encode(password: str) -> bytes:
    # A lone surrogate is no character; nobody can set a password with one that could be typed.
    return password.encode("utf-8", "replace")
