"""Commands about what a reader keeps: `shelf list`, `make`, `add` and others, `account`, `undo`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app, progress
from broadsheet.cli.finding import STYLES, as_json
from broadsheet.cli.output import complain, logging_lines, printable, show_json
from broadsheet.errors import BroadsheetError, ConflictError

if TYPE_CHECKING:
    from broadsheet.library import Library
    from broadsheet.people import Done, Reader, Shelf
    from broadsheet.shelves import OnShelf

HOW_TO_MAKE = "Make one with 'broadsheet shelf make NAME'."
as_reader = click.option(
    "--reader",
    "name",
    metavar="NAME",
    help="Whose it is, where readers have accounts. Default: the one reader of a library without.",
)


@click.group("shelf")
def shelf_group() -> None:
    """Shelves: named lists of papers, with notes and what was read."""


@shelf_group.command("list")
@as_reader
@as_json
@pass_app
def list_shelves(app: App, name: str | None, as_json: bool) -> None:
    """Your shelves, and how many papers are on each.

    \b
    broadsheet shelf list
    """
    with opened(app, name) as (library, reader):
        found = library.shelves.get(reader)
    if as_json:
        show_json(shapes.shelves(found))
        return
    if not found:
        click.echo(f"You have no shelf yet. {HOW_TO_MAKE}")
    for shelf in found:
        shared = "" if shelf.sharing == "nobody" else f"  shared: {shelf.sharing}"
        papers = f"{shelf.papers:>7,} papers, {shelf.unread:,} unread"
        click.echo(printable(f"{shelf.id:>4}  {papers}  {shelf.name}{shared}"))


@shelf_group.command()
@click.argument("title", metavar="NAME")
@click.option("--about", default="", help="What it is about.")
@as_reader
@pass_app
def make(app: App, title: str, about: str, name: str | None) -> None:
    """Make a shelf.

    \b
    broadsheet shelf make Diffusion --about "How noise becomes pictures"
    """
    with opened(app, name) as (library, reader):
        tell(app, library.shelves.make(reader, title, about), name)


@shelf_group.command()
@click.argument("shelf")
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@click.option("--note", default="", help="A note beside each of them.")
@as_reader
@pass_app
def add(app: App, shelf: str, references: tuple[str, ...], note: str, name: str | None) -> None:
    """Put papers on a shelf; REF is a number, an arXiv id, a DOI or an address.

    \b
    broadsheet shelf add Diffusion 2306.14670 17
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        for reference in references:
            tell(app, library.shelves.save(reader, reference, [number], note), name)


@shelf_group.command()
@click.argument("shelf")
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@as_reader
@pass_app
def remove(app: App, shelf: str, references: tuple[str, ...], name: str | None) -> None:
    """Take papers off a shelf.

    \b
    broadsheet shelf remove Diffusion 17
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        for reference in references:
            tell(app, library.shelves.unsave(reader, reference, [number]), name)


@shelf_group.command()
@click.argument("shelf")
@as_reader
@as_json
@pass_app
def show(app: App, shelf: str, name: str | None, as_json: bool) -> int:
    """What is on a shelf, the last saved first. Exit code 3 when nothing is.

    \b
    broadsheet shelf show Diffusion
    """
    with opened(app, name) as (library, reader):
        found = find_shelf(library, reader, shelf)
        papers = library.shelves.get_papers(found)
    if as_json:
        show_json(shapes.shelf_with_papers(found, papers))
    else:
        _print_papers(found, papers)
    return codes.OK if papers else codes.NOTHING


def _print_papers(shelf: Shelf, papers: tuple[OnShelf, ...]) -> None:
    if not papers:
        click.echo(printable(f"{shelf.name} is empty. Add: broadsheet shelf add {shelf.id} REF"))
    for saved, work in papers:
        mark = " " if saved.read_at else "•"
        year = f" ({work.date.year})" if work.date else ""
        click.echo(printable(f"{work.id:>7} {mark} {work.title}{year}"))
        for line in saved.note.splitlines():
            click.echo(printable(f"{'':>10}{line}"))


@shelf_group.command("import")
@click.argument("shelf")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@as_reader
@pass_app
def import_files(app: App, shelf: str, files: tuple[str, ...], name: str | None) -> None:
    """Put the papers of files on a shelf: BibTeX, RIS, CSL-JSON (Zotero writes them all).

    Papers that are new come into the library. The feeds of an OPML file are followed instead.

    \b
    broadsheet shelf import Diffusion zotero.bib
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        tell(app, library.shelves.fill(reader, number, files), name)


@shelf_group.command("export")
@click.argument("shelf")
@click.option(
    "--format",
    "style",
    type=click.Choice(STYLES),
    default="bibtex",
    show_default=True,
    help="Which citations.",
)
@as_reader
@pass_app
def export_shelf(app: App, shelf: str, style: str, name: str | None) -> None:
    """Print the papers of a shelf as citations.

    \b
    broadsheet shelf export Diffusion > diffusion.bib
    """
    with opened(app, name) as (library, reader):
        text = library.shelves.export(find_shelf(library, reader, shelf), style)
    click.echo(text, nl=False)


@click.command()
@click.argument("number", type=int)
@as_reader
@pass_app
def undo(app: App, number: int, name: str | None) -> None:
    """Undo something you did; every act that can be undone prints its number.

    \b
    broadsheet undo 17
    """
    with opened(app, name) as (library, reader):
        click.echo(printable(library.journal.undo(reader, number).sentence))


@click.group()
def account() -> None:
    """All that a reader keeps, as one file: shelves, notes, searches, votes, comments."""


@account.command("export")
@click.argument("target", metavar="[FILE]", default="-")
@as_reader
@pass_app
def export_account(app: App, target: str, name: str | None) -> None:
    """Write all that a reader keeps to one JSON file, which 'account import' reads.

    \b
    broadsheet account export mine.json
    """
    with opened(app, name) as (library, reader):
        body = library.takeout.export(reader)
    if target == "-":
        sys.stdout.buffer.write(body + b"\n")
        return
    path = Path(target)
    if path.exists():
        raise ConflictError(f"{path} exists already; choose a new file.")
    part = path.with_name(path.name + ".part")
    part.write_bytes(body)
    os.replace(part, path)
    click.echo(printable(f"The whole account is in {path}."))


@account.command("import")
@click.argument("file")
@as_reader
@as_json
@pass_app
def import_account(app: App, file: str, name: str | None, as_json: bool) -> int:
    """Add what is in a file of 'account export' to an account, here or in another library.

    Papers are found by their identifiers, and brought along where they are missing. What is here
    stays as it is; twice is the same as once. Exit code 4 when something was left out.

    \b
    broadsheet account import mine.json
    """
    with opened(app, name, create=True) as (library, reader), progress() as listener:
        report = library.takeout.bring_in(reader, file, progress=listener)
    if as_json:
        show_json(shapes.takeout_report(report))
    else:
        click.echo(printable(report.sentence))
    for note in report.notes:
        complain(note)
    return codes.ATTENTION if report.notes else codes.OK


@contextmanager
def opened(app: App, name: str | None, *, create: bool = False) -> Iterator[tuple[Library, Reader]]:
    """The library, and the reader who acts."""
    with logging_lines(), app.library(create=create) as library:
        accounts = library.accounts
        yield library, accounts.get_reader(name) if name else accounts.alone()


def find_shelf(library: Library, reader: Reader, wanted: str) -> Shelf:
    """A shelf by name, however its letters are written, or by number."""
    shelves = library.shelves.get(reader)
    for shelf in shelves:
        if shelf.name.casefold() == wanted.casefold():
            return shelf
    for shelf in shelves:
        if str(shelf.id) == wanted:
            return shelf
    names = ", ".join(shelf.name for shelf in shelves)
    what = f"There are: {names}." if names else HOW_TO_MAKE
    raise BroadsheetError(f"You have no shelf {wanted}. {what}")


def tell(app: App, done: Done, name: str | None) -> None:
    click.echo(printable(done.sentence))
    if done.signal:
        whose = ["--reader", name] if name else []
        click.echo(printable(f"Undo:  {app.command('undo', done.signal, *whose)}"))


COMMANDS = (shelf_group, account, undo)
