"""The courier: when it delivers, what it survives, what it says."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from broadsheet.errors import ConfigError, StorageBusyError, StorageFullError
from broadsheet.jobs import LONGEST_RELAY_PAUSE, LOOK_SECONDS, RELAY_PAUSE, Courier
from broadsheet.post import Report

DOWN = Report(down="The relay is away.")


class Post:
    """Comes to what a test says, pass by pass."""

    def __init__(self, *passes: Report | Exception) -> None:
        self.passes = list(passes)
        self.stopping: Callable[[], bool] = lambda: False

    def deliver_due(self, stopping: Callable[[], bool] = lambda: False) -> Report:
        self.stopping = stopping
        said = self.passes.pop(0) if self.passes else Report()
        if isinstance(said, Exception):
            raise said
        return said


def looks(courier: Courier, times: int) -> list[float]:
    return [courier.look() for _ in range(times)]


def test_a_relay_that_is_down_is_asked_less_and_less_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Breaks that make it fail: leave the doubling out (an account is locked after so many wrong
    passwords), or log at every look."""
    courier = Courier(Post(*[DOWN] * 6, Report(sent=1), DOWN))
    pauses = looks(courier, 8)
    assert pauses[:3] == [RELAY_PAUSE, 2 * RELAY_PAUSE, 4 * RELAY_PAUSE]
    assert pauses[5] == LONGEST_RELAY_PAUSE
    assert pauses[6:] == [LOOK_SECONDS, RELAY_PAUSE]
    assert caplog.text.count("The relay is away.") == 2


def test_a_copy_says_once_how_to_go_on(caplog: pytest.LogCaptureFixture) -> None:
    courier = Courier(Post(*[Report(held=True)] * 3))
    assert looks(courier, 3) == [LOOK_SECONDS] * 3
    assert caplog.text.count("broadsheet mail release") == 1


@pytest.mark.parametrize("error", [StorageFullError("No space."), ConfigError("No address.")])
def test_what_a_person_can_mend_is_said_and_ends_nothing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Break to see it fail: catch nothing in `look`."""
    assert looks(Courier(Post(error, error, Report())), 3) == [LOOK_SECONDS] * 3
    assert caplog.text.count(str(error)) == 1


def test_a_busy_store_is_nothing_to_speak_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        Courier(Post(StorageBusyError("Another process is writing."))).look()
    assert not caplog.records


def test_its_end_is_heard_by_a_pass_that_is_under_way() -> None:
    """Break to see it fail: leave `stopping` out of `look`."""
    heard, entered = threading.Event(), threading.Event()

    class Long(Post):
        def deliver_due(self, stopping: Callable[[], bool] = lambda: False) -> Report:
            entered.set()
            for _ in range(1000):
                if stopping():
                    heard.set()
                    break
                threading.Event().wait(0.005)
            return Report()

    with Courier(Long()):
        assert entered.wait(5)
    assert heard.is_set()
