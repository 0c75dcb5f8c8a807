"""The libraries that tests make are those that the migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import quickly
from broadsheet.storage import SqlStore
from broadsheet.works import compose


def contents(folder: Path) -> tuple[list[str], list[object]]:
    """What is in a library's file, and what marks it as one."""
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        names = ("application_id", "user_version", "journal_mode", "page_size", "encoding")
        marks = [connection.execute(f"PRAGMA {name}").fetchone() for name in names]
        tables = connection.execute(
            "SELECT type, name, sql, rootpage > 0 FROM sqlite_master ORDER BY type, name"
        ).fetchall()
        return sorted(connection.iterdump()), [*marks, *tables]


def test_a_quick_library_is_a_true_one(tmp_path: Path) -> None:
    """Break: drop an index in `quickly._make_empty` before the file is read."""
    with quickly.made():
        SqlStore.open(tmp_path / "quick", create=True, compose=compose).close()
    with quickly.not_made():
        SqlStore.open(tmp_path / "true", create=True, compose=compose).close()
    assert contents(tmp_path / "quick") == contents(tmp_path / "true")
