"""A library of invented papers on three topics, with shelves that can learn from them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np

import offline
from broadsheet.arrays import ArrayFolder
from broadsheet.batch import encode, store_batch
from broadsheet.connectors import FILE_FORMATS
from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.learning import Opinion, ShelfPicks
from broadsheet.library import Library
from broadsheet.model import Identifier, PaperDate, Record
from broadsheet.people import Reader, Role
from broadsheet.ports import Ranker, Vectors
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from papers import open_empty
from toy import Time, ToyWeb

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TOPICS = {
    "bees": "hive honey swarm pollen nectar queen drone foraging comb colony waggle apiary",
    "tides": "tide lunar estuary current salinity harbour gauge spring neap basin sediment surge",
    "looms": "loom weave shuttle yarn warp fabric thread pattern jacquard cotton spindle dye",
}
PLAIN = "method result measure model study compare small large fast new data error test value"
EACH = 20
"""Papers on bees are numbers 1 to 20, on tides 21 to 40, on looms 41 to 60."""


class WordVectors:
    """An embedder that adds up a random vector for each word: papers that share words are near."""

    id = "words@1"
    dim = 24

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        rows = [sum((_vector_of(word) for word in text.lower().split()), np.zeros(24))
                for text in texts]  # fmt: skip
        vectors = np.array(rows, np.float32).reshape(len(texts), self.dim)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_documents(texts)


@cache
def _vector_of(word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(crc32(word.encode())).normal(size=24)


def make_paper(number: int, topic: str, day: date | None = None) -> Record:
    """An invented paper on a topic, always the same for a number."""
    dice = random.Random(number)
    own, plain = TOPICS[topic].split(), PLAIN.split()
    words = dice.choices(own, k=14) + dice.choices(plain, k=14)
    dice.shuffle(words)
    title = f"{dice.choice(own)} and {dice.choice(own)} {dice.choice(plain)} {number}"
    day = day or NOW.date() - timedelta(days=number % 20)
    return Record(
        source="arxiv",
        key=f"2603.{number:05}",
        title=title.capitalize(),
        abstract=" ".join(words),
        authors=(f"{topic.title()} Author {number % 4}", f"Second Author {number}"),
        ids=(Identifier("arxiv", f"2603.{number:05}"),),
        categories=(f"math.{topic[:2].upper()}",),
        date=PaperDate(day.isoformat(), "submitted"),
    )


def topic_of(number: int) -> str:
    """The topic of one of the first papers."""
    return list(TOPICS)[(number - 1) // EACH]


@cache
def _make_library() -> TemporaryDirectory[str]:
    """A folder with the library; making it takes a while, copying it does not."""
    made = TemporaryDirectory(prefix="topics-")
    folder = Path(made.name)
    store = open_empty(folder)
    records = [make_paper(number, topic_of(number)) for number in range(1, 3 * EACH + 1)]
    with store.write() as transaction:
        for name in ("ada", "ben"):
            transaction.put_reader(Reader(0, name, name.title(), Role.READER, NOW))
        store_batch(transaction, [(each, *encode(each)) for each in records], now=NOW)
    library = _open(folder, store, Time(NOW), ())
    library.catch_up()
    library.close()
    return made


def _open(folder: Path, store: SqlStore, time: Time, rankers: Sequence[Ranker]) -> Library:
    return Library(
        store=store,
        index=HybridIndex.open(folder / "index", [WordVectors()]),
        formats=FILE_FORMATS,
        wires=offline.wires(time.now, {}, ToyWeb(time)),
        secret=b"s" * 32,
        cache=ArrayFolder(folder / "learning"),
        rankers=rankers,
    )


class Learners:
    """Ada and Ben, with shelves that learn."""

    def __init__(self, folder: Path, rankers: Sequence[Ranker] = ()) -> None:
        self.folder = folder
        shutil.copytree(_make_library().name, folder, dirs_exist_ok=True)
        self.time = Time(NOW)
        self.store = open_empty(folder, (folder / "library.db").read_bytes())
        self.library = _open(folder, self.store, self.time, rankers)
        self.recommender = self.library.recommender
        self.ada, self.ben = self.store.get_readers().values()

    def shelf(self, name: str, *works: int, reader: Reader | None = None) -> int:
        """A shelf (of Ada's) with these papers, each saved a minute after the one before."""
        reader = reader or self.ada
        number = self.library.shelves.make(reader, name).target
        for work in works:
            self.time.pass_by(timedelta(minutes=1))
            self.library.shelves.save(reader, work, [number])
        return number

    def answer(self, shelf_id: int, opinion: Opinion, *works: int) -> None:
        """Answers of Ada's."""
        for work in works:
            self.time.pass_by(timedelta(minutes=1))
            self.recommender.answer(self.ada, work, opinion, shelf_id)

    def pick(
        self, *, works: Sequence[int] = range(1, 3 * EACH + 1), days: int = 1
    ) -> Sequence[ShelfPicks]:
        """What Ada's shelves have among these papers."""
        return self.recommender.open_desk(works, self.time.now()).pick(self.ada, days=days)

    def offer(
        self,
        shelf_id: int,
        works: Sequence[int],
        *,
        at: datetime | None = None,
        key: str = "",
    ) -> Edition:
        """An edition of Ada's with these papers for a shelf, printed now or at a moment; in the
        shelf's own section, or in one with another key."""
        at = at or self.time.now()
        entries = tuple(Entry(place, work, f"Paper {work}") for place, work in enumerate(works, 1))
        found = tuple(replace(each, shelf_id=shelf_id) for each in entries)
        sections = (
            Section(key or f"shelf-{shelf_id}", "Near", found),
            Section("also", "Also", entries),
        )
        day, name = at.date(), at.date().isoformat()
        edition = Edition(
            Scope.READER, name, day, day, at, reader_id=self.ada.id, sections=sections
        )
        with self.store.write() as transaction:
            return transaction.print_edition(edition)

    def add(self, *records: Record) -> list[int]:
        """Take papers in; returns their numbers."""
        with self.store.write() as transaction:
            store_batch(
                transaction, [(each, *encode(each)) for each in records], now=self.time.now()
            )
        self.library.catch_up()
        return [self.library.get_work(record.ids[0].value).id for record in records]

    def close(self) -> None:
        self.library.close()


def numbers_of(picks: ShelfPicks) -> list[int]:
    """The papers of a shelf's picks, in order."""
    return [match.work_id for match in picks.matches]
