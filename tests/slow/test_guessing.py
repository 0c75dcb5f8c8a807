"""Guessing at passwords, at length: how many are tried, what they learn, whom they disturb.

Deliberate breaks: leave `take_for_name` out of `SignPages.sign_in`; return early in
`Accounts.sign_in` where the name is unknown; raise AT_ONCE in `passwords`.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
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


def test_an_unknown_name_takes_as_long_as_a_wrong_password(lab: Lab) -> None:
    """150 of each, turn by turn, with the parameters of every day; medians within 5 ms."""
    lab.library.accounts._hasher = Argon2()
    lab.library.accounts.set_password(lab.readers["ada"], PASSWORD)
    app = lab.app(MODES["invite, private"])
    took: dict[str, list[float]] = {"ada": [], "nobody": []}

    async def measure() -> None:
        for _ in range(150):
            for name, times in took.items():
                began = time.perf_counter()
                assert await sign_in(app, name, WRONG, "192.0.2.1") == 400
                times.append(time.perf_counter() - began)

    asyncio.run(measure())
    known, unknown = (statistics.median(times) for times in took.values())
    print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert abs(known - unknown) < 0.005 and known > 0.03


def test_a_hundred_at_once_leave_the_paper_readable(lab: Lab) -> None:
    """Two are hashed, some wait, the rest are asked to come again; searching goes on."""
    lab.library.accounts._hasher = Argon2()
    app = lab.app(MODES["invite, public"])

    async def search(count: int) -> list[float]:
        times = []
        for _ in range(count):
            began = time.perf_counter()
            status, _ = await ask(app, "GET", "/search", {"Accept": "text/html"})
            times.append(time.perf_counter() - began)
            assert status == 200
        return sorted(times)

    async def storm() -> tuple[list[float], list[float], list[int]]:
        before = await search(100)
        guesses = [sign_in(app, "nobody", WRONG, f"10.0.0.{n}") for n in range(100)]
        during, *told = await asyncio.gather(search(100), *guesses)
        return before, during, told  # type: ignore[return-value]

    before, during, told = asyncio.run(storm())
    print(
        f"search p50 {before[50] * 1000:.1f} -> {during[50] * 1000:.1f} ms, {told.count(503)} 503"
    )
    assert set(told) == {400, 503} and told.count(400) >= 2
    assert during[98] < 2.0
