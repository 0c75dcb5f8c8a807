"""Kill an import at any moment: nothing acknowledged is lost, and index and store end up equal."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.follow import follow_changes
from broadsheet.model import Record, content_hash
from broadsheet.ports import silent
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from broadsheet.verify import verify_library
from broadsheet.works import compose
from papers import Letters, make_record

HERE = Path(__file__).parent
TESTS = HERE.parent
PAPERS = 2400
BATCHES = PAPERS * 5 // 4 // 200
KILLS = 50
SEED = 20260301


def make_papers(seed: int) -> Sequence[Record]:
    """Papers of which one in four comes a second time, as a bibliography has it."""
    chance = random.Random(seed)
    records = [make_record(number) for number in range(PAPERS)]
    again = chance.sample(records, PAPERS // 4)
    records += [replace(each, source="bibtex", ids=(), abstract="") for each in again]
    chance.shuffle(records)
    return records


def start_import(folder: Path, library: Path) -> subprocess.Popen[bytes]:
    files = library, folder / "papers.jsonl", folder / "acknowledged"
    path = os.pathsep.join(map(str, (TESTS.parent / "src", TESTS)))
    return subprocess.Popen(
        [sys.executable, str(HERE / "importing.py"), *map(str, files)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
    )


def kill_after(
    process: subprocess.Popen[bytes], folder: Path, batches: int, seconds: float
) -> None:
    """Kill the import some seconds after it has acknowledged so many batches, if it lives on."""
    before = len(read_acknowledged(folder))
    while len(read_acknowledged(folder)) - before < batches and is_running(process, 0.002):
        pass
    if is_running(process, seconds):
        process.kill()


def is_running(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def read_acknowledged(folder: Path) -> list[int]:
    """After each batch, how many rows of the file were safe."""
    return [int(line) for line in (folder / "acknowledged").read_text().splitlines()]


def require_sound(library: Path, acknowledged: Sequence[Record]) -> int:
    """Open after a crash, catch up, verify; returns how many works the library has."""
    store = SqlStore.open(library, create=True, compose=compose)
    index = HybridIndex.open(library / "index", [Letters()])
    with store.write() as transaction:
        hashes = {content_hash(record.to_json()) for record in acknowledged}
        assert transaction.find_known(hashes) == hashes, "an acknowledged paper is lost"
    follow_changes(store, index)
    report = verify_library(store, index, silent)
    assert report.ok, report
    index.close()
    store.close()
    return report.works


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    """Break to see it fail: acknowledge before `store.write` has ended (`_store_rows`), or let
    the index write its position before its data (`HybridIndex.commit`)."""
    chance = random.Random(SEED)
    records = make_papers(SEED)
    (tmp_path / "papers.jsonl").write_bytes(b"".join(r.to_json() + b"\n" for r in records))
    (tmp_path / "acknowledged").touch()
    library, finished = tmp_path / "library", 0
    for _ in range(KILLS):
        process = start_import(tmp_path, library)
        kill_after(process, tmp_path, chance.randrange(BATCHES + 3), chance.uniform(0, 0.2))
        _, trouble = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), trouble.decode()
        safe = max(read_acknowledged(tmp_path), default=0)
        works = require_sound(library, records[:safe])
        if process.returncode == 0:
            finished += 1
            assert works == PAPERS
            library = tmp_path / f"library{finished}"  # and once more from the beginning
            (tmp_path / "acknowledged").write_text("")
    assert finished < KILLS // 2, "too few kills met a running import"
