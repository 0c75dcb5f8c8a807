"""A library of the first schema becomes one of today's, with everything that was in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from filling import Opener, fill

from broadsheet.sources import StreamState
from broadsheet.storage import SqlStore, migrate
from broadsheet.storage.engine import APPLICATION_ID, open_writer
from broadsheet.storage.schema import HEAD
from papers import NOW, make_record

OLD_TABLES = ("work", "record", "work_key", "change", "event", "barred")


def make_old_library(path: Path, store: SqlStore) -> None:
    """A file of revision 0001 with the papers of a store of today."""
    path.parent.mkdir()
    writer = open_writer(path, create=True)
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    with writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql("INSERT INTO cursor VALUES ('arxiv', 'page 1')")
    writer.dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("ATTACH ? AS today", (str(store._path),))
        for table in OLD_TABLES:
            old.execute(f"INSERT INTO main.{table} SELECT * FROM today.{table}")


def rows_of(path: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in OLD_TABLES
        }


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        revision: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return revision


@pytest.fixture
def old(tmp_path: Path, store: SqlStore) -> Path:
    one, two, _ = fill(store, *([make_record(number)] for number in range(3)))
    with store.write() as writing:
        writing.merge_works(one, two, reason="the same", now=NOW)
    path = tmp_path / "old" / "library.db"
    make_old_library(path, store)
    return path


def test_everything_is_still_there(old: Path, open_store: Opener) -> None:
    """Break to see it fail: drop `event` in `r0002_live.py`."""
    before = rows_of(old)
    assert revision_of(old) == "0001"
    assert all(before[table] for table in ("work", "record", "work_key", "change", "event"))
    store = open_store(old.parent, create=False)
    assert rows_of(old) == before
    assert revision_of(old) == HEAD
    assert store.check() == []
    with store.write() as writing:
        writing.put_stream(StreamState("arxiv", "oai", "page 1"))
    assert store.get_streams() == [StreamState("arxiv", "oai", "page 1")]
    assert store.get_sources() == []


def test_an_upgrade_that_fails_leaves_the_old_library(old: Path, open_store: Opener) -> None:
    """Break to see it fail: commit after each step of a revision."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE report (in_the_way)")  # the last that 0002 makes
        connection.commit()
    with pytest.raises(Exception, match="report already exists"):
        open_store(old.parent, create=False)
    assert revision_of(old) == "0001"
    with closing(sqlite3.connect(old)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert "cursor" in names and "announcement" not in names
        connection.execute("DROP TABLE report")
        connection.commit()
    assert open_store(old.parent, create=False).get_counts()["works"] == 2
