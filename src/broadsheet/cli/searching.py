"""`searches promise`: what an instance promises of what saved searches bring."""

from __future__ import annotations

import click

from broadsheet.cli.app import App, pass_app
from broadsheet.cli.output import printable


@click.group()
def searches() -> None:
    """Saved searches, those of all readers together."""


@searches.command()
@click.argument("percent", type=click.Choice(["off", "10", "20", "30"]), required=False)
@pass_app
def promise(app: App, percent: str | None) -> None:
    """What is promised of the papers that saved searches bring, and what came of it.

    \b
    broadsheet searches promise       says so
    broadsheet searches promise 20    promise: at most 20 % are passed over
    broadsheet searches promise off   promise nothing, and show all that searches find

    Papers that are too likely to be passed over are held back, as soon as readers have judged
    enough of what their searches brought.
    """
    with app.library() as library:
        promises = library.recommender.promises
        if percent:
            done = promises.choose(0 if percent == "off" else int(percent))
            click.echo(printable(done.sentence))
        state = promises.describe()
        if state.percent or not percent:
            click.echo(printable(state.sentence))
        if state.record:
            click.echo(printable(state.record))


COMMANDS = (searches,)
