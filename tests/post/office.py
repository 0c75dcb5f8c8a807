"""A library with a post office: one reader, and a relay that keeps what it is handed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import offline
from broadsheet.edition import Edition
from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.ports import Draughtsman
from broadsheet.post import Correspondence
from letterbox import Relay
from papers import DictIndex, open_empty
from toy import Time

SECRET = b"kept by nobody"


class Office:
    """A library whose relay keeps what it is handed, and its one reader."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "https://papers.example.org",
        postman: bool = True,
        draughtsman: Draughtsman | None = None,
    ) -> None:
        self.time, self.relay = Time(), Relay()
        self.store = open_empty(folder)
        library = Library(
            store=self.store,
            index=DictIndex(),
            formats=(),
            wires=offline.wires(self.time.now, {}),
            secret=SECRET,
            draughtsman=draughtsman,
            correspondence=Correspondence(
                self.relay if postman else None, "papers@example.org", url
            ),
        )
        self.post, self.subscriptions = library.post, library.post.subscriptions
        self.accounts = library.accounts
        self.ada = library.accounts.alone()

    def print_own(self, edition: Edition, reader: Reader | None = None) -> Edition:
        """Print an edition for a reader (Ada)."""
        made = replace(edition, reader_id=(reader or self.ada).id, number=0)
        with self.store.write() as transaction:
            return transaction.print_edition(replace(made, made_at=self.time.now()))
