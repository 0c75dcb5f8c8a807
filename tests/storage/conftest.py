"""A store of its own for every test, on a real file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filling import Opener

import quickly
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import open_empty


@pytest.fixture(autouse=True)
def true_files(quick_files: None) -> Iterator[None]:
    """Here files are made, and written to, as they are for everybody."""
    with quickly.not_made():
        yield


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Opener]:
    """Opens the store in a folder as often as a test likes; a second writer does not wait."""
    with ExitStack() as opened:

        def open_one(folder: Path = tmp_path / "library", *, create: bool = True) -> SqlStore:
            store = SqlStore.open(folder, create=create, compose=compose, wait=0)
            opened.callback(store.close)
            return store

        yield open_one


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path / "library")
    yield store
    store.close()
