"""The composition root: the only place where adapters meet. Builds a `Library`, or raises."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from broadsheet.config import Settings
from broadsheet.connectors import FILE_FORMATS
from broadsheet.library import Clock, Library
from broadsheet.ports import Embedder
from broadsheet.search import HybridIndex
from broadsheet.search.embed import open_embedder
from broadsheet.storage import SqlStore, restore
from broadsheet.works import compose


def utc_now() -> datetime:
    """The clock of the doors; tests pass their own."""
    return datetime.now(UTC)


def open_embedders(spec: str) -> list[Embedder]:
    """The embedders in use, the fast one first: it serves until a slower one has caught up."""
    chosen = open_embedder(spec)
    if chosen is None:
        return []
    return [chosen] if spec == "static" else [*open_embedders("static"), chosen]


def open_library(settings: Settings, *, create: bool = True, clock: Clock = utc_now) -> Library:
    """Open the library in `settings.library`, making it (and its first migration) if need be.

    With `create=False` a folder without a library raises NotFoundError. Everything is closed
    again when a later part cannot be opened.
    """
    with ExitStack() as opened:
        store = SqlStore.open(settings.library, create=create, compose=compose)
        opened.callback(store.close)
        index = HybridIndex.open(settings.library / "index", open_embedders(settings.embedder))
        opened.callback(index.close)
        library = Library(store=store, index=index, formats=FILE_FORMATS, clock=clock)
        opened.pop_all()
        return library


def restore_library(settings: Settings, backup: Path) -> None:
    """Make the library in `settings.library` of a backup. Raises ConflictError if one is there."""
    restore(backup, settings.library)
