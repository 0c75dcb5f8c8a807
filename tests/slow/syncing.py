"""A program that syncs a library from the simulator, to be killed, and what its tests share.

Beside the library lie `clock`, the file of a `fakearxiv.Clock`, which waits move on instead of time
passing: what is due before the moment `until` is synced. Each line of `acknowledged` names a stream
and says how many records of its run are safe. Where there is no such clock, time is what it is,
waits are waited for, and all sources are asked again and again until the moment has come.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.storage import SqlStore
from broadsheet.wiring import open_library
from broadsheet.works import compose
from fakearxiv.clock import Clock
from fakearxiv.world import Truth


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


def start(folder: Path, place: str, until: datetime, *, library: str = "library") -> BaseProcess:
    """Run `main` in a process of its own, forked off one that has imported everything already;
    library, clock and acknowledgements lie in `folder`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    files = folder / library, folder / "clock", folder / "acknowledged"
    process = context.Process(target=main, args=(files[0], place, files[1], until, files[2]))
    process.start()
    return process


def sync_at_once(library: Path, place: str, clock: Clock, until: datetime, log: Path) -> None:
    """Sync what is due until the moment, without waiting for it."""
    with log.open("a", encoding="utf-8") as lines, open_on(library, place, clock) as opened:

        def acknowledge(stage: str, done: int, total: int | None) -> None:
            print(done, stage, file=lines, flush=True)
            os.fsync(lines.fileno())

        newsroom = opened.newsroom
        while (due := newsroom.next_due()) and due <= until:
            clock.set_at_least(due)
            newsroom.sync(progress=acknowledge)


def sync_in_time(library: Path, place: str, until: datetime) -> None:
    """Ask all sources, again and again, at the pace of real life."""
    with open_library(make_settings(library, place)) as opened:
        names = [status.source.name for status in opened.newsroom.get_status()]

        def is_over() -> bool:
            return datetime.now(UTC) >= until

        while not is_over():
            opened.newsroom.sync(names, stopping=is_over)
            time.sleep(0.05)


def main(library: Path, place: str, face: Path, until: datetime, log: Path) -> None:
    if face.exists():
        sync_at_once(library, place, Clock(path=face), until, log)
    else:
        sync_in_time(library, place, until)
