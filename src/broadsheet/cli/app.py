"""What every command shares: the chosen library, how it is opened, and progress bars."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broadsheet.cli.output import Listener, deaf
from broadsheet.errors import (
    BroadsheetError,
    NotFoundError,
    StorageBusyError,
    StorageReadOnlyError,
)

if TYPE_CHECKING:
    from broadsheet.config import Settings
    from broadsheet.library import Library

HOW_TO_FILL = (
    "Fill it with 'broadsheet import FILE' (saved pages, arXiv dumps, BibTeX, RIS and others), "
    "follow a source with 'broadsheet source add arxiv cs.LG', "
    "or look around in the demo library with 'broadsheet demo'."
)


@dataclass(frozen=True, slots=True)
class App:
    """The choices made before the command's name."""

    folder: Path | None = None

    def settings(self, **changes: Any) -> Settings:
        """Settings of the chosen library, with those changed that are not None."""
        from broadsheet.config import load_settings

        given = {name: value for name, value in changes.items() if value is not None}
        return replace(load_settings(self.folder), **given)

    def command(self, *words: object) -> str:
        """A command as it must be typed to mean the chosen library."""
        chosen = ["--library", str(self.folder)] if self.folder else []
        return shlex.join([_program(), *chosen, *map(str, words)])

    @contextmanager
    def library(self, *, create: bool = False) -> Iterator[Library]:
        """The open library. Without `create`, a folder that has none is an error that teaches."""
        from broadsheet.wiring import open_library

        settings = self.settings()
        with self.teaching():
            library = open_library(settings, create=create)
        with library:
            yield library

    @contextmanager
    def teaching(self) -> Iterator[None]:
        """Within, a library that is not there is an error that teaches."""
        try:
            yield
        except NotFoundError as error:
            raise BroadsheetError(
                f"There is no library in {self.settings().library} yet. {HOW_TO_FILL}"
            ) from error

    @contextmanager
    def current_library(self) -> Iterator[Library]:
        """The open library with its index brought up to date, ready to be searched."""
        with self.library() as library:
            if library.index_behind():
                catch_up(library)
            yield library


def _program() -> str:
    """How this program can be called again: by its path, where its name alone is not found."""
    called = Path(sys.argv[0])
    if shutil.which("broadsheet") or called.name != "broadsheet":
        return "broadsheet"
    here = Path.cwd()
    # Short enough to be copied from a narrow terminal: `.venv/bin/broadsheet`.
    near = here in called.parents and called.parent != here
    return str(called.relative_to(here) if near else called)


def catch_up(library: Library) -> None:
    """Let the index follow the change log, unless another process does it or nobody can."""
    with progress() as listener:
        try:
            library.catch_up(progress=listener)
        except StorageBusyError:
            click.echo("The index is being brought up to date by another process.", err=True)
        except StorageReadOnlyError:
            return  # what is indexed can be searched


@contextmanager
def progress() -> Iterator[Listener]:
    """Bars with rate and time left on a terminal; silence where nobody watches."""
    if not sys.stderr.isatty():
        yield deaf
        return
    from broadsheet.cli.bars import bars

    with bars() as listener:
        yield listener


pass_app = click.make_pass_decorator(App)
