"""`broadsheet mail schedule`: on which days, and at what local time, an own edition is made."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.mailing_preview import find_reader, whose
from broadsheet.cli.output import printable, show_json

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.command()
@click.option("--zone", metavar="NAME", help="Time zone, such as Europe/Berlin.")
@click.option("--at", "time", metavar="HH:MM", help='Local time; "" for when the day is printed.')
@click.option(
    "--day", "days", multiple=True, type=click.Choice(DAYS), help="A weekday; one makes it weekly."
)
@whose
@as_json
@pass_app
def schedule(
    app: App, zone: str | None, time: str | None, days: tuple[str, ...], reader: str, as_json: bool
) -> None:
    """When a reader's own edition is made, on the web as by mail; without options, as it is set.

    \b
    broadsheet mail schedule --zone Europe/Berlin --at 07:30
    broadsheet mail schedule --day mon
    """
    from broadsheet.post.scheduling import say_schedule

    weekdays = tuple(number for number, day in enumerate(DAYS, 1) if day in days)
    with app.library() as library:
        found = find_reader(library, reader)
        before = library.post.schedules.get(found)
        wanted = replace(
            before,
            zone=before.zone if zone is None else zone,
            time=before.time if time is None else time,
            weekdays=weekdays or before.weekdays,
        )
        done = library.post.schedules.change(found, wanted) if wanted != before else None
        now = library.post.schedules.get(found)
    if as_json:
        show_json(asdict(now))
        return
    click.echo(printable(done.sentence if done else f"Made {say_schedule(now)}."))
    if done and done.signal:
        again = ["--reader", reader] if reader else []
        click.echo(printable(f"Undo:  {app.command('undo', str(done.signal), *again)}"))


COMMANDS = (schedule,)
