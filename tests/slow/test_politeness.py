"""The simulator's own log says how politely it was asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from syncing import follow_arxiv, make_settings, open_on, start

from broadsheet.wiring import open_library
from fakearxiv import Clock, Entry, FakeArxiv, Fault, World, calendar
from fakearxiv.clock import WallClock

SEED, PAPERS = 20261003, 160
SECONDS, REFUSED_AT, PATIENCE = 100, 70, 8
GAP = 3.0


def follow_twice(library: Path, arxiv: FakeArxiv) -> None:
    """Two sources that share arXiv's budget: the simulator has two names."""
    with open_library(make_settings(library, arxiv.place)) as opened:
        for name, host in (("cs.LG", "127.0.0.1"), ("cs.CL", "localhost")):
            mirror = arxiv.url.replace("127.0.0.1", host)
            opened.newsroom.add_source("arxiv", [name], since=date(2005, 9, 16), mirror=mirror)


def resume(library: Path, arxiv: FakeArxiv) -> None:
    with open_library(make_settings(library, arxiv.place)) as opened:
        for status in opened.newsroom.get_status():
            opened.newsroom.resume(status.source.name)


def run_two(folder: Path, arxiv: FakeArxiv, seconds: float) -> list[BaseProcess]:
    """Two programs that ask all sources as often as they may."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return [start(folder, arxiv.place, until) for _ in range(2)]


def wait_for(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.join(60)
        assert process.exitcode == 0


def least_gap(log: Sequence[Entry]) -> float:
    """The shortest time from the end of an answer to the next request, in seconds."""
    return min(after.arrived - before.ended for before, after in pairwise(log))


def count_early(log: Sequence[Entry]) -> int:
    """Requests that came before the patience that an answer had asked for was over."""
    return sum(
        later.arrived - entry.ended < entry.retry_after
        for place, entry in enumerate(log)
        for later in log[place + 1 :]
    )


def not_modified(log: Sequence[Entry]) -> tuple[int, int]:
    """Of the feeds that had not changed since they were last given, how many were 304."""
    unchanged = [
        entry
        for entry in log
        if entry.path.startswith("/rss/") and not entry.changed and not entry.fault
    ]
    return sum(entry.status == 304 for entry in unchanged), len(unchanged)


@pytest.mark.slow
def test_two_processes_at_the_pace_of_real_life(tmp_path: Path) -> None:
    """Breaks to see it fail: a lock of the budget that is not shared by processes (`_locked`); a
    gap of 2.8 s (`BUDGETS`); a refusal that is not kept (`Turn.block`)."""
    today = calendar.feed_day(datetime.now(UTC))
    world = World(SEED, PAPERS, last=today, categories=("cs.LG", "cs.CL"), clock=WallClock())
    with FakeArxiv(world, patience=PATIENCE) as arxiv:
        arxiv.oai.records = 25
        follow_twice(tmp_path / "library", arxiv)
        arxiv.faults.script(Fault.UNAVAILABLE, Fault.UNAVAILABLE_UNTIL, path="resumptionToken")
        processes = run_two(tmp_path, arxiv, SECONDS)
        time.sleep(REFUSED_AT)
        arxiv.faults.script(Fault.REFUSED)
        wait_for(processes)
        log = list(arxiv.log)
        resume(tmp_path / "library", arxiv)
        wait_for(run_two(tmp_path, arxiv, 12))
        released = len(arxiv.log) - len(log)
    refused = next(place for place, entry in enumerate(log) if entry.fault is Fault.REFUSED)
    hits, unchanged = not_modified(log)
    hosts = {entry.headers["host"].partition(":")[0] for entry in log}
    print(
        f"\nseed {SEED}: requests {len(log)} of 2 processes for 2 sources in {SECONDS} s;"
        f" least gap {least_gap(log):.3f} s; early retries {count_early(log)} after"
        f" {sum(bool(entry.retry_after) for entry in log)} pleas for patience; requests after 403:"
        f" {len(log) - refused - 1}, after its release: {released}; 304 for {hits} of {unchanged}"
        " unchanged feeds"
    )
    assert least_gap(log) >= GAP
    assert count_early(log) == 0 and sum(bool(entry.retry_after) for entry in log) == 2
    assert refused == len(log) - 1 and released > 0
    assert hits >= 0.95 * unchanged > 0
    assert hosts == {"127.0.0.1", "localhost"} and len(log) >= 12
    assert all("mailto:librarian@example.org" in entry.headers["user-agent"] for entry in log)
    assert all(entry.headers["accept"] for entry in log)


@pytest.mark.slow
def test_two_weeks_of_feeds(tmp_path: Path) -> None:
    """Two weeks in no time, with a stale day and a batch that comes late.

    Break to see it fail: leave the ETag out of the cursor (`daily._compare`)."""
    begin = datetime(2026, 10, 1, 8, tzinfo=UTC)
    clock = Clock(begin, tmp_path / "clock")
    world = World(SEED, PAPERS, categories=("cs.LG", "cs.CL"), clock=clock)
    with FakeArxiv(world) as arxiv:
        follow_arxiv(tmp_path / "library", arxiv.place, clock, ["cs.LG", "cs.CL"])
        with open_on(tmp_path / "library", arxiv.place, clock) as library:
            for number in range(1, 15):
                day = begin.date() + timedelta(days=number)
                late = day == date(2026, 10, 7)
                arxiv.feeds.stale = {"cs.LG"} if day == date(2026, 10, 13) else set()
                if not late:
                    world.advance(day)
                until = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
                while (due := library.newsroom.next_due()) and due <= until:
                    clock.set_at_least(due)
                    library.newsroom.sync()
                if late:
                    world.advance(day)
    hits, unchanged = not_modified(arxiv.log)
    lists = [(e.moment.date(), tuple(e.arguments.items())) for e in arxiv.log if e.path == "/oai"]
    print(
        f"\nseed {SEED}: 14 days, requests {len(arxiv.log)}; 304 for {hits} of {unchanged}"
        f" unchanged feeds; lists asked for twice on a day: {len(lists) - len(set(lists))}"
    )
    assert unchanged > 40 and hits >= 0.95 * unchanged
    assert len(lists) == len(set(lists))
