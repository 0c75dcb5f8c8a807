"""Who asks: the reader behind a request, as `sessions` found out before any handler ran."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from broadsheet.errors import NotFoundError
from broadsheet.people import Done, Reader


@dataclass(frozen=True, slots=True)
class Caller:
    """The reader of a request, or None for nobody known; every page is rendered for one.

    `alone` says that this instance has one reader and no accounts, `accounts` that there is a way
    to sign in. `digest` is that of the session, empty for a key (`by_key`). `notices` are what
    the last acts came to.
    """

    reader: Reader | None = None
    alone: bool = False
    accounts: bool = False
    digest: bytes = b""
    by_key: bool = False
    notices: tuple[Done, ...] = ()

    @property
    def number(self) -> int:
        """The reader's number, 0 for nobody."""
        return self.reader.id if self.reader else 0


NOBODY = Caller()


def caller_of(request: Request) -> Caller:
    """Who asks."""
    found: Caller = getattr(request.state, "caller", NOBODY)
    return found


def reader_of(request: Request) -> Reader:
    """The reader who asks; a door for readers lets nobody else in."""
    if reader := caller_of(request).reader:
        return reader
    raise NotFoundError("account", "for this request")
