"""A library of invented papers, and a browser that has no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from invented import PAPERS, MakeLibrary, browse, open_invented
from lab import Lab, open_lab
from morning import kept_clean, open_morning
from starlette.testclient import TestClient

from broadsheet.library import Library
from broadsheet.model import Record
from broadsheet.people import Reader


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """All applications run in one event loop: to begin one for every request takes long."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The invented papers; for reading only."""
    with open_invented(tmp_path_factory.mktemp("papers"), PAPERS) as library:
        yield library


@pytest.fixture(scope="session")
def client(papers: Library) -> TestClient:
    """A browser at the invented papers."""
    return browse(papers)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library with a morning's papers, for the tests of one file: most of what a page costs is to
    open it."""
    with open_morning(tmp_path_factory.mktemp("morning")) as library:
        yield library


@pytest.fixture
def clean_morning(morning: Library) -> Iterator[Library]:
    """The same, as if nobody had used it before."""
    with kept_clean(morning):
        yield morning


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An instance with accounts, for the tests of one file."""
    lab = open_lab(tmp_path_factory.mktemp("lab"))
    with lab.library:
        yield lab


@pytest.fixture
def you(library: Library) -> Reader:
    """Who reads where there are no accounts."""
    return library.accounts.alone()


@pytest.fixture
def make_library(tmp_path: Path) -> Iterator[MakeLibrary]:
    """Makes libraries of given records, and closes them."""
    with ExitStack() as opened:

        def make(records: Sequence[Record]) -> Library:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            return opened.enter_context(open_invented(folder, records))

        yield make
