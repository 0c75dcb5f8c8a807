"""A library with three readers and a few papers, for tests of what readers keep and say."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import offline
from broadsheet.batch import encode, store_batch
from broadsheet.connectors import FILE_FORMATS, OUTLINES, READER_FORMATS
from broadsheet.connectors.arxiv import ArxivConnector
from broadsheet.connectors.feed import FeedConnector
from broadsheet.library import Library
from broadsheet.people import Done, Reader, Role
from broadsheet.ports import Connector
from broadsheet.search import HybridIndex
from papers import DictIndex, make_record, open_empty
from toy import START, Time, ToyWeb

KINDS: dict[str, Connector] = {"feed": FeedConnector(), "arxiv": ArxivConnector()}
TITLES = {
    1: "Counting sheep with graph networks",
    2: "Graph networks for goats",
    3: "On the nature of whales",
    4: "A cheaper way to weigh clouds",
}


class Readers:
    """Ada and Ben read, Olga sees to the instance; papers 1 to 4 are here.

    The index is a dictionary, which searches nothing, unless a test is `searching`.
    """

    def __init__(self, folder: Path, *, papers: bool = True, searching: bool = False) -> None:
        self.folder = folder
        # Clocks have microseconds; what is told apart by moments must be so by true ones.
        self.time = Time(START + timedelta(microseconds=654_321))
        self.web = ToyWeb(self.time)
        self.store = open_empty(folder, _make_library(papers))
        self.library = Library(
            store=self.store,
            index=HybridIndex.open(folder / "index", []) if searching else DictIndex(),
            formats=FILE_FORMATS,
            reader_formats=READER_FORMATS,
            outlines=OUTLINES,
            wires=offline.wires(self.time.now, KINDS, self.web),
            secret=b"s" * 32,
        )
        self.ada, self.ben, self.olga = self.store.get_readers().values()
        if searching:
            self.library.catch_up()

    def shelf(self, name: str, *works: int, reader: Reader | None = None) -> int:
        """A shelf (of Ada's) with these papers, each saved a minute after the one before."""
        reader = reader or self.ada
        number = self.library.shelves.make(reader, name).target
        for work in works:
            self.later(1)
            self.library.shelves.save(reader, work, [number])
        return number

    def on(self, shelf_id: int) -> list[int]:
        """The papers of a shelf, in order of number."""
        return sorted(saved.work_id for saved in self.store.get_saved([shelf_id]))

    def undo(self, done: Done, reader: Reader | None = None) -> str:
        """Undo what was done (by Ada), a moment later."""
        self.later(1)
        return self.library.journal.undo(reader or self.ada, done.signal).sentence

    def later(self, minutes: float) -> datetime:
        """Let time pass."""
        self.time.pass_by(timedelta(minutes=minutes))
        return self.time.now()


@cache
def _make_library(papers: bool) -> bytes:
    """The file of a library with three readers; making it takes a while, copying it does not."""
    with TemporaryDirectory() as name:
        store = open_empty(Path(name))
        with store.write() as transaction:
            for who, role in (("ada", Role.READER), ("ben", Role.READER), ("olga", Role.OPERATOR)):
                transaction.put_reader(Reader(0, who, who.title(), role, START))
            if papers:
                records = [make_record(number, title=title) for number, title in TITLES.items()]
                store_batch(transaction, [(each, *encode(each)) for each in records], now=START)
        store.close()  # with it the journal of SQLite goes into the file
        return (Path(name) / "library.db").read_bytes()
