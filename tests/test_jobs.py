"""The watch: when it syncs, what it survives, how it ends; a served library fills itself."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.config import Settings
from broadsheet.errors import (
    BroadsheetError,
    ConfigError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from broadsheet.jobs import GOODBYE_SECONDS, LOOK_SECONDS, PAUSE_SECONDS, Resting, Watch
from broadsheet.sources import Outcome, StreamReport, SyncReport
from broadsheet.storage import SqlStore
from broadsheet.web import serve
from desk import Room
from toy import START, Time, paper


class Newsroom:
    """Is due when a test says so, and counts its syncs; the watch waits in its time."""

    def __init__(self) -> None:
        self.time = Time()
        self.due: datetime | None = START
        self.every: timedelta | None = timedelta(hours=1)
        self.error: Exception | None = None
        self.synced: list[datetime] = []
        self.stopped: list[bool] = []

    def now(self) -> datetime:
        return self.time.now()

    def next_due(self) -> datetime | None:
        return self.due

    def sync(
        self,
        *,
        progress: object = None,
        stopping: Callable[[], bool] = lambda: False,
        tell: Callable[[StreamReport], None] = lambda report: None,
    ) -> SyncReport:
        if self.error:
            raise self.error
        now = self.time.now()
        self.synced.append(now)
        self.stopped.append(stopping())
        report = StreamReport("toy", "papers", "papers", Outcome.DONE, now, now)
        tell(report)
        if self.every:
            self.due = now + self.every
        return SyncReport((report,))

    def watch(self, rounds: int, tell: Callable[[StreamReport], None] = lambda _: None) -> Watch:
        """A watch that stops after so many waits."""
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            self.time.sleep(seconds)
            if len(waits) >= rounds:
                watch.stop()

        watch = Watch(self, tell=tell, wait=wait)
        return watch


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom()


def test_it_syncs_when_something_is_due(newsroom: Newsroom) -> None:
    heard: list[StreamReport] = []
    newsroom.watch(300, heard.append).run()
    first, second, *_ = newsroom.synced
    assert first == START
    assert timedelta(0) <= second - first - timedelta(hours=1) <= timedelta(seconds=LOOK_SECONDS)
    assert len(heard) == len(newsroom.synced) == 3
    assert not any(newsroom.stopped)


def test_a_source_that_is_added_later_is_seen_soon(newsroom: Newsroom) -> None:
    """Break to see it fail: sleep until what was due when the watch last looked."""
    for due in (None, START + timedelta(days=1)):
        newsroom.due = due
        watch = newsroom.watch(9)
        assert watch.look() == LOOK_SECONDS
        newsroom.due = newsroom.time.now()
        assert watch.look() == PAUSE_SECONDS
    assert len(newsroom.synced) == 2


def test_what_stays_due_is_not_asked_in_a_hurry(newsroom: Newsroom) -> None:
    """Another process may hold the source: then it is due, and a sync does nothing."""
    newsroom.every = None
    newsroom.watch(10).run()
    assert len(newsroom.synced) == 10
    assert newsroom.time.slept == 10 * PAUSE_SECONDS


@pytest.mark.parametrize(
    "error",
    [StorageError("The disk is odd."), BroadsheetError("Oh."), OSError(28, "No space left")],
)
def test_no_error_ends_it_and_each_is_told_once(
    newsroom: Newsroom, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Break to see it fail: let `look` not catch BroadsheetError, or log without `_log_once`."""
    newsroom.error = error
    watch = newsroom.watch(5)
    with caplog.at_level(logging.ERROR):
        watch.run()
    assert [record.getMessage() for record in caplog.records] == [
        f"The sources cannot be read: {error}"
    ]
    newsroom.error = None
    assert watch.look() == PAUSE_SECONDS and newsroom.synced


def test_a_busy_library_is_no_trouble(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    newsroom.error = StorageBusyError("Another process is writing.")
    newsroom.watch(3).run()
    assert not caplog.records and newsroom.time.slept == 3 * LOOK_SECONDS


def test_a_thread_of_its_own_ends_at_once_when_it_waits(newsroom: Newsroom) -> None:
    began = time.monotonic()
    with Watch(newsroom):
        pass
    assert time.monotonic() - began < 1.0
    assert not any(thread.name == "watch" for thread in threading.enumerate())


def test_stopping_is_handed_on_to_the_sync(newsroom: Newsroom) -> None:
    watch = Watch(newsroom)
    watch.stop()
    watch.look()
    assert newsroom.stopped == [True]
    watch.run()
    assert len(newsroom.synced) == 1


# --- Printing ---------------------------------------------------------------------------------


class Press:
    """Counts how often it is asked to print; fails with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = self.own_asked = 0
        self.error = error

    def print_due(self) -> list[object]:
        self.asked += 1
        if self.error:
            raise self.error
        return []

    def print_own_due(self) -> list[object]:
        self.own_asked += 1
        return []


def test_it_prints_when_no_source_is_due(newsroom: Newsroom) -> None:
    """Break to see it fail: print before the sync, which may still bring papers of the day."""
    press = Press()
    watch = Watch(newsroom, press=press)
    assert (watch.look(), press.asked) == (PAUSE_SECONDS, 0)
    assert (watch.look(), press.asked, press.own_asked) == (LOOK_SECONDS, 1, 1)


@pytest.mark.parametrize("error", [BroadsheetError("The folder is shut."), OSError("Oh."), None])
def test_sources_that_fail_or_stay_due_keep_nothing_from_being_printed(
    newsroom: Newsroom, error: Exception | None
) -> None:
    """Break to see it fail: print only where nothing is due."""
    newsroom.every = None
    newsroom.error = error
    press = Press()
    watch = Watch(newsroom, press=press)
    asked = []
    for _ in range(4):
        watch.look()
        asked.append(press.asked)
    assert asked == [0, 1, 2, 3]


def test_where_nobody_can_tell_what_is_due_there_is_printing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: let `_find_left` raise what `next_due` does."""

    def refuse() -> None:
        raise BroadsheetError("The library names a source of no known kind.")

    monkeypatch.setattr(newsroom, "next_due", refuse)
    press = Press()
    assert Watch(newsroom, press=press).look() == LOOK_SECONDS
    assert press.asked == 1 and not newsroom.synced


def test_a_sync_that_takes_hours_keeps_nothing_from_being_printed(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while the clock is set back. Break to see it fail: hand `_ending.is_set` to the sync."""
    press = Press()
    asked = []

    def take_long(stopping: Callable[[], bool], **_: object) -> SyncReport:
        for minutes in (10, 6, 10, 6, -60, 1):
            newsroom.time.pass_by(timedelta(minutes=minutes))
            assert not stopping()
            asked.append(press.asked)
        return SyncReport()

    monkeypatch.setattr(newsroom, "sync", take_long)
    Watch(newsroom, press=press).look()
    assert asked == [0, 1, 1, 2, 3, 3]


def test_a_mistake_in_printing_does_not_keep_sources_from_being_asked(newsroom: Newsroom) -> None:
    """Break to see it fail: forget only after printing that there was a sync."""
    newsroom.every = None
    watch = Watch(newsroom, press=Press(ValueError("One odd paper.")))
    for _ in range(3):
        watch.look()
        with pytest.raises(ValueError, match="odd"):
            watch.look()
    assert len(newsroom.synced) == 3


def test_an_edition_that_cannot_be_printed_ends_nothing(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.due = None
    watch = Watch(newsroom, press=Press(StorageReadOnlyError("The library is shut.")))
    assert [watch.look(), watch.look()] == [LOOK_SECONDS] * 2
    assert [each.getMessage() for each in caplog.records] == [
        "No edition can be printed: The library is shut."
    ]


def test_where_nothing_is_fetched_there_is_printing_all_the_same() -> None:
    press = Press()
    assert Watch(Resting(lambda: START), press=press).look() == LOOK_SECONDS
    assert press.asked == 1


# --- With a real newsroom ---------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "library")


def test_it_fills_a_library(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "more": False})
    heard: list[str] = []
    watch = Watch(room.newsroom, tell=lambda report: heard.append(report.stream))
    assert watch.look() == PAUSE_SECONDS
    assert room.titles() == ["On the nature of a"] and heard == ["papers", "sweep"]
    assert watch.look() == LOOK_SECONDS
    room.time.pass_by(timedelta(minutes=59, seconds=50))
    assert watch.look() == 10.0
    room.newsroom.pause("toy")
    assert watch.look() == LOOK_SECONDS


def test_a_library_that_cannot_be_written_to_is_left_alone(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is asked of a source whose answer could not be kept."""

    def refuse(self: SqlStore) -> None:
        raise StorageReadOnlyError("The library cannot be written to.")

    monkeypatch.setattr(SqlStore, "write", refuse)
    watch = Watch(room.newsroom)
    assert [watch.look(), watch.look()] == [LOOK_SECONDS] * 2
    assert room.web.asked == [] and len(caplog.records) == 1


def test_a_setting_that_is_none_is_told_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'sync' is on or off, not 'maybe'"):
        serve(Settings(tmp_path, sync="maybe"))


@pytest.mark.slow
def test_ctrl_c_ends_serving_while_a_source_keeps_us_waiting(tmp_path: Path) -> None:
    """Break to see it fail: leave `os._exit` out of `cli/filling.py`."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        place = f"127.0.0.1:{mute.getsockname()[1]}"
        environment = {
            **os.environ,
            "BROADSHEET_LIBRARY": str(tmp_path / "library"),
            "BROADSHEET_EMBEDDER": "none",
            "BROADSHEET_PRIVATE_HOSTS": place,
        }
        program = [sys.executable, "-m", "broadsheet"]
        following = [*program, "source", "add", "feed", f"http://{place}/feed.xml"]
        subprocess.run(following, env=environment, check=True, timeout=60, capture_output=True)
        with subprocess.Popen(
            [*program, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        ) as server:  # fmt: skip
            assert server.stdout and server.stderr
            assert "Broadsheet is at" in server.stdout.readline()
            mute.settimeout(30)
            with mute.accept()[0]:
                server.send_signal(signal.SIGINT)
                assert server.wait(timeout=2 * GOODBYE_SECONDS) == 0
            assert server.stderr.read() == ""
