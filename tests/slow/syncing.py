"""Run as a program of its own: syncs a library from the simulator until nothing is due.

    python syncing.py LIBRARY SIMULATOR CLOCK UNTIL ACKNOWLEDGEMENTS

CLOCK is the file of a `fakearxiv.Clock`, which waits move on instead of time passing, and UNTIL the
moment at which to end. Each line of the acknowledgements names a stream and says how many records
of its run are safe.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from broadsheet.config import Settings
from broadsheet.wiring import open_library
from fakearxiv.clock import Clock


def make_settings(library: Path, place: str) -> Settings:
    port = place.rpartition(":")[2]
    return Settings(
        library=library,
        embedder="none",
        contact="librarian@example.org",
        private_hosts=f"{place} localhost:{port}",
    )


def main(library: Path, place: str, clock: Clock, until: datetime, log: Path) -> None:
    with (
        log.open("a", encoding="utf-8") as lines,
        open_library(
            make_settings(library, place), clock=clock.now, sleep=clock.advance, pace=0
        ) as opened,
    ):

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
