"""An instance with accounts: readers, an operator, one who is closed out, keys good and void."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from invented import ADDRESS, PAPERS, open_invented
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bare import send_bare
from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.people import Reader, Role
from broadsheet.web import create_app
from broadsheet.web.doors import Door
from broadsheet.web.gate import Guarded
from broadsheet.web.limits import Limits
from broadsheet.web.sessions import PLAIN_COOKIE, SAFE_COOKIE

PASSWORD = "a lantern in the orchard"
HTTPS = "https://papers.example"
MODES = {
    "off on loopback": Settings(Path("unused")),
    "off on 0.0.0.0": Settings(Path("unused"), host="0.0.0.0"),
    "invite, private": Settings(Path("unused"), sign_in="invite"),
    "invite, public": Settings(Path("unused"), sign_in="invite", public="on"),
}
WHO = ("nobody", "ada", "ben", "operator", "key", "operator's key", "revoked key", "closed")
"""Who comes to the doors; "ben" is a reader like "ada", whose things are not his."""


class Boundless(Limits):
    """Limits that let everything through."""

    def take(self, budget: str, who: str) -> None:
        """Nothing is ever spent."""


@dataclass
class Lab:
    """A library with its readers; `secrets` holds the cookie or key of each."""

    library: Library
    folder: Path
    readers: dict[str, Reader] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    _apps: dict[Settings, Starlette] = field(default_factory=dict)

    def app(self, settings: Settings, limits: Limits | None = None) -> Starlette:
        """The application in one of the modes; the same each time, where there are no limits."""
        settings = replace(settings, library=self.folder)
        if limits:
            return create_app(self.library, settings, limits)
        if settings not in self._apps:
            self._apps[settings] = create_app(self.library, settings, Boundless())
        return self._apps[settings]

    def hollow_app(self, settings: Settings) -> Starlette:
        """The application with its doors as they are and nothing behind them."""
        app = self.app(settings, Boundless())
        for route in app.routes:
            if isinstance(route, Route) and isinstance(route.app, Guarded):
                route.app.answer = _nothing
        return app

    def headers(self, who: str) -> dict[str, str]:
        """What the requests of somebody carry, from a page of ours."""
        own = {"Sec-Fetch-Site": "same-origin"}
        if "key" in who:
            return {**own, "Authorization": f"Bearer {self.secrets[who]}"}
        if who in self.secrets:
            return {**own, "Cookie": f"{PLAIN_COOKIE}={self.secrets[who]}"}
        return own

    def client(
        self, app: Starlette, who: str = "nobody", address: str = ADDRESS, site: str = "same-origin"
    ) -> TestClient:
        """A browser, or a program with a key, of somebody."""
        headers = {"Sec-Fetch-Site": site} if site else {}
        cookies = {}
        if "key" in who:
            headers["Authorization"] = f"Bearer {self.secrets[who]}"
        elif who in self.secrets:
            safe = address.startswith("https")
            cookies[SAFE_COOKIE if safe else PLAIN_COOKIE] = self.secrets[who]
        return TestClient(
            app,
            address,
            raise_server_exceptions=False,
            follow_redirects=False,
            headers=headers,
            cookies=cookies,
        )


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=204)(scope, receive, send)


Asked = tuple[str, str, dict[str, str]]


def knock(app: Starlette, asked: Iterable[Asked]) -> list[tuple[int, dict[str, str]]]:
    """Status and headers of the answers to requests without a body, given as method, path and
    headers: many in a short time, as a test client does not."""

    async def knock_at_all() -> list[tuple[int, dict[str, str]]]:
        return [await ask(app, *each) for each in asked]

    return asyncio.run(knock_at_all())


async def ask(
    app: Starlette,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None = b"",
    client: str = "127.0.0.1",
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to one request from an address. Without a body it hangs up
    before the body has come."""
    given = {"host": "127.0.0.1:8000", "accept": "application/json", **headers}
    return await send_bare(app, method, path, given, body, client=client)


def open_lab(folder: Path) -> Lab:
    """A lab in a folder."""
    library = open_invented(folder, PAPERS[:8])
    lab, accounts = Lab(library, folder), library.accounts
    roles = {"operator": Role.OPERATOR, "ada": Role.READER, "ben": Role.READER}
    for name, role in {**roles, "closed": Role.READER}.items():
        reader = accounts.add(name, PASSWORD, role=role)
        lab.readers[name], lab.secrets[name] = reader, accounts.open_session(reader, name)
    for name in ("key", "revoked key"):
        lab.secrets[name] = accounts.make_key(lab.readers["ada"], name)
    accounts.revoke_key(lab.readers["ada"], accounts.get_keys(lab.readers["ada"])[0].id)
    lab.secrets["operator's key"] = accounts.make_key(lab.readers["operator"], "all")
    accounts.disable(lab.readers["closed"])
    accounts.alone()
    return lab


def doors_of(app: Starlette) -> list[Door]:
    """Every address of an application with who may come in."""
    found: list[Door] = app.state.doors
    return found


def unsafe(doors: Iterable[Door]) -> list[Door]:
    """Those that change something."""
    return [door for door in doors if door.method != "GET"]


def address_of(door: Door) -> str:
    """An address that a door's path fits: of things that are not there, or are not one's own."""
    path = door.path
    for name, value in {
        "{suffix}": "json",
        "{number}": "999999",
        "{reference:path}": "999999",
        "{source:path}": "none",
        "{day}": "2026-01-01",
        "{token}": "x" * 27,
        "{week}": "2026-W01",
        "{month}": "2026-01",
    }.items():
        path = path.replace(name, value)
    while "{" in path:
        head, _, rest = path.partition("{")
        path = f"{head}999999{rest.partition('}')[2]}"
    return path
