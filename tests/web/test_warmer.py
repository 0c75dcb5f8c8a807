"""What shelves need is at hand before a request asks for it, on one thread of BLAS."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.cli import main
from broadsheet.errors import StorageBusyError
from broadsheet.recommend.engine import Engine
from broadsheet.web.warmer import Warmer
from topics import Learners


@pytest.fixture
def learners(tmp_path: Path) -> Iterator[Learners]:
    learners = Learners(tmp_path)
    yield learners
    learners.close()


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when an engine was warmed, which ends in an error."""
    done, warm = threading.Event(), Engine.warm

    def note(engine: Engine) -> None:
        warm(engine)
        done.set()
        raise StorageBusyError("The library is busy.")

    monkeypatch.setattr(Engine, "warm", note)
    return done


def test_it_is_there_before_it_is_asked_for(learners: Learners, warmed: threading.Event) -> None:
    """Break to see it fail: leave the error out of `Warmer.look`, or wait before the first look."""
    learners.shelf("Bees", 1, 2, 3)
    with Warmer(learners.library, pause=60):
        assert warmed.wait(10)
    Warmer(learners.library).look()


def test_where_nothing_can_be_learned_nothing_is_loaded(
    learners: Learners, warmed: threading.Event
) -> None:
    """Break to see it fail: leave `find_taught` out of `Recommender.warm`."""
    Warmer(learners.library).look()
    assert not warmed.is_set()


def test_products_are_worked_out_on_one_thread(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless whoever starts it says otherwise."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    main(["--version"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    main(["--version"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert capsys.readouterr().out
