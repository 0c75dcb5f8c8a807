"""`./run bench signal [PAPERS]`: from a reader's signal to the next ranking of a shelf.

Lays a library of 25,000 real papers (the newest of `../shared/data/arxiv-180k.jsonl.gz`, dated as
if they were the last month's, so that all of them are ranked) in `.bench/signal`, and a reader with
three shelves of 30, 20 and 20 papers. Then measures, in one process and on one thread: reading the
papers in for the shelves, from nothing and for 1,000 more; an answer and the ranking after it, as
`Recommender.rank` gives it to a page; the same for a paper that is saved and that the papers read
in lack, since it is older than they; the first ranking of a process; and memory. What a ranking
takes is told by the clock and by the processor's time, which other work on the machine lengthens
less.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import NamedTuple

from benchmarks.timing import one_thread, peak_memory, percentile, private_memory, table

one_thread()

from benchmarks.corpora import ARXIV, WORK, Paper, real_papers, write_jsonl  # noqa: E402
from broadsheet.config import Settings  # noqa: E402
from broadsheet.learning import Opinion  # noqa: E402
from broadsheet.library import Library  # noqa: E402
from broadsheet.wiring import open_library  # noqa: E402

PAPERS, MORE, OLD = 25_000, 1_000, 60
DAYS = 28
SHELVES = {"state space models": 30, "diffusion models image": 20, "conformal prediction": 20}
SIGNALS = 40
FOLDER = WORK / "signal"


class Times(NamedTuple):
    """Milliseconds by the clock and by the processor, of one act after another."""

    clock: list[float]
    processor: list[float]

    @classmethod
    def none(cls) -> Times:
        return cls([], [])

    def take(self, act: Callable[[], object]) -> None:
        begun, used = time.perf_counter(), time.process_time()
        act()
        self.processor.append(1000 * (time.process_time() - used))
        self.clock.append(1000 * (time.perf_counter() - begun))

    def row(self, what: str) -> list[str]:
        return [f"{what}, ms: median, 95 %", _say(self.clock), _say(self.processor)]


def main() -> None:
    if not ARXIV.exists():
        sys.exit(f"There is no {ARXIV}: this benchmark needs the papers in it.")
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else PAPERS
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    every = nlargest(papers + MORE + OLD, real_papers(), key=lambda paper: str(paper["date"]))
    newest, old = _date(every[: papers + MORE]), every[papers + MORE :]
    with open_library(Settings(library=FOLDER / "library")) as library:
        library.import_files([write_jsonl(iter(newest[MORE:]), FOLDER / "papers.jsonl")])
        before = private_memory(os.getpid())
        rows = [_measure_reading(library, f"{papers:,} papers from nothing")]
        library.import_files([write_jsonl(iter(newest[:MORE]), FOLDER / "more.jsonl")])
        rows += [_measure_reading(library, f"{MORE:,} papers more"), *_measure_signals(library)]
        library.import_files([write_jsonl(iter(old), FOLDER / "old.jsonl")])
        rows += [_measure_strangers(library)]
        grown = (private_memory(os.getpid()) - before) / 1e6
    rows += _measure_start()
    rows += [["memory of its own, MB", f"{grown:,.0f}", ""]]
    rows += [["peak of the process, MB", f"{peak_memory(os.getpid()) / 1e6:,.0f}", ""]]
    print(table(["what", "by the clock", "of the processor"], rows))


def _date(papers: list[Paper]) -> list[Paper]:
    """The papers, the newest first, as if they had come evenly in the last weeks."""
    today = datetime.now(UTC).date()
    return [
        {**paper, "date": (today - timedelta(place * DAYS // len(papers))).isoformat()}
        for place, paper in enumerate(papers)
    ]


def _measure_reading(library: Library, what: str) -> list[str]:
    begun, used = time.perf_counter(), time.process_time()
    library.recommender.refresh()
    taken = time.perf_counter() - begun, time.process_time() - used
    return [f"reading in {what}, s", *(f"{each:.1f}" for each in taken)]


def _measure_signals(library: Library) -> list[list[str]]:
    reader = library.accounts.alone()
    shelves = {}
    for name, size in SHELVES.items():
        shelves[name] = library.shelves.make(reader, name).target
        for shown in library.search(name, limit=size).shown:
            library.shelves.save(reader, shown.work.id, [shelves[name]])
    shelf = shelves[next(iter(SHELVES))]
    found = library.recommender.rank(reader, shelf, limit=2 * SIGNALS).matches
    answering, ranking = Times.none(), Times.none()
    library.recommender.warm()
    for place, match in enumerate(found[:SIGNALS]):
        opinion = Opinion.DISLIKE if place % 3 == 2 else Opinion.LIKE
        answer = library.recommender.answer
        answering.take(lambda: answer(reader, match.work_id, opinion, shelf))  # noqa: B023
        ranking.take(lambda: library.recommender.rank(reader, shelf))
    return [answering.row("an answer"), ranking.row("the ranking after it")]


def _measure_strangers(library: Library) -> list[str]:
    """The ranking after a save of each paper that came last, and was not read in yet."""
    reader, last = library.accounts.alone(), library.stats().works
    shelf = library.shelves.get(reader)[0].id
    library.recommender.warm()
    times = Times.none()
    for number in range(last - OLD + 1, last + 1):
        library.shelves.save(reader, number, [shelf])
        times.take(lambda: library.recommender.rank(reader, shelf))
    return times.row("the ranking after a paper that was not read in")


def _measure_start() -> list[list[str]]:
    """What a process that serves has at hand before the first request, and that request."""
    with open_library(Settings(library=FOLDER / "library")) as library:
        library.recommender.refresh()  # what the reader saved meanwhile is in what was kept
    warming, first = Times.none(), Times.none()
    with open_library(Settings(library=FOLDER / "library")) as library:
        reader = library.accounts.alone()
        shelf = library.shelves.get(reader)[-1].id
        warming.take(library.recommender.warm)
        first.take(lambda: library.recommender.rank(reader, shelf))
    return [warming.row("taking up what was kept"), first.row("the first ranking of a process")]


def _say(times: list[float]) -> str:
    return f"{percentile(times, 0.5):.0f}, {percentile(times, 0.95):.0f}"


if __name__ == "__main__":
    main()
