"""Guessing at passwords, at length: how many are tried, what they learn, whom they disturb.

Deliberate breaks: leave `take_for_name` out of `SignPages.sign_in`; return early in
`Accounts.sign_in` where the name is unknown; raise AT_ONCE or MOST_WAITING in `passwords`; answer
a sign-in on the event loop instead of in a thread.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from lab import MODES, PASSWORD, Lab, ask, open_lab

from broadsheet.passwords import Argon2
from broadsheet.web.limits import RATES, Limits

pytestmark = pytest.mark.slow
WRONG = "a guess of mine"
FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
    "Accept": "text/html",
}
GUESSES = 10_000
HASHED, WAITING = 2, 16


class Held(Argon2):
    """Hashes nothing; whoever has a place keeps it until all are let go."""

    def __init__(self) -> None:
        super().__init__(patience=120)
        self.go = threading.Event()
        self.most = self._inside = 0
        self._counting = threading.Lock()

    def verify(self, hashed: str, password: str) -> bool:
        with self._turn():
            with self._counting:
                self._inside += 1
                self.most = max(self.most, self._inside)
            self.go.wait(120)
            with self._counting:
                self._inside -= 1
        return False


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = open_lab(tmp_path)
    with lab.library:
        yield lab


async def sign_in(app: Starlette, name: str, password: str, client: str) -> int:
    body = urlencode({"name": name, "password": password}).encode()
    status, _ = await ask(app, "POST", "/sign-in", FORM, body, client)
    return status


@pytest.mark.parametrize("addresses", [1, 1000])
def test_ten_thousand_guesses_try_few_passwords(lab: Lab, addresses: int) -> None:
    """In no time at all: whatever the burst allows is all that is tried."""
    app = lab.app(MODES["invite, private"], Limits(lambda: 0.0))

    async def storm() -> list[int]:
        assert await sign_in(app, "ada", PASSWORD, "198.51.100.1") == 303
        told = [
            await sign_in(app, "ada", WRONG, f"10.0.{n % addresses // 250}.{n % addresses % 250}")
            for n in range(GUESSES)
        ]
        assert await sign_in(app, "ada", PASSWORD, "198.51.100.1") == 303
        return told

    told = asyncio.run(storm())
    tried = GUESSES - told.count(429)
    assert tried == told.count(400) <= min(RATES["sign-in"].burst * addresses, 29)


@pytest.mark.alone
def test_an_unknown_name_takes_as_long_as_a_wrong_password(lab: Lab) -> None:
    """150 of each, turn by turn, with the parameters of every day; medians of the processor's time,
    which is what takes long, within 5 ms."""
    lab.library.accounts._hasher = Argon2()
    lab.library.accounts.set_password(lab.readers["ada"], PASSWORD)
    app = lab.app(MODES["invite, private"])
    took: dict[str, list[float]] = {"ada": [], "nobody": []}

    async def measure() -> None:
        for _ in range(150):
            for name, times in took.items():
                began = time.process_time()
                assert await sign_in(app, name, WRONG, "192.0.2.1") == 400
                times.append(time.process_time() - began)

    asyncio.run(measure())
    known, unknown = (statistics.median(times) for times in took.values())
    print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert abs(known - unknown) < 0.005 and known > 0.03


def test_a_hundred_at_once_leave_the_paper_readable(lab: Lab) -> None:
    """Two have a place, sixteen wait, the rest are asked to come again; and all of that as long as
    it takes while a hundred searches are answered. Their times are for `./run bench storm`."""
    lab.library.accounts._hasher = hasher = Held()
    app = lab.app(MODES["invite, public"])

    async def storm() -> list[int]:
        guesses = [
            asyncio.create_task(sign_in(app, "nobody", WRONG, f"10.0.0.{n}")) for n in range(100)
        ]
        try:
            async with asyncio.timeout(60):
                for _ in range(100):
                    found, _ = await ask(app, "GET", "/search", {"Accept": "text/html"})
                    assert found == 200
                while sum(each.done() for each in guesses) < 100 - HASHED - WAITING:
                    await asyncio.sleep(0.001)
        finally:
            hasher.go.set()
        return await asyncio.gather(*guesses)

    told = asyncio.run(storm())
    assert told.count(400) == HASHED + WAITING and told.count(503) == 100 - HASHED - WAITING
    assert hasher.most == HASHED
