"""The command line run in this process, on a library that a test names."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from broadsheet.cli import main
from broadsheet.model import Identifier, PaperDate, Record

RECORDS = (
    Record(
        "demo",
        "a",
        "Counting sheep with graph networks",
        summary="A graph network counts sheep in a meadow.",
        authors=("Ada Byron",),
        ids=(Identifier("arxiv", "2401.00001"),),
        venue="ICLR",
        date=PaperDate("2024-01", "month_from_id"),
    ),
    Record("demo", "b", "Graph networks for goats", summary="Goats climb. Networks follow."),
    Record("demo", "c", "On the nature of whales", summary="Whales are large."),
)


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Shell:
    """Runs commands on one library and hands back what they did."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *args: str | Path) -> Done:
        self._capsys.readouterr()
        code = main(["--library", str(self.folder), *map(str, args)])
        return Done(code, *self._capsys.readouterr())


def write(path: Path, *records: Record) -> Path:
    path.write_bytes(b"".join(record.to_json() + b"\n" for record in records))
    return path
