"""Commands that keep: `verify`, `work merge`, `work split`, `backup`, `restore`, `export`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app, progress
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.errors import ConflictError

reason_option = click.option(
    "--reason", default="by hand", show_default=True, help="Kept in the paper's history."
)


@click.command()
@as_json
@pass_app
def verify(app: App, as_json: bool) -> int:
    """Check that nothing has rotted: records against their hashes, index against store.

    Exit code 4 when something differs; what differs is named, with what mends it.
    """
    with app.library() as library, progress() as listener:
        report = library.verify(progress=listener)
    if as_json:
        show_json(shapes.verify_report(report))
    else:
        from broadsheet.cli import render

        render.verify_report(report)
    return codes.OK if report.ok else codes.ATTENTION


@click.group()
def work() -> None:
    """Say which records are the same paper, where Broadsheet got it wrong."""


@work.command()
@click.argument("kept", metavar="A")
@click.argument("gone", metavar="B")
@reason_option
@pass_app
def merge(app: App, kept: str, gone: str, reason: str) -> None:
    """A and B are one paper; it keeps A's number, and B's leads there.

    \b
    broadsheet work merge 17 243 --reason "same paper, new title"
    """
    with app.library() as library:
        moved = [stored.id for stored in library.get_records(library.get_work(gone).id)]
        result = library.merge(kept, gone, reason=reason)
    click.echo(printable(f"{result.id} is now one paper: {result.title}"))
    click.echo(printable(f"Undo: {app.command('work', 'split', result.id, *moved)}"))


@work.command()
@click.argument("reference", metavar="REF")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True, type=int)
@reason_option
@pass_app
def split(app: App, reference: str, records: tuple[int, ...], reason: str) -> None:
    """Move records of a paper into a paper of their own; the two stay apart from then on.

    'broadsheet show REF --records' lists the numbers of the records.

    \b
    broadsheet work split 17 52 53
    """
    with app.library() as library:
        old = library.get_work(reference).id
        new = library.split(old, records, reason=reason)
    click.echo(printable(f"{new.id} is now a paper of its own: {new.title}"))
    click.echo(printable(f"Undo: {app.command('work', 'merge', old, new.id)}"))


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@pass_app
def backup(app: App, target: Path) -> None:
    """Write the library to one new file, while others go on using it.

    The search index is not in it: it is rebuilt from the rest.

    \b
    broadsheet backup papers-2026-03-01.db
    """
    with app.library() as library:
        library.backup(target)
    click.echo(f"Saved to {target} ({_megabytes(target.stat().st_size)}).")
    anew = App(Path("NEW-FOLDER")).command("restore", target)
    click.echo(printable(f"Restore it, into a folder without a library, with: {anew}"))


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@pass_app
def restore(app: App, source: Path) -> None:
    """Make a library of a file that `backup` wrote, in a folder that has none yet.

    \b
    broadsheet --library restored restore papers-2026-03-01.db
    """
    from broadsheet.wiring import restore_library

    restore_library(app.settings(), source)
    with app.library() as library, progress() as listener:
        library.rebuild_index(progress=listener)
        works = library.stats().works
    click.echo(f"The library has {works:,} papers again.")


@click.command()
@click.argument("target", metavar="[FILE]", default="-")
@pass_app
def export(app: App, target: str) -> None:
    """Write every record, with its paper, as JSON lines that `import` reads.

    What was merged and split goes along.

    \b
    broadsheet export papers.jsonl
    broadsheet export | zstd > papers.jsonl.zst

    For citations use: broadsheet search ... --format bibtex
    """
    with app.library() as library, progress() as listener:
        if target == "-":
            library.export_all(sys.stdout.buffer, progress=listener)
            return
        path = Path(target)
        if path.exists():
            raise ConflictError(f"{path} exists already; choose a new file.")
        part = path.with_name(path.name + ".part")
        with part.open("wb") as out:
            count = library.export_all(out, progress=listener)
        os.replace(part, path)
    click.echo(f"{count:,} records were written to {path}.")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


COMMANDS = (verify, work, backup, restore, export)
