"""`./run bench compose`: the own editions of 1,000 readers, from a day's papers to printed ones.

Lays a library of 27,000 real papers (an even part of `../shared/data/arxiv-180k.jsonl.gz`) in
`.bench/composing`, of which 2,000 are announced on one day, and 1,000 readers with three shelves
each; on each shelf are ten older papers of one category, and everybody had an edition the day
before. Then a fresh process prints all of their editions, in a copy of that library: it reads what
is new, lets every shelf choose, lays the pages out, and keeps them. Seconds are of the wall and of
the processor, in one thread; memory is the most that the process ever held, mapped pages included.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks.corpora import ARXIV, SEED, WORK, real_papers, write_jsonl
from benchmarks.timing import one_thread, table
from broadsheet.config import Settings
from broadsheet.edition import Edition, Scope
from broadsheet.library import Library
from broadsheet.model import Work
from broadsheet.people import Reader, Role, Saved, Shelf
from broadsheet.sources import Announcement, Item
from broadsheet.wiring import open_library

PAPERS, NEWS = 27_000, 2_000
READERS, SHELVES, ON_SHELF = 1_000, 3, 10
DAY = date(2026, 9, 1)
MORNING = datetime(2026, 9, 1, 6, tzinfo=UTC)
BEFORE = MORNING - timedelta(days=7)
FOLDER = WORK / "composing"
Numbers = dict[str, float]


def main() -> None:
    if not ARXIV.exists():
        sys.exit(f"There is no {ARXIV}: this benchmark needs the papers in it.")
    one_thread()  # more would wait for each other: what a shelf works out is small
    if not (FOLDER / "ready").exists():
        lay_library(FOLDER)
    with _open(FOLDER / "library") as library:
        library.recommender.refresh()
    with tempfile.TemporaryDirectory(dir=WORK) as copy:
        shutil.copytree(FOLDER / "library", Path(copy) / "library")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            numbers = process.submit(print_editions, Path(copy) / "library").result()
    print(table(["what", "measured"], [[name, f"{value:,.2f}"] for name, value in numbers.items()]))
    (WORK / "compose.json").write_text(json.dumps(numbers, indent=1))


def print_editions(folder: Path) -> Numbers:
    """Print all that is due, in this process."""
    with _open(folder) as library:
        begun, used = time.perf_counter(), time.process_time()
        library.recommender.refresh()
        opened, used_to_open = time.perf_counter() - begun, time.process_time() - used
        begun, used = time.perf_counter(), time.process_time()
        printed = library.press.print_own_due(MORNING)
        seconds, processor = time.perf_counter() - begun, time.process_time() - used
        entries = [len(edition.entries) for edition in printed]
        begun = time.perf_counter()
        library.press.print_own_due(MORNING)
        idle = time.perf_counter() - begun
    return {
        "editions printed": len(printed),
        "papers in an edition, mean": sum(entries) / max(len(entries), 1),
        "reading the pool in: s": opened,
        "reading the pool in, processor: s": used_to_open,
        "composing and printing: s": seconds,
        "composing and printing, processor: s": processor,
        "asking once more, nobody due: ms": 1000 * idle,
        "peak memory: MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


def _open(folder: Path) -> Library:
    return open_library(Settings(library=folder), clock=lambda: MORNING)


# --- The library ----------------------------------------------------------------------------------


def lay_library(folder: Path) -> None:
    """Make the library with its readers; takes some minutes, once."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rng = random.Random(SEED)
    papers = list(real_papers())
    chosen = rng.sample(papers, PAPERS)
    with _open(folder / "library") as library:
        library.import_files([write_jsonl(iter(chosen), folder / "papers.jsonl")])
        works = [work for batch in library._store.iterate_works() for work in batch]
        rng.shuffle(works)
        _announce(library, works[:NEWS])
        _add_readers(library, works[NEWS:], rng)
        _print_yesterday(library)
        library.recommender.refresh()
    (folder / "ready").touch()


def _announce(library: Library, works: Sequence[Work]) -> None:
    keys = [
        record.record.key for work in works for record in islice(library.get_records(work.id), 1)
    ]
    told = [
        Announcement("all", DAY, key, "new", position=place) for place, key in enumerate(keys, 1)
    ]
    at = MORNING - timedelta(hours=2)
    with library._store.write() as transaction:
        transaction.add_announcements("arxiv", told, now=at)
        transaction.put_items("arxiv", [Item(key) for key in keys], now=at)


def _add_readers(library: Library, works: Sequence[Work], rng: random.Random) -> None:
    by_category: dict[str, list[int]] = defaultdict(list)
    for work in works:
        for category in work.categories[:1]:
            by_category[category].append(work.id)
    large = sorted(name for name, numbers in by_category.items() if len(numbers) >= 5 * ON_SHELF)
    with library._store.write() as transaction:
        for number in range(READERS):
            name = f"reader{number:04}"
            reader_id = transaction.put_reader(Reader(0, name, name, Role.READER, BEFORE))
            for category in rng.sample(large, SHELVES):
                shelf_id = transaction.put_shelf(Shelf(0, reader_id, category, BEFORE))
                saved = rng.sample(by_category[category], ON_SHELF)
                transaction.put_saved([Saved(shelf_id, paper, BEFORE) for paper in saved])


def _print_yesterday(library: Library) -> None:
    """Everybody had an edition the day before: a first one would take in the whole library."""
    day, made_at = DAY - timedelta(days=1), MORNING - timedelta(days=1)
    with library._store.write() as transaction:
        for reader_id in library._store.get_readers():
            transaction.print_edition(
                Edition(
                    Scope.READER,
                    day.isoformat(),
                    day,
                    day,
                    made_at,
                    reader_id=reader_id,
                    quiet="Nothing new came.",
                )
            )


if __name__ == "__main__":
    main()
