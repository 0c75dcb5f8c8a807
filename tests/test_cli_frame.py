"""What holds for every command: usage, streams, signals, start-up."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.cli import codes, main
from broadsheet.demo import demo_file
from shell import Shell


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["sarch", "search --no-such", "import", "search --json --format ris"]
    for line in [*wrong, "--library mine demo"]:
        assert main(line.split()) == codes.USAGE
        assert "Usage: broadsheet" in capsys.readouterr().err


def test_interrupted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("broadsheet.wiring.open_library", stop)
    done = shell("stats")
    assert done.code == codes.INTERRUPTED and "Stopped" in done.err


def run_with_output(output: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", "--help"],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


def test_reader_that_goes_away_ends_the_command_quietly() -> None:
    """Break to see it fail: let `main` not `_discard` what is left to print."""
    reading, writing = os.pipe()
    os.close(reading)
    done = run_with_output(writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (codes.READER_GONE, "")


def test_closed_streams_stay_away_from_the_library(tmp_path: Path) -> None:
    """Break to see it fail: leave `_hold_closed_streams` out."""
    command = [sys.executable, "-m", "broadsheet", "--library", str(tmp_path / "l"), "import"]
    closing = f"exec {shlex.join([*command, str(demo_file())])} <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", closing], check=False, timeout=60).returncode == codes.OK
    with sqlite3.connect(tmp_path / "l" / "library.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_full_output_is_one_sentence() -> None:
    with open("/dev/full", "wb") as full:
        done = run_with_output(full.fileno())
    assert done.returncode == codes.FAILED
    assert len(done.stderr.splitlines()) == 1 and "space" in done.stderr


def test_search_starts_without_what_it_does_not_need(demo_folder: Path) -> None:
    """Break to see it fail: import httpx2 at the top of `search/embed/__init__.py`."""
    unwanted = ["alembic", "bibtexparser", "httpx2", "jinja2", "pylatexenc", "rispy", "scipy"]
    unwanted += ["selectolax", "starlette", "uvicorn", "onnxruntime", "http.client"]
    code = (
        "import sys; from broadsheet.cli import main; "
        f"assert main(['--library', {str(demo_folder)!r}, 'search', 'smoothing']) == 0; "
        f"print([name for name in {unwanted} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stderr.strip() == "[]"
