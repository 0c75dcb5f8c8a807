"""A newsroom that follows the toy source, with everything around it within reach."""

from __future__ import annotations

from pathlib import Path

import offline
from broadsheet.newsroom import Newsroom
from broadsheet.sources import StreamReport, StreamState
from papers import DictIndex, open_empty
from toy import Time, Toy, ToyWeb


class Room:
    """The parts, and short ways to ask about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = open_empty(folder)
        self.time = Time()
        self.web = ToyWeb(self.time)
        self.index = DictIndex()
        wires = offline.wires(self.time.now, {"toy": Toy()}, self.web, sleep=self.time.sleep)
        self.newsroom = Newsroom(self.store, self.index, wires)
        self.newsroom.add_source("toy", ["bees"])
        self.web.lay("sweep/start", {"listed": []})

    def sync(self, *names: str) -> dict[str, StreamReport]:
        """What each stream that was asked reports."""
        return {each.stream: each for each in self.newsroom.sync(names).streams}

    def titles(self) -> list[str]:
        """Titles of all works."""
        return sorted(work.title for works in self.store.iterate_works() for work in works)

    def state(self, stream: str = "papers") -> StreamState:
        """How a stream stands."""
        return {each.stream: each for each in self.store.get_streams()}[stream]

    def blank(self, stream: str = "papers") -> StreamState:
        """How a stream stands that was never asked."""
        return StreamState("toy", stream)
