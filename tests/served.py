"""Broadsheet as a program of its own, serving a library on a free port of this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS, END_SECONDS = 60, 20
PROGRAM = (sys.executable, "-m", "broadsheet")


@dataclass(frozen=True)
class Site:
    """An instance that is being served: its address, and its library's folder."""

    url: str
    folder: Path


@contextmanager
def serving(folder: Path, *, tolerated: str = "", **settings: str) -> Iterator[Site]:
    """Runs `broadsheet serve` while the block lasts. Complaints with `tolerated` in them pass."""
    command = ["--library", str(folder), "serve"]
    with _running(command, folder, settings, tolerated) as site:
        yield site


@contextmanager
def touring(folder: Path) -> Iterator[Site]:
    """Runs `broadsheet demo`, which makes the library first, as somebody new to it would."""
    with _running(["demo", str(folder), "--port", "0"], folder, {}) as site:
        yield site


@contextmanager
def _running(
    command: list[str], folder: Path, settings: dict[str, str], tolerated: str = ""
) -> Iterator[Site]:
    """A program that serves.

    The program must have nothing to say on its standard error, and end on its own at Ctrl-C.
    """
    told = folder.with_name(folder.name + ".stderr")
    with told.open("wb") as errors:
        process = subprocess.Popen(
            [*PROGRAM, *command], stdout=subprocess.PIPE, stderr=errors, env=_environment(settings)
        )
    try:
        yield Site(_read_address(process, told), folder)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=END_SECONDS) == 0, told.read_text()
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()
    lines = told.read_text().splitlines()
    complaints = [line for line in lines if not tolerated or tolerated not in line]
    assert not complaints, "\n".join(complaints[-40:])


def make_demo(folder: Path) -> Path:
    """The demo library as `broadsheet demo` makes it."""
    command = [*PROGRAM, "demo", str(folder), "--once"]
    subprocess.run(command, check=True, capture_output=True, env=_environment({}))
    return folder


def copy_library(made: Path, target: Path) -> Path:
    """A copy of a library that nobody has open."""
    return Path(shutil.copytree(made, target))


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BROADSHEET_")}
    given = {"port": "0", "sync": "off", **settings}
    return {**kept, **{f"BROADSHEET_{name.upper()}": value for name, value in given.items()}}


def _read_address(process: subprocess.Popen[bytes], told: Path) -> str:
    """The address that the program prints when it listens."""
    assert process.stdout
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    try:
        for line in process.stdout:
            if found := re.search(rb"http://\S+:\d+", line):
                return found[0].decode()
    finally:
        late.cancel()
    raise AssertionError(f"It does not serve: {told.read_text()[-2000:]}")
