"""Accounts in an empty library: a clock that tests move, and a hasher that is quick and counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broadsheet.accounts import Accounts
from broadsheet.passwords import Argon2
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import open_empty
from toy import Time

PASSWORD = "a lantern in the orchard"
QUICK_KIB = 64


class CountingHasher(Argon2):
    """Real Argon2id with the least memory; counts what it was asked."""

    def __init__(self, passes: int = 1) -> None:
        super().__init__(passes=passes, memory_kib=QUICK_KIB)
        self.verified = 0
        self.verify("", "")  # the hash of nobody is there before anything is counted
        self.verified = 0

    def verify(self, hashed: str, password: str) -> bool:
        self.verified += 1
        return super().verify(hashed, password)


@dataclass
class Door:
    """The parts, for a test to look into."""

    store: SqlStore
    accounts: Accounts
    hasher: CountingHasher
    time: Time


def open_door(folder: Path, *, passes: int = 1, fresh: bool = True) -> Door:
    """Accounts in a folder; not `fresh`, in the library that is there."""
    time, hasher = Time(), CountingHasher(passes)
    store = open_empty(folder) if fresh else _open_again(folder)
    return Door(store, Accounts(store, hasher, time.now), hasher, time)


def _open_again(folder: Path) -> SqlStore:
    return SqlStore.open(folder, create=False, compose=compose, wait=0)
