"""What makes files for tests quickly: tables without Alembic, and no waiting for the disk.

It changes nothing that a test can see: no test cuts the power, and the tables are those that the
migrations make (tests/test_quickly.py). The tests of the store do without it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Connection

from broadsheet.storage import engine, migrate

APPLY = migrate._apply_revisions
PRAGMAS = engine.WRITE_PRAGMAS
FSYNC = os.fsync


@contextmanager
def made() -> Iterator[None]:
    """Within, new libraries are made quickly."""
    pragmas = tuple(each.replace("FULL", "OFF") for each in PRAGMAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_apply_revisions", apply_quickly)
        patch.setattr(engine, "WRITE_PRAGMAS", pragmas)
        patch.setattr(os, "fsync", os.fstat)  # still refuses what is no file
        yield


@contextmanager
def not_made() -> Iterator[None]:
    """Within `made`, as it was without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_apply_revisions", APPLY)
        patch.setattr(engine, "WRITE_PRAGMAS", PRAGMAS)
        patch.setattr(os, "fsync", FSYNC)
        yield


def apply_quickly(connection: Connection) -> None:
    """What the migrations do: word for word in a new file, and by themselves in an old one."""
    new = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if not new:
        APPLY(connection)
        return
    for statement in _get_statements():
        connection.exec_driver_sql(statement)


@cache
def _get_statements() -> tuple[str, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / engine.FILE_NAME
        writer = engine.open_writer(path, create=True)
        with writer.begin() as connection:
            APPLY(connection)
        writer.dispose()
        with closing(sqlite3.connect(path)) as database:
            statements = tuple(database.iterdump())
    return statements[1:-1]  # without the transaction around them
