"""The demo's terminal part: fill a library, ask it something, say what to try next."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

import click

from broadsheet.cli import render
from broadsheet.cli.app import App, progress
from broadsheet.demo import FIRST_SEARCH, MORE_SEARCHES, demo_file
from broadsheet.edition import Scope

if TYPE_CHECKING:
    from broadsheet.library import Library

SHOWN = 5


def take_tour(app: App) -> None:
    """Fill the demo library if need be, and show a search and its answer."""
    begun = time.perf_counter()
    with app.library(create=True) as library:
        with progress() as listener:
            library.import_files([demo_file()], progress=listener)
        works, filled = library.stats().works, time.perf_counter() - begun
        click.echo(f"The demo library has {works} papers (ready in {filled:.1f} s).")
        _lay_example(library)
        click.echo(f"\n$ broadsheet search {shlex.quote(FIRST_SEARCH)}\n")
        begun = time.perf_counter()
        page = library.search(FIRST_SEARCH, limit=SHOWN)
        render.page(page, offset=0, seconds=time.perf_counter() - begun)
    there = App(app.settings().library)
    click.echo("\nNext, try:")
    for words in MORE_SEARCHES:
        click.echo(f"  {there.command('search', words)}")


def _lay_example(library: Library) -> None:
    """The example fortnight, once; afterwards how old it is."""
    if library.lay_example():
        click.echo("They lie over the last fourteen days as an example, with invented readers.")
        return
    last = next(iter(library.press.get_names(Scope.DAY, limit=1)), "")
    if last and last < library.newsroom.today().isoformat():
        click.echo(
            f"Its example fortnight ended on {last}; broadsheet demo NEW-FOLDER lays a fresh one."
        )
