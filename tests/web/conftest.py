"""A library of invented papers, and a browser that has no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from invented import PAPERS, MakeLibrary, browse, open_invented
from starlette.testclient import TestClient

from broadsheet.library import Library
from broadsheet.model import Record


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The invented papers; for reading only."""
    with open_invented(tmp_path_factory.mktemp("papers"), PAPERS) as library:
        yield library


@pytest.fixture(scope="session")
def client(papers: Library) -> TestClient:
    """A browser at the invented papers."""
    return browse(papers)


@pytest.fixture
def make_library(tmp_path: Path) -> Iterator[MakeLibrary]:
    """Makes libraries of given records, and closes them."""
    with ExitStack() as opened:

        def make(records: Sequence[Record]) -> Library:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            return opened.enter_context(open_invented(folder, records))

        yield make
