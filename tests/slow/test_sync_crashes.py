"""Kill a sync at any moment: nothing acknowledged is lost, the cursor never runs ahead of the data,
and index and store end up equal."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syncing import follow_arxiv, open_on, read_papers, start

from fakearxiv import Clock, FakeArxiv, World

KILLS, SEED = 100, 20261002
PAPERS, PAGE, NAMES = 1_500, 25, 200
CATEGORIES = ("cs.LG", "cs.CL", "cs.AI")
BEGIN = datetime(2026, 10, 1, 8, tzinfo=UTC)
END = BEGIN + timedelta(hours=12)  # the harvest and its sweep
LABEL = "arxiv: cs harvest"


@dataclass
class Sweep:
    """Kills and what came of them. A library that is complete makes room for a new one."""

    arxiv: FakeArxiv
    folder: Path
    clock: Clock
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    number: int = 0
    kills: int = 0
    acknowledged: int = 0
    slowest: float = 0.0

    def begin(self) -> None:
        """A new library that follows the simulator and has nothing yet."""
        self.number += 1
        self.clock.set(BEGIN)
        follow_arxiv(self.library, self.arxiv.place, self.clock, ["cs"])
        self.safe: set[str] = set()

    @property
    def library(self) -> Path:
        return self.folder / f"library{self.number}"

    def kill_once(self) -> None:
        """Start a sync, kill it at some moment, and look at what it left."""
        asked = len(self.arxiv.log)
        (self.folder / "acknowledged").write_text("")
        process = start(self.folder, self.arxiv.place, END, library=self.library.name)
        pages = self.chance.randrange(0, 16)
        while len(self.arxiv.log) - asked < pages and process.is_alive():
            process.join(0.002)
        process.join(self.chance.uniform(0, 0.15))
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        self.kills += process.exitcode != 0
        self._note_safe(asked)
        if self._is_sound():
            self.begin()

    def _note_safe(self, asked: int) -> None:
        """Which papers were acknowledged: the first of those that the run was given, so many."""
        lines = (self.folder / "acknowledged").read_text(encoding="utf-8").splitlines()
        told = [int(count) for count, label in (line.split(" ", 1) for line in lines)
                if label == LABEL]  # fmt: skip
        given = [
            paper
            for entry in self.arxiv.log[asked:]
            if entry.what == "ListRecords"
            for paper in entry.papers
        ]
        self.safe |= set(given[: max(told, default=0)])
        self.acknowledged += len(told)

    def _is_sound(self) -> bool:
        """Open after the crash and verify; whether the library is complete."""
        here = {key for key, _ in read_papers(self.library)}
        assert self.safe <= here, "an acknowledged paper is lost"
        began = time.monotonic()
        with open_on(self.library, self.arxiv.place, self.clock) as library:
            library.catch_up()
            self.slowest = max(self.slowest, time.monotonic() - began)
            report = library.verify()
            assert report.ok and report.works == len(here), report
            runs = library.newsroom.get_reports()
        assert sum(run.repaired for run in runs) == 0, "the cursor was ahead of the data"
        return any(run.stream.startswith("sweep") and not run.trouble for run in runs)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """Nothing changes meanwhile, so a page that was passed without being kept would be found and
    repaired by the sweep, which is counted.

    Break to see it fail: keep the cursor in a transaction before that of the records (`_keep`), or
    tell progress before it has been kept (`_take_page`)."""
    clock = Clock(BEGIN, tmp_path / "clock")
    world = World(SEED, PAPERS, days=200, categories=CATEGORIES, clock=clock)
    with FakeArxiv(world) as arxiv:
        arxiv.oai.records, arxiv.oai.identifiers = PAGE, NAMES
        sweep = Sweep(arxiv, tmp_path, clock)
        sweep.begin()
        while sweep.kills < KILLS:
            sweep.kill_once()
    print(
        f"\nseed {SEED}: kills {sweep.kills}, pages acknowledged {sweep.acknowledged}, libraries"
        f" completed {sweep.number - 1}; acknowledged papers lost 0, gaps 0, index differs from"
        f" store 0; slowest restart {sweep.slowest:.1f} s"
    )
    assert sweep.number > 2, "too few libraries were completed"
