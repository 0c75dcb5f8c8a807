"""A newsroom's wires that lead nowhere, for tests of everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from broadsheet.fetching import Hold, Wires
from broadsheet.ports import Connector, Web
from broadsheet.sync import Clock


class OfflineWeb:
    """Whoever asks the network fails the test."""

    requests = 0

    def get(self, url: str, **_: object) -> NoReturn:
        raise AssertionError(f"a test asked for {url}")

    def post(self, url: str, body: bytes, **_: object) -> NoReturn:
        raise AssertionError(f"a test sent {len(body)} bytes to {url}")

    def check(self, url: str) -> None:
        """All addresses are as good here."""

    def release(self, place: str) -> None:
        """Nothing is ever shut here."""

    def close(self) -> None:
        """Nothing is ever open here."""


@contextmanager
def hold_nothing(name: str) -> Iterator[None]:
    """One process, one thread: nobody else wants the name."""
    yield


def wires(
    clock: Clock,
    connectors: Mapping[str, Connector] | None = None,
    web: Web | None = None,
    *,
    hold: Hold = hold_nothing,
    sleep: Callable[[float], None] = lambda seconds: None,
) -> Wires:
    """Wires with a clock and a way to sleep that tests choose."""
    return Wires(connectors or {}, list, web or OfflineWeb(), hold, clock, sleep)
