"""Bit rot: found, named, and not in the way of everything else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from filling import Opener, fill

from broadsheet.errors import StorageError
from broadsheet.ports import silent
from broadsheet.storage import SqlStore
from papers import make_record


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill(store, *([make_record(number)] for number in range(5)))
    return store


def damage(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "library" / "library.db")) as connection:
        connection.execute(statement, values)
        connection.commit()


def test_a_sound_store(filled: SqlStore) -> None:
    heard: list[int] = []
    assert filled.find_damaged(lambda stage, done, total: heard.append(done)) == []
    assert filled.check() == []
    assert heard == [5]


@pytest.mark.parametrize("byte", [0, 1, 40, 150, -2])
@pytest.mark.parametrize("bit", [1, 64, 128])
def test_one_tipped_bit_is_found(filled: SqlStore, tmp_path: Path, byte: int, bit: int) -> None:
    """Break to see it fail: let `_is_sound` trust the stored hash."""
    payload = bytearray(make_record(2).to_json())
    payload[byte] ^= bit
    damage(tmp_path, "UPDATE record SET payload = ? WHERE id = 3", bytes(payload))
    assert filled.find_damaged(silent) == [3]
    assert filled.check() == []


@pytest.mark.parametrize("column", ["source", "key"])
def test_names_are_guarded_as_well(filled: SqlStore, tmp_path: Path, column: str) -> None:
    damage(tmp_path, f"UPDATE record SET {column} = CAST(x'ff41' AS TEXT) WHERE id = 4")
    assert filled.find_damaged(silent) == [4]


def test_reading_goes_on_beside_a_record_that_cannot_be_read(
    filled: SqlStore, tmp_path: Path
) -> None:
    damage(tmp_path, "UPDATE record SET payload = x'7b7d' WHERE id = 2")
    damage(tmp_path, "UPDATE record SET payload = x'ff' WHERE id = 3")
    assert sorted(filled.get_works(range(1, 6))) == [1, 4, 5]
    assert [work.id for batch in filled.iterate_works() for work in batch] == [1, 4, 5]
    assert [each.id for batch in filled.iterate_records() for each in batch] == [1, 4, 5]
    assert list(filled.get_work_records(2)) == []
    assert filled.find_damaged(silent) == [2, 3]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE record SET work_id = 1 WHERE id = 2", "1 works have no record; the first is 2"),
        ("DELETE FROM change WHERE work_id > 3", "2 works are missing in the change log"),
        ("UPDATE work SET redirect_to = 1 WHERE id = 5", "still have records or keys"),
        ("UPDATE record SET work_id = 77 WHERE id = 2", "points to a work that is gone"),
    ],
)
def test_what_does_not_hang_together_is_named(
    filled: SqlStore, tmp_path: Path, statement: str, words: str
) -> None:
    damage(tmp_path, statement)
    assert words in " ".join(filled.check())


def test_a_torn_file_is_named(filled: SqlStore, tmp_path: Path, open_store: Opener) -> None:
    filled.close()
    path = tmp_path / "library" / "library.db"
    data = bytearray(path.read_bytes())
    data[8192:] = bytes(len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(StorageError, match="is damaged; restore a backup"):
        open_store().get_counts()
