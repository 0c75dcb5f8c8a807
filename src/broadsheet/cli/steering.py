"""The command that steers a shelf: `shelf steer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from broadsheet import shapes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.learning import say_needed
from broadsheet.cli.output import printable, show_json
from broadsheet.cli.shelving import as_reader, find_shelf, opened, tell
from broadsheet.learning import Wish

if TYPE_CHECKING:
    from broadsheet.learning import Steering, TradeOff, TradeOffPoint
    from broadsheet.people import Shelf

KINDS = ("category", "source", "author")
WEEK = timedelta(days=7)


@click.command()
@click.argument("shelf")
@click.option("--per-day", type=int, help="At most so many papers a day.")
@click.option("--minutes", type=int, help="As many as so many minutes of reading; 0: no matter.")
@click.option("--floor", type=click.IntRange(0, 100), help="The least match, in percent.")
@click.option("--explore", type=click.IntRange(0, 100), help="Percent of places to learn from.")
@click.option("--rare", type=click.IntRange(0, 100), help="How much less famous papers count.")
@click.option("--only", multiple=True, metavar="KIND:NAME", help="Let in only; again for more.")
@click.option("--never", multiple=True, metavar="KIND:NAME", help="Keep out; again for more.")
@click.option("--mute/--unmute", default=None, help="Out of the edition for a week, or not.")
@click.option("--in-edition/--not-in-edition", default=None, help="A section of the edition.")
@as_reader
@as_json
@pass_app
def steer(app: App, /, shelf: str, name: str | None, as_json: bool, **given: Any) -> None:
    """Steer a shelf; without options, what is set and what each floor would mean.

    KIND is category, source or author; "--only none" and "--never none" take all of them away.

    \b
    broadsheet shelf steer Diffusion --floor 50 --per-day 4
    broadsheet shelf steer Diffusion --only category:cs.LG --never source:openreview
    """
    chosen = {key: value for key, value in given.items() if value not in (None, ())}
    with opened(app, name) as (library, reader):
        found = find_shelf(library, reader, shelf)
        recommender = library.recommender
        set_now = recommender.get_steering(reader, found.id)
        if not chosen:
            _show(found, set_now, recommender.trade_off(reader, found.id), as_json)
            return
        wanted = _change(set_now, chosen, library.newsroom.today())
        done = recommender.steer(reader, wanted)
        if wanted.floor and "floor" in chosen:
            trade_off = recommender.trade_off(reader, found.id)
            done = done._replace(sentence=done.sentence + _say_when(trade_off))
        if as_json:
            show_json(shapes.done(done))
        else:
            tell(app, done, name)


def _change(steering: Steering, chosen: Mapping[str, Any], today: date) -> Steering:
    """What is set, with the options that were given."""
    wanted: dict[str, Any] = {}
    for key, value in chosen.items():
        if key == "mute":
            wanted["muted_until"] = today + WEEK if value else None
        elif key in ("only", "never"):
            wanted[key] = _read_wishes(value)
        else:
            wanted[key] = value / 100 if key in ("floor", "explore", "rare") else value
    return replace(steering, **wanted)


def _read_wishes(given: tuple[str, ...]) -> tuple[Wish, ...]:
    if given == ("none",):
        return ()
    wishes = [Wish(*text.partition(":")[::2]) for text in given]
    if any(wish.kind not in KINDS or not wish.value.strip() for wish in wishes):
        raise click.UsageError(f"Write {', '.join(f'{kind}:NAME' for kind in KINDS)}, or none.")
    return tuple(wishes)


def _show(shelf: Shelf, steering: Steering, trade_off: TradeOff, as_json: bool) -> None:
    if as_json:
        told = {"steering": shapes.learned(steering), "trade_off": shapes.learned(trade_off)}
        show_json(told)
        return
    minutes = f"{steering.minutes} minutes of reading"
    much = minutes if steering.minutes else f"{steering.per_day} papers"
    click.echo(printable(f"{shelf.name}: at most {much} a day"))
    for what in ("floor", "explore", "rare"):
        click.echo(f"  {what} {_percent(getattr(steering, what))}")
    if not steering.floor:
        click.echo("  Without a floor: what is clearly nearer to it than most of the library.")
    for side, wishes in (("only", steering.only), ("never", steering.never)):
        for wish in wishes:
            click.echo(printable(f"  {side} {wish.kind}:{wish.value}"))
    if not steering.in_edition:
        click.echo("  not in the edition")
    if steering.muted_until:
        click.echo(f"  mute until {steering.muted_until}")
    _print_trade_off(trade_off, steering.floor)


def _print_trade_off(trade_off: TradeOff, floor: float) -> None:
    if trade_off.quiet:
        click.echo(printable(trade_off.quiet))
    elif trade_off.needed:
        click.echo(f"What a floor means, not enough yet: {say_needed(trade_off.needed)}.")
    for point in trade_off.points:
        mark = "*" if point.floor == floor else " "
        click.echo(f"{mark} floor {_percent(point.floor):>4}: {_say_point(point)}")


def _say_when(trade_off: TradeOff) -> str:
    """What keeps a floor from holding now, as a sentence to follow another; "" for nothing."""
    if trade_off.quiet:
        return f" {trade_off.quiet}"
    if not trade_off.needed:
        return ""
    missing = say_needed(trade_off.needed)
    return f" The floor holds once the match is known: {missing}. Until then there is none."


def _say_point(point: TradeOffPoint) -> str:
    if not point.papers:
        return "nothing would be shown"
    return (
        f"{point.papers:5.1f} papers a day, {_percent(point.precision):>5} kept "
        f"({100 * point.low:.0f} to {_percent(point.high)}), {_percent(point.missed):>5} missed, "
        f"{_percent(point.quiet):>5} of the days quiet"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


COMMANDS = (steer,)
