"""What makes libraries for tests quickly: the file of a new one is copied, not made; nobody waits
for the disk; and what one library has compiled or read from this package serves the next.

It changes nothing that a test can see: no test cuts the power, and the tables are those that the
migrations make (tests/test_quickly.py). The tests of the store make their files truly.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine

from broadsheet import storage
from broadsheet.search.embed import static
from broadsheet.storage import engine, migrate

UPGRADE = migrate.upgrade
PRAGMAS = engine.WRITE_PRAGMAS
FSYNC = os.fsync
COMPILED: dict[Any, Any] = {}


@contextmanager
def made() -> Iterator[None]:
    """Within, new libraries are made quickly."""
    pragmas = tuple(each.replace("FULL", "OFF") for each in PRAGMAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "upgrade", upgrade_quickly)
        patch.setattr(engine, "WRITE_PRAGMAS", pragmas)
        patch.setattr(engine, "create_engine", create_engine_quickly)
        patch.setattr(static, "StaticEmbedder", cache(static.StaticEmbedder))
        patch.setattr(os, "fsync", os.fstat)  # still refuses what is no file
        yield


@contextmanager
def not_made() -> Iterator[None]:
    """Within `made`, files are made as they were without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "upgrade", UPGRADE)
        patch.setattr(engine, "WRITE_PRAGMAS", PRAGMAS)
        patch.setattr(os, "fsync", FSYNC)
        yield


def upgrade_quickly(writer: Engine, path: Path) -> None:
    """What the migrations do: byte for byte in a new file, and by themselves in an old one."""
    if path.stat().st_size:
        UPGRADE(writer, path)
    else:
        path.write_bytes(_make_empty())


@cache
def _make_empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / engine.FILE_NAME
        writer = engine.open_writer(path, create=True)
        UPGRADE(writer, path)
        writer.dispose()
        return path.read_bytes()


def create_engine_quickly(url: str, **options: Any) -> Engine:
    """An engine that need not compile what another has compiled before it."""
    made = create_engine(url, execution_options={"compiled_cache": COMPILED}, **options)
    made.dialect = _get_dialect()  # what is compiled is kept by dialect
    return made


@cache
def _get_dialect() -> Dialect:
    first = create_engine("sqlite://")
    first.connect().close()  # a dialect asks its database for its version and more but once
    first.dispose()
    return first.dialect
