"""A library whose readers get mail: a clock to set, a relay that keeps letters, a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from invented import NOW, PAPERS, open_invented
from lab import Boundless
from starlette.applications import Starlette
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.edition import Edition, Scope, Section
from broadsheet.library import Library
from broadsheet.mailing import Subscription
from broadsheet.people import Reader
from broadsheet.post import Correspondence
from broadsheet.web import create_app
from broadsheet.web.sessions import SAFE_COOKIE
from letterbox import Relay, make_entry

HTTPS = "https://papers.example"
PASSWORD = "a lantern in the orchard"


@dataclass
class PostRoom:
    """The library, its relay and its application; `now` is what the clock shows."""

    folder: Path
    now: datetime = NOW
    relay: Relay = field(default_factory=Relay)

    def __post_init__(self) -> None:
        letters = Correspondence(self.relay, "Papers <papers@papers.example>", HTTPS)
        self.library: Library = open_invented(
            self.folder, PAPERS[:6], clock=lambda: self.now, correspondence=letters
        )
        self.subscriptions = self.library.post.subscriptions
        self.store = self.library._store
        settings = Settings(self.folder, sign_in="invite", url=HTTPS)
        self.app: Starlette = create_app(self.library, settings, Boundless())

    def add(self, name: str, address: str = "") -> Reader:
        """A reader; with an address, one who gets mail."""
        reader = self.library.accounts.add(name, PASSWORD)
        if address:
            self.subscriptions.subscribe(reader, address)
        return reader

    def browse(self, reader: Reader | None = None, **headers: str) -> TestClient:
        """A browser of a reader's, or of nobody's; without headers, at a page of ours."""
        sent = headers or {"Sec-Fetch-Site": "same-origin"}
        client = TestClient(
            self.app, HTTPS, raise_server_exceptions=False, follow_redirects=False, headers=sent
        )
        if reader:
            client.cookies[SAFE_COOKIE] = self.library.accounts.open_session(reader, "a test")
        return client

    def get(self, reader: Reader) -> Subscription:
        """The subscription of a reader who has one."""
        found = self.subscriptions.get(reader)
        assert found
        return found

    def links(self) -> list[str]:
        """The addresses of ours in the letter that was taken last, as paths."""
        _, _, payload = self.relay.taken[-1]
        text = payload.decode().replace("=\r\n", "")
        return re.findall(rf"{HTTPS}(/\S+)", text)

    def link(self, kind: str) -> str:
        """The first of those links that begins so."""
        return next(link for link in self.links() if link.startswith(kind)).rstrip(">")

    def print_own(self, reader: Reader, works: tuple[int, ...] = (1, 2), shelf: int = 0) -> Edition:
        """Print a reader's edition of the day with these papers."""
        entries = tuple(make_entry(n, work_id=work) for n, work in enumerate(works, 1))
        key = f"shelf-{shelf}" if shelf else "also"
        day: date = self.now.date()
        name = day.isoformat()
        sections = (Section(key, "light", entries),)
        made = Edition(Scope.READER, name, day, day, self.now, 0, reader.id, sections=sections)
        with self.store.write() as transaction:
            return transaction.print_edition(made)

    def pass_by(self, **span: int) -> None:
        self.now += timedelta(**span)
