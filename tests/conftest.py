"""What holds for every test: no network, a clean environment, a home of its own."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from broadsheet.library import Library
    from desk import Room
    from newsstand import News
    from pressroom import Template
    from shelfmarks import Readers
    from shell import Shell

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
QUICK = "not slow and not browser"
HOMES = count()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests are no garbage: the collector need not look at them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Folders of which everything is marked need not be imported to be left out."""
    marked = collection_path.parent == Path(__file__).parent and collection_path.name in {
        "slow",
        "browser",
    }
    return True if marked and config.option.markexpr == QUICK else None


@pytest.fixture(scope="session", autouse=True)
def quick_files() -> Iterator[None]:
    """New libraries without Alembic, and no waiting for the disk (see `quickly`)."""
    import quickly

    with quickly.made():
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine and nothing else."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one test, in which there is nothing, nor is there the folder."""
    return tmp_path_factory.getbasetemp() / "homes" / str(next(HOMES))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No setting of the person who runs the tests is seen by them."""
    for name in os.environ:
        if name.startswith("BROADSHEET_") or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}:
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library made of the real rooms."""
    from broadsheet.config import Settings
    from broadsheet.wiring import open_library

    settings = Settings(library=tmp_path / "library")
    with open_library(settings, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A newsroom that follows the toy source, over a real store."""
    from desk import Room

    room = Room(tmp_path / "newsroom")
    yield room
    room.store.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo library, made once; for reading only."""
    from broadsheet.cli import codes, main
    from broadsheet.demo import demo_file

    folder = tmp_path_factory.mktemp("demo") / "library"
    assert main(["--library", str(folder), "import", str(demo_file())]) == codes.OK
    return folder


@pytest.fixture
def demo(demo_folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands on the demo library, which must not change it."""
    from shell import Shell

    return Shell(demo_folder, capsys)


@pytest.fixture(scope="session")
def three_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a file of three papers, and a library that holds them; for copying only."""
    from broadsheet.cli import codes, main
    from shell import RECORDS, write

    folder = tmp_path_factory.mktemp("three")
    file = write(folder / "papers.jsonl", *RECORDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BROADSHEET_EMBEDDER", "none")
        assert main(["--library", str(folder / "library"), "import", str(file)]) == codes.OK
    return folder


@pytest.fixture
def shell(
    three_papers: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A library of three papers, without search by meaning, which takes a moment to open."""
    from shell import Shell

    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    shutil.copytree(three_papers, tmp_path, dirs_exist_ok=True)
    return Shell(tmp_path / "library", capsys)


@pytest.fixture
def news(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> News:
    """A library yet to be made, whose only kind of source is the toy."""
    from newsstand import News

    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    monkeypatch.setenv("TZ", "UTC")
    return News(tmp_path / "library", capsys, monkeypatch)


@pytest.fixture
def bees(news: News) -> News:
    """A library that follows the toy."""
    from newsstand import follow_bees

    return follow_bees(news)


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Readers]:
    """Three readers in a library of four papers."""
    from shelfmarks import Readers

    made = Readers(tmp_path / "reading-room")
    yield made
    made.library.close()


@pytest.fixture
def searching_readers(tmp_path: Path) -> Iterator[Readers]:
    """The same with a real index."""
    from shelfmarks import Readers

    made = Readers(tmp_path / "reading-room", searching=True)
    yield made
    made.library.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Readers]:
    """Readers of another library, which has no papers."""
    from shelfmarks import Readers

    made = Readers(tmp_path / "elsewhere", papers=False)
    made.later(60 * 24)
    yield made
    made.library.close()


@pytest.fixture(scope="session")
def own_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A library with the papers of `ownroom`, made once; for copying only."""
    from ownroom import make_template

    return make_template(tmp_path_factory.mktemp("own"))
