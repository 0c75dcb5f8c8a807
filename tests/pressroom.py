"""A library whose papers a source of our making announces, with a clock that a test sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

from broadsheet.config import Settings
from broadsheet.edition import Edition
from broadsheet.library import Library
from broadsheet.model import Record, Work
from broadsheet.people import Reader, Role, Vote
from broadsheet.press.candidates import Candidate, News
from broadsheet.press.trending import Evidence, weigh
from broadsheet.sources import Announcement, Item, Measure
from broadsheet.wiring import open_library
from papers import make_empty_library, make_record
from shell import write

FRIDAY = date(2026, 4, 17)
DAY = timedelta(days=1)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


class PressRoom:
    """The library, and short ways to make news; `now` is what its clock shows."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.press = library.press
        self.store = library._store
        self.now = at(FRIDAY, 12)
        self.numbers: dict[str, int] = {}

    def fill(self, folder: Path, records: Sequence[Record]) -> None:
        """Bring papers in; `numbers` has their works by the records' keys."""
        self.library.import_files([write(folder / "papers.jsonl", *records)])
        with self.store.write() as transaction:
            found = transaction.find_versions([(each.source, each.key) for each in records])
        self.numbers |= {key: number for (_, key), number in found.items()}

    def announce(
        self,
        day: date,
        keys: Sequence[str],
        *,
        category: str = "math.NA",
        kind: str = "new",
        arrives: datetime | None = None,
    ) -> None:
        """The source "arxiv" lists these papers on a day, in this order."""
        told = [
            Announcement(category, day, key, kind, position=place)
            for place, key in enumerate(keys, 1)
        ]
        arrived = arrives or at(day, 4)
        with self.store.write() as transaction:
            transaction.add_pages("arxiv", [(category, day)], page="a list", now=at(day, 4))
            transaction.add_announcements("arxiv", told, now=at(day, 4))
            transaction.put_items("arxiv", [Item(key) for key in keys], now=arrived)

    def add_reader(self, name: str, *, example: bool = False) -> Reader:
        reader = Reader(0, name, name.title(), Role.READER, self.now, example=example)
        with self.store.write() as transaction:
            return replace(reader, id=transaction.put_reader(reader))

    def vote(self, key: str, voters: int, moment: datetime) -> None:
        """So many readers vote for a paper at a moment."""
        names = [f"voter{number}" for number in range(voters)]
        readers = [self.store.find_reader(name) or self.add_reader(name) for name in names]
        with self.store.write() as transaction:
            transaction.put_votes([Vote(self.numbers[key], each.id, moment) for each in readers])

    def show(self, key: str, name: str, value: float, moment: datetime) -> None:
        """The source shows a number beside a paper."""
        with self.store.write() as transaction:
            transaction.add_measures("arxiv", [Measure(key, name, value)], now=moment)


def keys_of(room: PressRoom, edition: Edition) -> list[str]:
    """The keys of what stands in an edition, in order, news of the days before left out."""
    keys = {number: key for key, number in room.numbers.items()}
    sections = [section for section in edition.sections if section.key != "trending"]
    return [keys[entry.work_id] for section in sections for entry in section.entries]


@contextmanager
def open_pressroom(folder: Path, embedder: str = "none", **chosen: str) -> Iterator[PressRoom]:
    """The library of a folder, an empty one where there is none yet, and its press; with these
    settings beside."""
    rooms: list[PressRoom] = []
    settings = replace(Settings(folder / "library", embedder=embedder), **chosen)  # type: ignore[arg-type]
    if not settings.library.exists():
        settings.library.mkdir()
        (settings.library / "library.db").write_bytes(make_empty_library())
    with open_library(settings, clock=lambda: rooms[0].now if rooms else at(FRIDAY)) as library:
        rooms.append(PressRoom(library))
        yield rooms[0]


class Template:
    """A library with papers, made once: a copy of it takes a tenth of the time."""

    def __init__(self, folder: Path, records: Sequence[Record], embedder: str = "none") -> None:
        self._folder = folder
        self._embedder = embedder
        with open_pressroom(folder, embedder) as room:
            room.fill(folder, records)
            self._numbers = room.numbers

    @contextmanager
    def open(self, folder: Path, **chosen: str) -> Iterator[PressRoom]:
        """A copy in a folder."""
        copytree(self._folder / "library", folder / "library")
        with open_pressroom(folder, self._embedder, **chosen) as room:
            room.numbers = dict(self._numbers)
            yield room


def make_papers(count: int, **changes: object) -> list[Record]:
    """Papers of the years before, so that their own dates are of no day that a test looks at."""
    return [make_record(number, **changes) for number in range(count)]


def make_candidate(
    number: int,
    *,
    votes: int = 0,
    place: int = 1,
    category: str = "cs.LG",
    day: date = FRIDAY,
    **changes: object,
) -> Candidate:
    """A paper in an edition, made of nothing."""
    work = Work(number, f"Paper {number}", authors=("Ada Example",), categories=(category,))
    evidence = Evidence(votes=(at(day, 5),) * votes, day=day)
    news = News(number, day, "arxiv", category, place)
    return Candidate(replace(work, **changes), news, weigh(evidence, at(day, 6)))  # type: ignore[arg-type]
