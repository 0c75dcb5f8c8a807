"""The command `broadsheet` and what it offers; each room of commands adds its own."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet import __version__
from broadsheet.cli import (
    codes,
    filling,
    finding,
    insight,
    keeping,
    learning,
    mailing,
    people,
    plotting,
    press,
    searching,
    shelving,
    sourcing,
    steering,
    syncing,
    tuning,
)
from broadsheet.cli.app import App


@click.group(epilog=codes.HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--library",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The library's folder. Default: $BROADSHEET_LIBRARY, or else a folder of its own under "
    "the user's data directory.",
)
@click.version_option(__version__, prog_name="broadsheet")
@click.pass_context
def broadsheet(context: click.Context, folder: Path | None) -> None:
    """Collect research papers and search them by words and by meaning.

    \b
    Look around:        broadsheet demo
    Load your papers:   broadsheet import refs.bib arxiv-dump.jsonl.gz
    Follow arXiv:       broadsheet source add arxiv cs.LG, then: broadsheet sync
    Find something:     broadsheet search "label smoothing year:2023"
    Read the news:      broadsheet edition
    Read in a browser:  broadsheet serve

    A library is one folder. Every command takes --help, with examples.
    """
    context.obj = App(folder)


ROOMS = (
    filling,
    sourcing,
    syncing,
    finding,
    plotting,
    press,
    shelving,
    people,
    keeping,
    tuning,
    searching,
    mailing,
)

for command in (*learning.COMMANDS, *steering.COMMANDS, *insight.COMMANDS):
    shelving.shelf_group.add_command(command)
for command in (command for room in ROOMS for command in room.COMMANDS):
    broadsheet.add_command(command)
