"""Run as a program of its own: syncs a library from the simulator until nothing is due.

    python syncing.py LIBRARY SIMULATOR CLOCK UNTIL ACKNOWLEDGEMENTS

CLOCK is the file of a `fakearxiv.Clock`, which waits move on instead of time passing, and UNTIL the
moment at which to end. Each line of the acknowledgements names a stream and says how many records
of its run are safe.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.storage import SqlStore
from broadsheet.wiring import open_library
from broadsheet.works import compose
from fakearxiv.clock import Clock
from fakearxiv.world import Truth

TESTS = Path(__file__).parent.parent


def make_settings(library: Path, place: str) -> Settings:
    port = place.rpartition(":")[2]
    return Settings(
        library=library,
        embedder="none",
        contact="librarian@example.org",
        private_hosts=f"{place} localhost:{port}",
    )


def open_on(library: Path, place: str, clock: Clock) -> Library:
    """The library as the program opens it."""
    settings = make_settings(library, place)
    return open_library(settings, clock=clock.now, sleep=clock.advance, pace=0)


def follow_arxiv(library: Path, place: str, clock: Clock, names: Sequence[str]) -> None:
    """Make the library and let it follow these categories of the simulator, from its first day."""
    with open_on(library, place, clock) as opened:
        opened.newsroom.add_source(
            "arxiv", names, since=date(2005, 9, 16), mirror=f"http://{place}"
        )


def read_papers(library: Path) -> list[tuple[str, Truth]]:
    """The arXiv id of each work that is here, and what is known of it; titles are left out, as
    they are cleaned on their way in."""
    store = SqlStore.open(library, create=False, compose=compose)
    papers = [
        (work.identifier("arxiv") or "", Truth(work.version or 0, work.withdrawn, ""))
        for works in store.iterate_works()
        for work in works
    ]
    store.close()
    return papers


def start(
    folder: Path, place: str, until: datetime, *, library: str = "library"
) -> subprocess.Popen[bytes]:
    """Run this file; library, clock and acknowledgements lie in `folder`."""
    path = os.pathsep.join(map(str, (TESTS.parent / "src", TESTS)))
    places = folder / library, place, folder / "clock", until.isoformat(), folder / "acknowledged"
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, places)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
    )


def main(library: Path, place: str, clock: Clock, until: datetime, log: Path) -> None:
    with log.open("a", encoding="utf-8") as lines, open_on(library, place, clock) as opened:

        def acknowledge(stage: str, done: int, total: int | None) -> None:
            print(done, stage, file=lines, flush=True)
            os.fsync(lines.fileno())

        newsroom = opened.newsroom
        while (due := newsroom.next_due()) and due <= until:
            clock.set_at_least(due)
            newsroom.sync(progress=acknowledge)


if __name__ == "__main__":
    folder, place, face, until, log = sys.argv[1:]
    end = datetime.fromisoformat(until)
    main(Path(folder), place, Clock(path=Path(face)), end, Path(log))
