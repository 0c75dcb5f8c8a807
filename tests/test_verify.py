"""Verify names everything in which index and store, or a record and its hash, differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.batch import encode, store_batch
from broadsheet.follow import follow_changes, rebuild
from broadsheet.storage import SqlStore
from broadsheet.verify import verify_library
from broadsheet.works import compose
from papers import NOW, DictIndex, make_record, open_empty


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path)
    records = [make_record(number) for number in range(5)]
    with store.write() as writing:
        store_batch(writing, [(each, *encode(each)) for each in records], now=NOW)
    yield store
    store.close()


@pytest.fixture
def index(store: SqlStore) -> DictIndex:
    index = DictIndex()
    follow_changes(store, index)
    return index


def test_a_sound_library(store: SqlStore, index: DictIndex) -> None:
    stages: list[str] = []
    report = verify_library(store, index, lambda stage, done, total: stages.append(stage))
    assert report.ok
    assert (report.works, report.records) == (5, 5)
    assert stages == ["Checking records", "Comparing the index"]


def test_every_difference_is_named_and_mended(store: SqlStore, index: DictIndex) -> None:
    """Break to see it fail: leave any of the three out of `verify_library`."""
    del index.works[2]
    index.works[3] = replace(index.works[3], title="Another")
    index.works[77] = compose(77, [make_record(7)])
    report = verify_library(store, index)
    assert not report.ok
    assert report.missing_in_index == (2,)
    assert report.stale_in_index == (3,)
    assert report.extra_in_index == (77,)
    rebuild(store, index)
    assert verify_library(store, index).ok


def test_a_damaged_record_is_named(store: SqlStore, index: DictIndex, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        connection.execute("UPDATE record SET payload = x'00' WHERE id = 4")
        connection.commit()
    report = verify_library(store, index)
    assert report.damaged_records == (4,)
    assert report.extra_in_index == (4,)


def test_what_store_and_index_say_of_themselves(
    store: SqlStore, index: DictIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "check", lambda: ["The store creaks."])
    monkeypatch.setattr(index, "check", lambda: ["The index squeaks."])
    assert verify_library(store, index).problems == ("The store creaks.", "The index squeaks.")
