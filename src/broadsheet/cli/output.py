"""The terminal's output functions: everything that others wrote passes through `printable`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from rich.console import Console

# Control characters could move the cursor, recolour or retitle the terminal, or (C1) start an
# escape sequence; direction marks could make a line read as another; surrogates cannot be sent.
_SPACES = re.compile("[\t\n\v\f\r\x85\u2028\u2029]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
WIDTH_WHEN_PIPED = 100


class Listener(Protocol):
    """Hears of progress; what the library calls while it works long."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...

    def end(self, stage: str) -> None:
        """Hear that nothing more comes of a stage."""

    def say(self, line: str) -> None:
        """Print a line of the answer while the work goes on; the line is printable."""


class _Deaf:
    def __call__(self, stage: str, done: int, total: int | None) -> None: ...

    def end(self, stage: str) -> None: ...

    def say(self, line: str) -> None:
        click.echo(line)


deaf: Listener = _Deaf()
"""The listener where nobody watches."""


def printable(text: str, *, keep_lines: bool = False) -> str:
    """Text that cannot act on a terminal; as long as before, so that highlights still fit."""
    if keep_lines:
        return "\n".join(printable(line) for line in text.split("\n"))
    return _UNSAFE.sub("\ufffd", _SPACES.sub(" ", text))


@contextmanager
def logging_lines() -> Iterator[None]:
    """Within, what the library logs is a line on standard error, with the error it speaks of and
    where that arose; a person is shown no traceback."""
    import logging
    import traceback

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if error := record.exc_info[1] if record.exc_info else None:
                error = error.__cause__ or error
                place = traceback.extract_tb(error.__traceback__)[-1:]
                where = "".join(f", {each.filename}:{each.lineno}" for each in place)
                message += f" ({type(error).__name__}: {error}{where})"
            complain(message)

    lines, log = Lines(logging.WARNING), logging.getLogger("broadsheet")
    log.addHandler(lines)
    try:
        yield
    finally:
        log.removeHandler(lines)


def complain(message: str) -> None:
    """One sentence for a person, on standard error."""
    click.echo(f"broadsheet: {printable(message)}", err=True)


def show_json(data: Any) -> None:
    """Data for a program: indented JSON in ASCII, which is safe in any terminal and any pipe."""
    click.echo(json.dumps(data, indent=2))


def console() -> Console:
    """Where people read; plain where the output is not a terminal or NO_COLOR is set."""
    from rich.console import Console

    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = WIDTH_WHEN_PIPED
    return made
