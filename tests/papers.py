"""Made-up papers, a file format for them, a dictionary for an index, an embedder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np
import orjson
import pytest

from broadsheet.errors import BadFileError, StorageBusyError
from broadsheet.model import BadRow, Blend, Identifier, PaperDate, Record, Results, Sort, Work
from broadsheet.ports import IndexState, Progress, Vectors
from broadsheet.ports.index import NOTHING, DayCounts
from broadsheet.query import Query
from broadsheet.storage import SqlStore
from broadsheet.works import compose

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

SUBJECTS = ("lattices", "glaciers", "parsers", "enzymes", "orbits", "markets", "vaccines")
METHODS = ("sparse grids", "tensor trains", "belief nets", "random walks", "survival trees")


def make_record(number: int, **changes: Any) -> Record:
    """Paper `number` as arXiv would tell it; the same number gives the same record."""
    subject, method = SUBJECTS[number % 7], METHODS[number % 5]
    name = f"{2401 + number // 90_000}.{number % 90_000 + 10_000}"
    record = Record(
        source="arxiv",
        key=name,
        title=f"Study {number} of {subject} by means of {method}",
        abstract=f"We measure {subject} number {number} with {method} and report {number} values.",
        authors=(f"Ada Example{number}", "Bo Sample"),
        ids=(Identifier("arxiv", name),),
        categories=("math.NA",),
        date=PaperDate("2024-01-15", "submitted"),
    )
    return replace(record, **changes)


def write_lines(path: Path, records: Sequence[Record | bytes]) -> Path:
    """A file that `LineFormat` reads; bytes go in as they are."""
    lines = [each if isinstance(each, bytes) else each.to_json() for each in records]
    path.write_bytes(b"#papers\n" + b"".join(line + b"\n" for line in lines))
    return path


@cache
def make_empty_library() -> bytes:
    """The file of a library with nothing in it; making it takes a while, copying it does not."""
    with TemporaryDirectory() as folder:
        SqlStore.open(Path(folder), create=True, compose=compose).close()
        return (Path(folder) / "library.db").read_bytes()


def open_empty(folder: Path, content: bytes = b"") -> SqlStore:
    """An empty store in a folder, or one of this content; a second writer does not wait."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "library.db").write_bytes(content or make_empty_library())
    return SqlStore.open(folder, create=False, compose=compose, wait=0)


@contextmanager
def taking_no_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within, the system says of `folder` what it says where it is mounted read-only."""
    may, open_file = os.access, os.open

    def access(path: Any, mode: int) -> bool:
        return not (mode & os.W_OK and Path(path).is_relative_to(folder)) and may(path, mode)

    def open_to_read(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY | os.O_CREAT) and Path(path).is_relative_to(folder):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return open_file(path, flags, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "access", access)
        patch.setattr(os, "open", open_to_read)
        yield


class LineFormat:
    """One record a line, after a first line that says so; a line "STOP" breaks the file off."""

    name = "lines"

    def recognises(self, head: bytes, filename: str) -> bool:
        return head.startswith(b"#papers")

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        stream.readline()
        for number, line in enumerate(stream, 2):
            if line.strip() == b"STOP":
                raise BadFileError(f"{filename} breaks off in line {number}.")
            try:
                yield Record.from_json(line)
            except orjson.JSONDecodeError:
                yield BadRow(filename, number, "this is no record")


class DictIndex:
    """Fulfils what `follow` and `verify` ask of `ports.Index`; `works` survives with the object."""

    def __init__(self) -> None:
        self.works: dict[int, Work] = {}
        self.position = 0
        self.commits = 0
        self.busy = False
        self.before_apply: Callable[[], None] = lambda: None

    @contextmanager
    def writing(self) -> Iterator[None]:
        if self.busy:
            raise StorageBusyError("Another process is indexing.")
        yield

    def apply(self, puts: Sequence[Work], deletes: Sequence[int], *, position: int) -> None:
        self.before_apply()
        assert len({work.id for work in puts}) == len(puts)
        self.works.update((work.id, work) for work in puts)
        for number in deletes:
            self.works.pop(number, None)
        self.position = position

    def commit(self) -> None:
        self.commits += 1

    def state(self) -> IndexState:
        return IndexState(self.position, len(self.works), {})

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        return ((number, self.fingerprint(work)) for number, work in self.works.items())

    def fingerprint(self, work: Work) -> int:
        return hash((work.title, work.abstract, work.authors, work.ids, work.sources))

    def check(self) -> Sequence[str]:
        return ()

    def reset(self) -> None:
        self.works.clear()
        self.position = 0

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int,
        sort: Sort,
        facets: bool,
        standing: Mapping[int, float] = NOTHING,
        within: Collection[int] | None = None,
        blend: Blend | None = None,
    ) -> Results:
        raise AssertionError("nothing here searches")

    def count_days(self, query: Query, first: str = "", last: str = "") -> DayCounts:
        raise AssertionError("nothing here counts")

    def matches(self, query: Query, *, limit: int) -> tuple[Sequence[int], int]:
        raise AssertionError("nothing here searches")

    def vectors(self, work_ids: Sequence[int]) -> tuple[Sequence[int], Vectors]:
        raise AssertionError("nothing here has a vector")

    def related(self, works: Sequence[Work], *, limit: int) -> Results:
        raise AssertionError("nothing here searches")

    def highlight(self, query: Query, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        raise AssertionError("nothing here searches")

    def lacks_vectors(self) -> bool:
        return False

    def embed_pending(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, Work]],
        progress: Progress,
        *,
        fast_only: bool = False,
    ) -> int:
        return 0

    def close(self) -> None:
        return


class Letters:
    """An embedder that counts letters: fast, deterministic, and of no meaning."""

    id = "letters@1"
    dim = 26

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.lower().count(letter) for letter in ascii_lowercase] for text in texts]
        vectors = np.array(counts, np.float32).reshape(len(texts), self.dim)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_documents(texts)
