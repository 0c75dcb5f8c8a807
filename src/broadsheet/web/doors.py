"""The table of routes: each address with who may come in, before anything of it is done.

Every group of pages lists its doors; `app` puts them together, and the tests of sessions,
cross-site requests and rights are generated from the list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Response | Awaitable[Response]]


class Who(StrEnum):
    """Who may come in through a door.

    ANYONE: no account is needed, whatever the settings. READING: whoever may read this instance,
    which is everybody where it is public or has no accounts, and else those with one. READER:
    whoever has an account here. OPERATOR: who sees to the instance.
    """

    ANYONE = "anyone"
    READING = "reading"
    READER = "reader"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Door:
    """One address and method. `budget` names the limit on how often one client may come through
    (see `limits`); "" for none but the general one. `body` is the largest body in bytes.

    `foreign` lets what changes something come from anywhere: for addresses that hold all the
    authority that there is, and that programs ask without a browser (RFC 8058).
    """

    path: str
    handler: Handler
    who: Who = Who.READING
    method: str = "GET"
    budget: str = ""
    body: int = 64 * 1024
    foreign: bool = False
