"""The terminal door: commands that speak to the library, and nothing else.

`main` turns every error that a person can act on into one sentence on standard error, and every
outcome into an exit code (`codes`). Heavy libraries are imported by the command that needs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import IO

import click

from broadsheet.cli.codes import FAILED, INTERRUPTED, OK, READER_GONE
from broadsheet.cli.commands import broadsheet
from broadsheet.cli.output import complain
from broadsheet.errors import BroadsheetError

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (see `docs/cli.md`)."""
    _hold_closed_streams()
    # Read when numpy is imported, here or by a process that serves: products as small as those of
    # shelves take three times as long under load when several threads of each process share them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        result = broadsheet.main(args, prog_name="broadsheet", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("Stopped. What was acknowledged before is kept.")
        return INTERRUPTED
    except BroadsheetError as error:
        complain(str(error))
        return FAILED
    except (BrokenPipeError, SystemExit):  # click turns the first into the second
        _discard(sys.stdout)
        return READER_GONE
    except OSError as error:
        _discard(sys.stdout)
        place = f" {error.filename}" if error.filename else ""
        complain(f"Cannot read or write{place}: {error.strerror or error}.")
        return FAILED
    return result if isinstance(result, int) else OK


def _hold_closed_streams() -> None:
    """Put nothing in the place of standard streams that the caller has closed (`>&-`).

    A file of the library would else be opened under the number of standard output or error, and
    what a library in C prints there would be written into it.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)  # the lowest that is free
            if name != "stdin":
                setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def _discard(stream: IO[str]) -> None:
    """Point a broken stream at nothing, so that the interpreter's last flush does not fail."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # not a real file: nothing left to flush
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)
