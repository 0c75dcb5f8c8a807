"""How often one client may come: buckets of tokens that fill again with time.

They are kept in memory, each process its own, and there are never more than MOST_BUCKETS: those
that were asked longest ago are forgotten first. Where several processes serve, each has its share
of the budgets for guessing, so that all together allow no more than one would.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request

from broadsheet.web.caller import Caller

MOST_BUCKETS = 50_000
MOST_FAMILIAR = 10_000


class Rate(NamedTuple):
    """So many at once, and then one every so many seconds."""

    burst: int
    seconds: float


RATES = {
    "": Rate(600, 0.02),
    "sign-in": Rate(10, 6),
    "sign-in name": Rate(30, 2),
    "sign-up": Rate(5, 60),
    "comment": Rate(10, 20),
    "submit": Rate(10, 30),
    "upload": Rate(10, 30),
    "plot": Rate(60, 1),
    "learning": Rate(60, 1),
    "beacon": Rate(500, 7.2),
    "mail": Rate(5, 120),
    "backup": Rate(3, 60),
}
"""The budgets that doors name; "" is the general one, which every request takes from. "beacon" is
what is kept of what pages tell in the background: more than anybody reads, 500 an hour."""
GUESSING = {"sign-in", "sign-in name", "sign-up", "mail"}
"""Those that hold for an instance as a whole; the others keep one process from too much work."""


class Limits:
    """Spends tokens of buckets; raises HTTPException 429 where one is empty.

    `processes` is how many serve the same instance, each with limits of its own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, processes: int = 1) -> None:
        self._clock = clock
        self._rates = {
            budget: _share(rate, processes) if budget in GUESSING else rate
            for budget, rate in RATES.items()
        }
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._familiar: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = Lock()

    def spend(self, budget: str, request: Request, caller: Caller) -> None:
        """One token of the general budget and, where a door names one, of that: by the client's
        address, and for who is signed in by their account as well, wherever they are. Who is alone
        with their own machine may ask it as often as they like."""
        if caller.alone:
            return
        address = client_address(request)
        self.take("", address)
        if budget:
            self.take(budget, address)
            if caller.reader:
                self.take(budget, f"reader {caller.number}")

    def take_for_name(self, name: str, address: str) -> None:
        """One token of those for guessing at a name, wherever the guesses come from; an address
        from which the name has signed in before needs none, so that others cannot shut it out."""
        if (name, address) not in self._familiar:
            self.take("sign-in name", name)

    def note_familiar(self, name: str, address: str) -> None:
        """A name has signed in from an address."""
        with self._lock:
            self._familiar[name, address] = None
            self._familiar.move_to_end((name, address))
            while len(self._familiar) > MOST_FAMILIAR:
                self._familiar.popitem(last=False)

    def take(self, budget: str, who: str) -> None:
        """One token of a bucket. Raises HTTPException 429 that says when there is another one."""
        rate = self._rates[budget]
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop((budget, who), (float(rate.burst), now))
            tokens = min(float(rate.burst), tokens + (now - then) / rate.seconds)
            self._buckets[budget, who] = (tokens - 1 if tokens >= 1 else tokens, now)
            while len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        if tokens < 1:
            wait = max(1, math.ceil((1 - tokens) * rate.seconds))
            raise HTTPException(429, headers={"Retry-After": str(wait)})


def _share(rate: Rate, processes: int) -> Rate:
    return Rate(max(1, rate.burst // processes), rate.seconds * processes)


def client_address(request: Request) -> str:
    """Who asks, as far as the network tells: an IPv4 address, or the network of an IPv6 one,
    whose last 64 bits its owner can choose at will."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
