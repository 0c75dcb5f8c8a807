"""A web for connectors that gives one answer, or raises, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Mapping

from broadsheet.sources import Answer


class OneAnswer:
    """`asked` are the arguments of the last request; with None, none may be sent."""

    requests = 0

    def __init__(self, outcome: Answer | Exception | None = None) -> None:
        self.outcome = outcome
        self.asked: dict[str, str] = {}

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
        self.asked = {"url": url, "accept": accept, "etag": etag, "modified": modified}
        if isinstance(self.outcome, Exception):
            raise self.outcome
        assert self.outcome, "nothing may be asked of the network here"
        return self.outcome

    def post(
        self,
        url: str,
        body: bytes,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        raise AssertionError("nothing is sent to this source")

    def check(self, url: str) -> None:
        """All addresses are as good here."""

    def release(self, place: str) -> None:
        raise AssertionError("a connector releases nothing")

    def close(self) -> None:
        """Nothing is open."""
