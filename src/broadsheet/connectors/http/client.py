"""`HttpClient`: asks, follows redirects, and keeps to every host's budget."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.connectors.http.address import (
    REDIRECTS,
    Address,
    PrivateHosts,
    follow,
    is_public,
    read_address,
    read_private_hosts,
)
from broadsheet.connectors.http.agent import introduce
from broadsheet.connectors.http.budget import Budgets, budget_of
from broadsheet.errors import (
    ConfigError,
    ForbiddenAddressError,
    SourceBrokenError,
    SourceRequestError,
)
from broadsheet.sources import Answer

if TYPE_CHECKING:
    import ssl

    from broadsheet.connectors.http.exchange import Question, Reply
    from broadsheet.connectors.http.network import Resolver
    from broadsheet.connectors.http.outcome import Outcome

MOST_REDIRECTS = 5
_NUMERIC = re.compile(r":|(?:^|\.)(?:0x[0-9a-f]*|[0-9]+)$")  # what no name service is asked about
_SENDABLE = re.compile(r"[!-~\xa1-\xff]([ -~\xa0-\xff]{0,998}[!-~\xa1-\xff])?")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HttpClient:
    """The one polite client, as `ports.Web` describes it. Safe across threads and processes.

    Each request has a connection of its own, so nothing is open between requests and a fork
    shares nothing; proxies named in the environment are not used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        contact: str = "",
        private_hosts: str = "",
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
        pace: float = 1.0,
        resolve: Resolver | None = None,
        deadline: float = 120.0,
    ) -> None:
        """`folder` keeps the budgets and is made when first needed; `contact` is told to servers.

        `private_hosts` ("NAME:PORT [::1]:PORT") may be asked although they are private; `pace`
        scales the gaps between requests, `resolve` gives the addresses of a name, and `deadline`
        is how many seconds one request may take. Raises ConfigError.
        """
        self._contact, self._private = contact, read_private_hosts(private_hosts)
        self._budgets = Budgets(folder, clock=clock, sleep=sleep, pace=pace)
        self._clock, self._resolve, self._deadline = clock, resolve, deadline
        self._counting = threading.Lock()
        self._requests = 0

    @property
    def requests(self) -> int:
        """How many requests were begun, those that follow redirects included."""
        return self._requests

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str = "",
        modified: str = "",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        """Fetch an address; as `ports.Web` has it."""
        own = {"Accept": accept}
        # Validators are what a server once said; one that cannot be sent back is left out.
        for name, text in (("If-None-Match", etag), ("If-Modified-Since", modified)):
            if _SENDABLE.fullmatch(text):
                own[name] = text
        return self._ask("GET", url, b"", own, headers, budget)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        """As `get`, sending JSON."""
        own = {"Accept": accept, "Content-Type": "application/json"}
        return self._ask("POST", url, body, own, headers, budget)

    def check(self, url: str) -> None:
        """Raise ForbiddenAddressError where it is plain without a request that none may be sent."""
        from broadsheet.connectors.http.network import how_to_allow, resolve

        address = read_address(url, self._private)
        host, port = address.host, address.port
        if (host, port) in self._private or not (_NUMERIC.search(host) or host == "localhost"):
            return
        if not all(is_public(found) for found in (self._resolve or resolve)(host)):
            raise ForbiddenAddressError(f"{host} is a private address; {how_to_allow(host, port)}.")

    def release(self, place: str) -> None:
        """A person says that what refused may be asked again."""
        self._budgets.release(place)

    def close(self) -> None:
        """Nothing is open between requests; here for the symmetry of those who hold a client."""

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes,
        own: Mapping[str, str],
        extra: Mapping[str, str] | None,
        budget: str,
    ) -> Answer:
        from broadsheet.connectors.http.exchange import Question

        private = self._private
        first = address = read_address(url, private)
        keys = _checked(extra or {})
        for _ in range(MOST_REDIRECTS + 1):
            headers = {
                **self._introduction,
                **own,
                **(keys if address.origin == first.origin else {}),
            }
            question = Question(method, address, headers, body)
            reply = self._turn(question, private, first.host, budget)
            if reply.status not in REDIRECTS:
                return self._answer(reply, address, own)
            before, address = address, follow(address, _location(reply, address), private)
            if address.host != before.host:  # nobody may send us to a host that is not public
                private = frozenset()
            if method == "POST" and reply.status in {301, 302, 303}:
                method, body = "GET", b""
        raise SourceBrokenError(f"{first.host} redirects more than {MOST_REDIRECTS} times.")

    def _turn(self, question: Question, private: PrivateHosts, asked: str, budget: str) -> Reply:
        """One request, within its host's turn; `asked` is the host that was asked first.

        What came of it counts for that one: where it has sent us to another, it must not keep
        everybody from asking the other.
        """
        host, home = question.address.host, budget_of(asked, budget)
        counted = home if host == asked else budget_of(host)
        if counted.name == home.name:
            with self._budgets.turn(home, asker=host) as turn:
                return self._exchange(question, private).settle(turn)
        with self._budgets.turn(counted, asker=host, guest=True):
            outcome = self._exchange(question, private)
        with self._budgets.note(home) as turn:
            return outcome.settle(turn, sender=asked)

    def _exchange(self, question: Question, private: PrivateHosts) -> Outcome:
        from broadsheet.connectors.http.exchange import UnreachableError, exchange
        from broadsheet.connectors.http.network import CheckedNetwork, Limits, resolve
        from broadsheet.connectors.http.outcome import Outcome

        with self._counting:
            self._requests += 1
        limits = Limits(self._deadline)
        network = CheckedNetwork(limits, private, self._resolve or resolve)
        tls = self._tls if question.address.scheme == "https" else None
        host = question.address.host
        try:
            return Outcome(host, exchange(question, limits, network, tls), self._clock())
        except UnreachableError as error:
            return Outcome(host, error, self._clock())

    def _answer(self, reply: Reply, address: Address, own: Mapping[str, str]) -> Answer:
        """The answer, where its status is one that a connector understands."""
        status = reply.status
        validated = "If-None-Match" in own or "If-Modified-Since" in own
        if 400 <= status < 500 and status != 404:
            gone = "says that this is gone for good" if status == 410 else "rejects the request"
            # Without its query, which may hold somebody's key.
            asked_for = address.url.partition("?")[0]
            raise SourceRequestError(f"{address.host} {gone} ({status}): {asked_for}", status)
        if status not in {200, 404} and not (status == 304 and validated):
            raise SourceBrokenError(f"{address.host} gives an answer without sense ({status}).")
        return Answer(address.url, status, reply.headers, reply.body, self._clock())

    @cached_property
    def _introduction(self) -> dict[str, str]:
        return introduce(self._contact)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once, when first needed: it takes longer than a request."""
        import httpcore2

        return httpcore2.default_ssl_context()


def _checked(extra: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in extra.items():
        if not _SENDABLE.fullmatch(text):
            raise ConfigError(f"The value for {name} has characters that no header may have.")
    return extra


def _location(reply: Reply, address: Address) -> str:
    """Where to, in text: servers send UTF-8 as often as they encode it."""
    raw = reply.headers.get("location", "").encode("latin-1")
    if not raw:
        raise SourceBrokenError(f"{address.host} redirects without saying where to.")
    return raw.decode("utf-8", errors="replace")
