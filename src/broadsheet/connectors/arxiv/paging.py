"""How far a list of OAI-PMH has come: pages, tokens, and what to do when they go wrong. Pure.

A list is asked for from a day on, and continued by tokens that die at the next midnight UTC. The
server sorts by the day of change, so after a dead token the list is begun again a day before the
newest change that was seen. The next run begins a day before the server's own date at the
beginning of this one: clocks differ, and a record may change while we read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import quote

from broadsheet.errors import SourceBrokenError

_TOKENS = 200
"""As many tokens of a run are remembered; a server that goes round does so in few steps."""
_TRIES = 2
"""How often the same page may come again, or a list begin again at the same place."""
_LONGEST_TOKEN = 6_000
"""Characters of a token in an address; the client asks for none of more than 8,000."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a list stands; days are ISO texts, so that the later is the greater.

    `base` is the server's address as it named it itself. `since` is from when the run under way
    asks, or the next one; `server` the server's day when this run began; `stamp` the newest
    change seen in it, `last` that of the page before; `count` the items of this list so far, of
    `size` if the server says. `ordered` says that no page was older than the one before. `token`
    is of the server's day `issued`, and `doubted` when it was rejected once.
    """

    base: str = ""
    since: str = ""
    server: str = ""
    stamp: str = ""
    last: str = ""
    token: str = ""
    issued: str = ""
    doubted: bool = False
    seen: tuple[str, ...] = ()
    page: str = ""
    repeats: int = 0
    count: int = 0
    size: int = 0
    ordered: bool = True
    stuck_at: str = ""
    restarts: int = 0


class Page(NamedTuple):
    """One page of a list: what it names, and how it goes on ("": it ends here)."""

    server: str
    keys: Sequence[str]
    stamps: Sequence[str]
    token: str = ""
    size: int = 0


def advance(mark: Mark, page: Page) -> Mark:
    """After a page; without a token where the list has ended. Raises SourceBrokenError for an empty
    page, which is never the end of a list, and where the server goes round in circles."""
    if not page.keys:
        raise SourceBrokenError(
            f"The server sent an empty page after {mark.count:,} items of its list."
        )
    digest = _short(" ".join(sorted(page.keys)))
    repeats = mark.repeats + 1 if digest == mark.page else 0
    if repeats >= _TRIES:
        raise SourceBrokenError(
            f"The server sends the same page again and again, after {mark.count:,} items."
        )
    stamps = sorted(filter(None, page.stamps)) or [mark.stamp]
    mark = replace(
        mark,
        server=mark.server or page.server,
        stamp=max(mark.stamp, stamps[-1]),
        last=stamps[-1],
        ordered=mark.ordered and stamps[0] >= mark.last,
        page=digest,
        repeats=repeats,
        count=mark.count + (0 if repeats else len(page.keys)),
        size=page.size or mark.size,
    )
    return _follow(mark, page.token, page.server) if page.token else replace(mark, token="")


def _follow(mark: Mark, token: str, today: str) -> Mark:
    if len(quote(token, safe="")) > _LONGEST_TOKEN:
        raise SourceBrokenError(
            f"The server's resumption token has {len(token):,} characters, more than can be sent."
        )
    name = _short(token)
    if token == mark.token or name in mark.seen:
        raise SourceBrokenError(
            f"The server repeats the resumption token {token[:60]!r}, so its list would never end."
        )
    seen = (*mark.seen, name)[-_TOKENS:]
    return replace(mark, token=token, issued=today, doubted=False, seen=seen)


def finish(mark: Mark, server: str = "") -> Mark:
    """After the end of a list: from when the next run asks."""
    return Mark(base=mark.base, since=day_before(mark.server or server))


def resume(mark: Mark) -> Mark:
    """After a list that ended too early: the next run begins a day before the newest change seen,
    or where this one did if the list was in no order."""
    back = day_before(mark.stamp) if mark.ordered else mark.since
    return Mark(base=mark.base, since=back)


def restart(mark: Mark, begun: str, today: str) -> Mark:
    """After a dead token: the list begins again, a day before the newest change that was seen.

    A token that should still be alive is tried once more before. `begun` is from when the run
    asked first, `today` the server's day. Raises SourceBrokenError when the list was begun again
    before, at the same place and on the same day, and that led nowhere.
    """
    if mark.issued == today and not mark.doubted:
        return replace(mark, doubted=True)
    place = f"{mark.stamp} {today}"
    restarts = mark.restarts + 1 if place == mark.stuck_at else 1
    if restarts > _TRIES:
        raise SourceBrokenError(
            "The server rejects its own resumption tokens: the list was begun again "
            f"{_TRIES} times at {mark.stamp or begun} without coming further."
        )
    back = day_before(mark.stamp) if mark.stamp and mark.ordered else begun
    return Mark(
        base=mark.base,
        since=max(begun, back),
        server=mark.server,
        stamp=mark.stamp,
        stuck_at=place,
        restarts=restarts,
    )


def day_before(day: str) -> str:
    """The day before an ISO day; "" for what is none."""
    try:
        return (date.fromisoformat(day[:10]) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
