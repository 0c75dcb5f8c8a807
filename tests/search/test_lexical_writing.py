"""Writing: replacing, removing, one writer, readers elsewhere, damage and foreign makes."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from invented_works import fill, make_work, make_works

from broadsheet.errors import BroadsheetError, IndexNotReadyError, StorageBusyError
from broadsheet.model import Work
from broadsheet.query.parser import parse
from broadsheet.search.lexical import LexicalIndex
from broadsheet.search.lock import hold_lock

HOLD = """
import sys; from pathlib import Path; from broadsheet.search.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True); sys.stdin.read()
"""


def numbers(index: LexicalIndex, text: str = "") -> list[int]:
    return sorted(index.candidates(parse(text), 1000)[0].tolist())


def test_a_work_replaces_itself_however_often_it_comes(tmp_path: Path) -> None:
    """Fails when `LexicalWriter.add` never deletes, or deletes by a stale highest number."""
    index = fill(tmp_path / "i", [make_work(3, "Old title"), make_work(8, "Other")])
    for _ in range(2):
        with index.writing():
            index.add([make_work(3, "New title"), make_work(9), make_work(9, "Newest title")])
            index.add([make_work(9, "Last title")])
            index.commit()
    assert numbers(index) == [3, 8, 9]
    assert numbers(index, "old newest") == []
    assert numbers(index, "title") == [3, 9]


def test_removing_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    index = fill(tmp_path / "i", make_works(5))
    with index.writing():
        index.remove([2, 4, 77, -3, 10**30])
        index.commit()
    assert numbers(index) == [1, 3, 5]
    assert index.num_docs() == 3


def test_what_was_not_committed_is_not_there(tmp_path: Path) -> None:
    index = fill(tmp_path / "i", make_works(2))
    with pytest.raises(RuntimeError), index.writing():
        index.add([make_work(3)])
        raise RuntimeError
    with index.writing():
        index.add([make_work(4)])
    assert numbers(index) == [1, 2]


def test_a_commit_that_was_killed_can_be_made_again(tmp_path: Path) -> None:
    """As `kill -9` leaves it: the new files are there, and the index does not know of them.

    Fails when `LexicalWriter` does not clear away what the other had left.
    """
    fill(tmp_path / "i", make_works(20)).close()
    known = (tmp_path / "i" / "meta.json").read_bytes()
    for _ in range(2):
        (tmp_path / "i" / "meta.json").write_bytes(known)
        index = LexicalIndex.open(tmp_path / "i")
        with index.writing():
            index.add([make_work(3, "New title")])
            index.commit()
        assert numbers(index, "new") == [3]
        index.close()


def test_a_reader_sees_each_commit_and_a_reset(tmp_path: Path) -> None:
    """Fails when the view is kept for good. The reader stands for another process."""
    writer = fill(tmp_path / "i", make_works(3))
    reader = LexicalIndex.open(tmp_path / "i")
    with writer.writing():
        writer.add([make_work(4)])
        assert numbers(reader) == [1, 2, 3]
        writer.commit()
        assert numbers(reader) == [1, 2, 3, 4]
        writer.reset()
        assert numbers(reader) == []
        writer.add([make_work(1)])
        writer.commit()
    assert numbers(reader) == numbers(writer) == [1]


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    index = fill(tmp_path / "i", make_works(1))
    lock = tmp_path / "i.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with pytest.raises(StorageBusyError, match="Another process"), index.writing():
            pass
        holder.kill()
    with index.writing(), pytest.raises(StorageBusyError), hold_lock(lock):
        pass


def test_odd_text_goes_in(tmp_path: Path) -> None:
    odd = "\ud800 nul \x00 " + "x" * 70_000 + " \U0001d538 e\u0301t\u00e9"
    index = fill(tmp_path / "i", [make_work(1, odd, abstract=odd, authors=(odd, ""))])
    assert numbers(index, "ete") == [1]
    assert numbers(index, "nul") == [1]
    assert numbers(index, "x" * 3000) == []


@pytest.mark.parametrize(
    "name", ["title", "abstract", "summary", "venue", "code", "date", "kind", "withdrawn"]
)
def test_every_indexed_fact_is_in_the_fingerprint(tmp_path: Path, name: str) -> None:
    index = LexicalIndex.open(tmp_path / "i")
    others: dict[str, Any] = {"date": "2020-01", "kind": "news", "withdrawn": True}
    value = others.get(name, "changed")
    changed: Work = make_work(1, **{"title": "A study", name: value})
    assert index.fingerprint(changed) != index.fingerprint(make_work(1))
    assert index.fingerprint(make_work(2)) == index.fingerprint(make_work(1))


# --- Damage -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "index"
    index = fill(folder, make_works(300))
    with index.writing():
        index.remove([7])
        index.commit()
    return folder


def segment_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if len(path.name.partition(".")[0]) == 32)


@pytest.mark.parametrize("harm", ["cut", "emptied", "deleted", "a folder"])
def test_a_file_that_is_not_whole_is_noticed_on_opening(
    sound: Path, tmp_path: Path, harm: str
) -> None:
    names = [*(path.name for path in segment_files(sound)), "meta.json", "make.json"]
    for name in names:
        folder = tmp_path / name
        shutil.copytree(sound, folder)
        victim = folder / name
        if harm in ("deleted", "a folder"):
            victim.unlink()
            if harm == "a folder":
                victim.mkdir()
        else:
            data = victim.read_bytes()
            victim.write_bytes(data[: len(data) // 2] if harm == "cut" else b"")
        with pytest.raises(IndexNotReadyError):
            LexicalIndex.open(folder)
        assert LexicalIndex.create(folder).num_docs() == 0


@pytest.mark.parametrize("flips", [3, 300])
def test_flipped_bits_are_named_by_check_and_never_a_traceback(
    sound: Path, tmp_path: Path, flips: int
) -> None:
    """Fails when `reported` lets native panics through."""
    dice = random.Random(3)
    for path in segment_files(sound):
        folder = tmp_path / path.name
        shutil.copytree(sound, folder)
        data = bytearray(path.read_bytes())
        for _ in range(flips):
            data[dice.randrange(len(data) - 100)] ^= 1 << dice.randrange(8)
        (folder / path.name).write_bytes(data)
        try:
            index = LexicalIndex.open(folder)
            assert index.check() == [f"The index file {path.name} is damaged."]
            for text in ("glacier enzyme", '"to predict"', "author:ada", "category:cs.LG", ""):
                numbers(index, text)
                index.aggregate(parse(text))
            list(index.fingerprints())
        except BroadsheetError as error:
            assert isinstance(error, IndexNotReadyError)


def test_a_sound_index_has_nothing_to_say(sound: Path) -> None:
    assert LexicalIndex.open(sound).check() == []


@pytest.mark.parametrize("change", [{"version": 999}, {"schema": []}])
def test_an_index_of_another_make_is_refused(
    sound: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    folder = tmp_path / "i"
    shutil.copytree(sound, folder)
    make = orjson.loads((folder / "make.json").read_bytes())
    (folder / "make.json").write_bytes(orjson.dumps(make | change))
    with pytest.raises(IndexNotReadyError, match="another make"):
        LexicalIndex.open(folder)


def test_an_index_that_is_missing_is_made_only_if_asked(tmp_path: Path) -> None:
    with pytest.raises(IndexNotReadyError):
        LexicalIndex.open(tmp_path / "i", create=False)
    assert not (tmp_path / "i").exists()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(IndexNotReadyError):
        LexicalIndex.open(tmp_path)
    assert (tmp_path / "notes.txt").exists()
