"""Libraries of a few records, by their dates: for plots, terms and maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import offline
from broadsheet.drawing import MatplotlibDraughtsman
from broadsheet.library import Library
from broadsheet.model import PaperDate, Record
from broadsheet.ports import Embedder
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from broadsheet.works import compose

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)


class Kept:
    """A file format whose every file holds the same records."""

    name = "kept"

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def recognises(self, head: bytes, filename: str) -> bool:
        return filename.endswith(".kept")

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record]:
        yield from self.records


def day(year: int, month: int, number: int) -> str:
    return date(year, month, number).isoformat()


def record(number: int, dated: str, title: str, **changes: object) -> Record:
    """A paper; `dated` is a partial date, or "" for none."""
    facts: dict[str, object] = {
        "source": "ris",
        "key": str(number),
        "title": title,
        "date": PaperDate(dated, "published") if dated else None,
    }
    return Record(**{**facts, **changes})  # type: ignore[arg-type]


def open_trendy(
    folder: Path, records: Sequence[Record], embedders: Sequence[Embedder] = ()
) -> Library:
    """A library of the real rooms that holds these records, on a morning of April 2026."""
    library = Library(
        store=SqlStore.open(folder, create=True, compose=compose),
        index=HybridIndex.open(folder / "index", embedders),
        formats=[Kept(records)],
        wires=offline.wires(lambda: NOW),
        draughtsman=MatplotlibDraughtsman(),
    )
    path = folder / "papers.kept"
    path.write_bytes(b"kept")
    library.import_files([path])
    return library
