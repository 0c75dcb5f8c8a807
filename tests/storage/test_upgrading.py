"""A library of an older schema becomes one of today's, with everything that was in it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from community import add_readers, add_shelf, vote
from filling import Opener, fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.people import (
    Act,
    Comment,
    Follow,
    Invitation,
    Key,
    Reader,
    Role,
    SavedSearch,
    Session,
    Signal,
)
from broadsheet.sources import (
    Announcement,
    Item,
    Measure,
    Outcome,
    Rejected,
    Source,
    StreamReport,
    StreamState,
)
from broadsheet.storage import SqlStore, migrate
from broadsheet.storage.engine import APPLICATION_ID, open_writer
from broadsheet.storage.schema import HEAD
from papers import LATER, NOW, make_record

FIRST = ("work", "record", "work_key", "change", "event", "barred")
LIVE = ("source", "stream", "item", "announcement", "page", "measure", "rejection", "report")
PEOPLE = (
    "reader", "session", "reader_key", "invitation", "shelf", "saved", "search", "follow", "vote",
    "comment", "signal", "edition", "printed", "standing", "stamp",
)  # fmt: skip
TABLES = {"0001": FIRST, "0002": FIRST + LIVE, "0003": FIRST + LIVE + PEOPLE}
DAY = date(2026, 2, 27)


def make_old_library(path: Path, store: SqlStore, revision: str) -> None:
    """A file of an older revision with what is in a store of today."""
    path.parent.mkdir()
    writer = open_writer(path, create=True)
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    with writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        if revision == "0001":
            connection.exec_driver_sql("INSERT INTO cursor VALUES ('arxiv', 'page 1')")
        if revision == "0003":
            connection.exec_driver_sql("DELETE FROM stamp")  # a new one has a row of its own
    writer.dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("ATTACH ? AS today", (str(store._path),))
        for table in TABLES[revision]:
            old.execute(f"INSERT INTO main.{table} SELECT * FROM today.{table}")


def rows_of(path: Path, revision: str) -> dict[str, list[object]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in TABLES[revision]
        }


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        revision: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return revision


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Three papers, two of them merged, and something in every table of live sources and of a
    community."""
    one, two, _ = fill(store, *([make_record(number)] for number in range(3)))
    keys = [make_record(number).key for number in range(3)]
    run = StreamReport("arxiv", "oai", "papers", Outcome.DONE, NOW, NOW, added=3)
    with store.write() as writing:
        writing.merge_works(one, two, reason="the same", now=NOW)
        writing.put_source(Source("arxiv", "arxiv", ("cs.LG",), NOW))
        writing.put_stream(StreamState("arxiv", "oai", "page 1"))
        writing.add_report(run)
        writing.put_items("arxiv", [Item(key, 1) for key in keys], now=NOW)
        told = [Announcement("cs.LG", DAY, key, "new", 1) for key in keys]
        writing.add_announcements("arxiv", told, now=NOW)
        writing.add_pages("arxiv", [("cs.LG", DAY)], page="https://rss.example/", now=NOW)
        for at, upvotes in ((NOW, 9), (LATER, 5)):
            said = [Measure(keys[0], "upvotes", upvotes), Measure(keys[2], "citations", upvotes)]
            writing.add_measures("arxiv", said, now=at)
        writing.add_rejections("arxiv", [Rejected("x", "no title")], now=NOW)
    [bo] = add_readers(store, "bo")
    live(store, bo, one)
    return store


def live(store: SqlStore, reader_id: int, work_id: int) -> None:
    """A reader leaves a trace in every table of a community."""
    sections = (Section("top", "Top", (Entry(1, work_id, "A title"),)),)
    shelf_id = add_shelf(store, reader_id, work_id)
    with store.write() as writing:
        writing.put_session(Session(b"s", reader_id, NOW, NOW))
        writing.put_key(Key(0, b"k", reader_id, "script", NOW))
        writing.put_invitation(Invitation(0, b"i", reader_id, Role.READER, NOW, LATER))
        writing.put_search(SavedSearch(0, reader_id, "Bees", "bees", NOW))
        writing.put_follow(Follow(reader_id, "Ada Example", NOW))
        writing.put_comment(Comment(0, work_id, reader_id, "Yes.", NOW))
        writing.add_signals([Signal(reader_id, Act.SAVE, NOW, work_id, shelf_id)])
        writing.print_edition(
            Edition(Scope.READER, "2026-03-01", DAY, DAY, NOW, 0, reader_id, sections=sections)
        )
    vote(store, reader_id, work_id)


@pytest.fixture(params=TABLES)
def old(tmp_path: Path, filled: SqlStore, request: pytest.FixtureRequest) -> tuple[Path, str]:
    """The file of a library of an older revision, and which that is."""
    path = tmp_path / "old" / "library.db"
    make_old_library(path, filled, request.param)
    return path, request.param


def test_everything_is_still_there(
    old: tuple[Path, str], filled: SqlStore, open_store: Opener
) -> None:
    """Break to see it fail: drop `event` in `r0002_live.py`, `page` in `r0003_people.py`, or
    `vote` in `r0004_learning.py`."""
    path, revision = old
    before = rows_of(path, revision)
    assert revision_of(path) == revision
    assert all(before[table] for table in TABLES[revision] if table != "barred")
    store = open_store(path.parent, create=False)
    assert rows_of(path, revision) == before
    assert revision_of(path) == HEAD
    assert store.check() == []
    with store.write() as writing:
        writing.put_stream(StreamState("arxiv", "rss", "page 2"))
        writing.put_reader(Reader(0, "ada", "Ada", Role.READER, NOW))
    assert StreamState("arxiv", "rss", "page 2") in store.get_streams()
    assert len(store.get_sources()) == (revision != "0001")


def test_what_papers_stand_by_is_worked_out_for_an_old_library(
    old: tuple[Path, str], filled: SqlStore, open_store: Opener
) -> None:
    """Break to see it fail: leave the INSERT out of `_create_standing`."""
    path, revision = old
    store = open_store(path.parent, create=False)
    assert store.get_standing("votes") == {"0001": {}, "0002": {1: 5}, "0003": {1: 6}}[revision]
    cited = filled.get_standing("citations") if revision != "0001" else {}
    assert store.get_standing("citations") == cited
    assert store.standing_stamp() == (filled.standing_stamp() if revision == "0003" else 0)


LAST = {"0001": "report", "0002": "stamp", "0003": "letter_payload"}
"""The last table that the next revision makes."""


def test_an_upgrade_that_fails_leaves_the_old_library(
    old: tuple[Path, str], open_store: Opener
) -> None:
    """Break to see it fail: commit after each step of a revision."""
    path, revision = old
    last = LAST[revision]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {last} (in_the_way)")
        connection.commit()
    with pytest.raises(Exception, match=f"{last} already exists"):
        open_store(path.parent, create=False)
    assert revision_of(path) == revision
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        made = ["cursor" in names, "announcement" in names, "reader" in names, "answer" in names]
        assert made == [revision == "0001", revision > "0001", revision > "0002", False]
        connection.execute(f"DROP TABLE {last}")
        connection.commit()
    assert open_store(path.parent, create=False).get_counts()["works"] == 2


def test_killed_during_an_upgrade_a_library_is_as_it_was(
    tmp_path: Path, filled: SqlStore, open_store: Opener
) -> None:
    """A process dies at the last statement of the upgrade; the next one does it all.

    Break to see it fail: begin no transaction in `open_writer`.
    """
    path = tmp_path / "old" / "library.db"
    make_old_library(path, filled, "0002")
    before = rows_of(path, "0002")
    dead = subprocess.run([sys.executable, "-c", _DIE, str(path.parent)], check=False)
    assert dead.returncode == 9
    assert revision_of(path) == "0002"
    assert rows_of(path, "0002") == before
    store = open_store(path.parent, create=False)
    assert (revision_of(path), rows_of(path, "0002")) == (HEAD, before)
    assert store.check() == []


_DIE = """
import os, sys
from pathlib import Path
from sqlalchemy import Engine, event
from broadsheet.storage import SqlStore
from broadsheet.works import compose

def die(connection, cursor, statement, *_):
    if "UPDATE alembic_version" in statement:
        os._exit(9)

event.listen(Engine, "before_cursor_execute", die)
SqlStore.open(Path(sys.argv[1]), create=False, compose=compose)
"""
