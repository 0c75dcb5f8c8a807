"""Commands that fill and look: `import`, `embed`, `index`, `serve`, `demo`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app, progress
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import complain, printable, show_json

if TYPE_CHECKING:
    from broadsheet.model import ImportReport

SHOWN_BAD_ROWS = 20
port_option = click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@as_json
@pass_app
def import_files(app: App, files: tuple[str, ...], as_json: bool) -> int:
    """Bring papers in from files, and make them searchable.

    Reads saved listing pages (text or HTML), arXiv metadata (JSONL as the public snapshot has
    it), XML of the ACL Anthology, notes of OpenReview (JSON), BibTeX, RIS, CSL-JSON and
    Broadsheet's own export; plain, .gz or .zst; "-" is standard
    input. What kind a file is, is seen from its content.

    \b
    broadsheet import refs.bib
    broadsheet import arxiv-metadata-oai-snapshot.json.gz
    curl -s https://example.org/list.ris | broadsheet import -

    The same file twice changes nothing. Stopping half-way loses nothing: run it again to go
    on. A row that cannot be read is skipped and reported; the exit code is then 4. So is a
    file that cannot be read, while the others go in; the exit code is then 1.
    """
    begun = time.perf_counter()
    with app.library(create=True) as library, progress() as listener:
        report = library.import_files(files, progress=listener)
    seconds = time.perf_counter() - begun
    if as_json:
        show_json(shapes.import_report(report, seconds))
    elif report.rows or not report.bad_files:
        _tell_import(report, seconds)
    _tell_bad_rows(report)
    for sentence in report.bad_files:
        complain(sentence)
    if report.bad_files:
        return codes.FAILED
    return codes.ATTENTION if report.bad else codes.OK


def _tell_import(report: ImportReport, seconds: float) -> None:
    rate = report.rows / seconds if seconds else 0.0
    click.echo(f"{report.rows:,} rows in {seconds:.1f} s ({rate:,.0f} a second)")
    if not report.added + report.updated + report.bad + report.merged + report.new_works:
        click.echo("Nothing has changed: everything was here already.")
        return
    click.echo(
        f"  records   {report.added:,} new, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.bad:,} bad"
    )
    click.echo(f"  papers    {report.new_works:,} new, {report.merged:,} merged")
    if report.joined:
        one = report.joined == 1
        what = "record is of a paper that was" if one else "records are of papers that were"
        click.echo(f"  joined    {report.joined:,} new {what} here already")
    if report.merged:
        click.echo("  Why they merged: broadsheet show REF --records; undo: broadsheet work split")


def _tell_bad_rows(report: ImportReport) -> None:
    if not report.bad:
        return
    rows = "1 row was" if report.bad == 1 else f"{report.bad:,} rows were"
    click.echo(f"{rows} skipped:", err=True)
    for row in report.bad_rows[:SHOWN_BAD_ROWS]:
        click.echo(printable(f"  {row.file}:{row.line}: {row.reason}"), err=True)
    if report.bad > SHOWN_BAD_ROWS:
        click.echo(f"  and {report.bad - SHOWN_BAD_ROWS:,} more", err=True)


@click.command()
@pass_app
def embed(app: App) -> None:
    """Compute what search by meaning still lacks, newest papers first.

    Only the slower models (settings embedder=minilm, onnx:..., st:..., openai:...) need this:
    search serves at once with the built-in table and gets better while this runs. Stop it
    whenever you like; it goes on from there.
    """
    with app.library() as library, progress() as listener:
        library.catch_up(progress=listener)
        done = library.embed_pending(progress=listener)
    click.echo(f"{done:,} papers were embedded." if done else "Nothing was left to embed.")


@click.group()
def index() -> None:
    """The search index: a cache of the library that can be thrown away and rebuilt."""


@index.command()
@pass_app
def rebuild(app: App) -> None:
    """Throw the index away and build it again; mends what `verify` finds in it."""
    with app.library() as library, progress() as listener:
        done = library.rebuild_index(progress=listener)
    click.echo(f"The index was rebuilt from {done:,} papers.")


@index.command("catch-up")
@pass_app
def catch_up(app: App) -> None:
    """Index what has changed since the index was last written (search does so by itself)."""
    with app.library() as library, progress() as listener:
        done = library.catch_up(progress=listener)
    click.echo(f"{done:,} papers were indexed." if done else "The index was up to date.")


@click.command()
@click.option("--host", help="Address to listen on.")
@port_option
@pass_app
def serve(app: App, host: str | None, port: int | None) -> None:
    """Serve the library as a web site, until Ctrl-C; fetch from its sources meanwhile.

    \b
    broadsheet serve                               http://127.0.0.1:8000
    broadsheet serve --host 0.0.0.0 --port 80      to everyone who can reach this machine
    """
    _serve(app, host=host, port=port)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--once", is_flag=True, help="End after the terminal part; serve nothing.")
@port_option
@pass_app
def demo(app: App, folder: Path | None, once: bool, port: int | None) -> None:
    """Make the demo library (451 papers), search it, and serve it until Ctrl-C.

    The demo library has a FOLDER of its own and leaves yours alone. Default: beside the
    default library.

    \b
    broadsheet demo
    broadsheet demo ~/papers --once
    """
    from broadsheet.cli.tour import take_tour
    from broadsheet.config import default_library

    if app.folder:
        raise click.UsageError("The demo library has a folder of its own: broadsheet demo FOLDER")
    app = App(folder or default_library().with_name("demo"))
    take_tour(app)
    if not once:
        _serve(app, port=port)


def _serve(app: App, **changes: str | int | None) -> None:
    from broadsheet.jobs import is_watching
    from broadsheet.web import serve as serve_web

    settings = app.settings(**changes)
    if settings.workers > 1:
        with app.teaching():
            serve_web(settings)
        return
    with app.library() as library:
        serve_web(settings, library)
    if is_watching():
        # An answer that is under way may take two minutes. Everything is closed, and what a
        # killed process keeps is all that there is to keep.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(codes.OK)


COMMANDS = (import_files, embed, index, serve, demo)
