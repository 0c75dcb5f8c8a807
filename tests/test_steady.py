"""Threads beside the requests that an unexpected error ends: it is seen, and they begin again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from broadsheet.errors import StorageError
from broadsheet.jobs import FIRST_PAUSE, LONGEST_PAUSE, Resting, Steady, Watch
from broadsheet.library import Library
from broadsheet.web.duties import Duties
from broadsheet.web.keeper import Keeper
from duty import make_duty
from toy import START


class Ending(threading.Event):
    """Notes how long it is waited for, and is set after so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._times = times

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        if len(self.waits) >= self._times:
            self.set()
        return self.is_set()


def fail() -> None:
    raise ValueError("One odd paper.")


def make_failing(times: int) -> tuple[Callable[[], None], threading.Event]:
    """What fails so many times, and then says that it went well."""
    well = threading.Event()
    left = [ValueError(f"Number {number}.") for number in range(times)]

    def work() -> None:
        if left:
            raise left.pop()
        well.set()

    return work, well


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The names of the errors that were logged with where they came from."""
    return [
        each.exc_info[0].__name__ for each in caplog.records if each.exc_info and each.exc_info[0]
    ]


def test_it_begins_again_after_a_pause_that_grows(caplog: pytest.LogCaptureFixture) -> None:
    """Break to see it fail: let the thread end, log no traceback, or let the pause grow on."""
    ending = Ending(9)
    Steady(fail, "press", ending).run()
    assert ending.waits == [FIRST_PAUSE * 2**n for n in range(7)] + [LONGEST_PAUSE] * 2
    assert tracebacks(caplog) == ["ValueError"] * 9
    assert caplog.records[1].getMessage() == (
        "An unexpected error stopped the press; it begins again in 10 seconds."
    )


def test_work_that_returns_is_done(caplog: pytest.LogCaptureFixture) -> None:
    ending = Ending(9)
    work, well = make_failing(2)
    Steady(work, "press", ending).run()
    assert well.is_set() and len(ending.waits) == len(caplog.records) == 2


def test_after_a_long_time_without_an_error_the_pause_is_short_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Break to see it fail: let the pause never shrink."""
    moments = iter([0.0, 5.0, 5.0, 15.0, 15.0, 15.0 + 2 * LONGEST_PAUSE + 20.0, 0.0, 0.0])
    monkeypatch.setattr(
        "broadsheet.jobs.steady.time", SimpleNamespace(monotonic=lambda: next(moments))
    )
    ending = Ending(4)
    Steady(fail, "press", ending).run()
    assert ending.waits == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, FIRST_PAUSE]


def test_trouble_with_the_store_ends_no_thread_either(caplog: pytest.LogCaptureFixture) -> None:
    """Break to see it fail: leave `through` to its default in `Steady.run`."""

    def fail() -> None:
        raise StorageError("The disk is full.")

    Steady(fail, "press", Ending(2)).run()
    assert tracebacks(caplog) == ["StorageError"] * 2


def test_what_ends_a_process_is_no_mishap() -> None:
    def leave() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        Steady(leave, "press", Ending(1)).run()


# --- Who works so -----------------------------------------------------------------------------


def test_a_mistake_in_printing_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    """Break to see it fail: give `SteadyJob` a plain thread."""

    class Press:
        asked = 0

        def print_due(self) -> list[object]:
            self.asked += 1
            raise ValueError("One odd paper.")

        def print_own_due(self) -> list[object]:
            return []

    press = Press()
    watch = Watch(Resting(lambda: START), press=press)
    ending = Ending(3)
    watch._ending = watch._thread._ending = ending
    with watch:
        watch._thread.join(10)
    assert press.asked == 3 and tracebacks(caplog) == ["ValueError"] * 3


class Broken:
    """A library that cannot be asked for its index some times, and then has nothing to do."""

    def __init__(self, error: Exception, times: int) -> None:
        self._errors = [error] * times
        self.well = threading.Event()
        self.recommender = SimpleNamespace(refresh=lambda progress: 0)

    def stats(self) -> SimpleNamespace:
        if self._errors:
            raise self._errors.pop()
        self.well.set()
        return SimpleNamespace(index_behind=0, index_works=0, spaces={})

    def index_behind(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("error", "unexpected"),
    [(KeyError("title"), 3), (OSError(28, "No space left on device"), 0)],
)
def test_no_error_ends_the_keeper(
    error: Exception, unexpected: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One that a person can act on is told once.

    Break to see it fail: give `SteadyJob` a plain thread, or let it log the same again and again.
    """
    library = Broken(error, 3)
    with caplog.at_level(logging.ERROR), Keeper(cast(Library, library), pause=0.001):
        assert library.well.wait(10)
    assert len(tracebacks(caplog)) == unexpected
    if not unexpected:
        assert [each.getMessage() for each in caplog.records] == [
            "The index cannot follow: [Errno 28] No space left on device"
        ]


def test_an_unexpected_error_gives_the_duty_back(caplog: pytest.LogCaptureFixture) -> None:
    """So that another process has it meanwhile, and this one has it again later.

    Break to see it fail: give `SteadyJob` a plain thread.
    """
    hold = make_duty()

    @contextmanager
    def job(begin: Callable[[], None]) -> Iterator[None]:
        begin()
        yield

    with Duties(hold, (lambda: job(fail),), pause=0.01) as broken:
        with Duties(hold, (lambda: job(lambda: None),), pause=0.01) as other:
            assert other.on_duty.wait(10)
        assert not other.on_duty.is_set() and not broken.on_duty.is_set()
    begin, well = make_failing(3)
    with Duties(hold, (lambda: job(begin),), pause=0.001) as again:
        assert again.on_duty.wait(10) and well.is_set()
    assert set(tracebacks(caplog)) == {"ValueError"}
