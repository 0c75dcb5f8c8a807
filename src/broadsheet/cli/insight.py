"""Commands that look into a shelf: `shelf hood`, `shelf trial`, `shelf review`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.learning import say_needed
from broadsheet.cli.output import printable, show_json
from broadsheet.cli.shelving import as_reader, find_shelf, opened, tell

LEAST = 0.005
"""A word with fewer points would be told with none."""

if TYPE_CHECKING:
    from broadsheet.learning import Effect, Hood, TrialReport
    from broadsheet.model import Work


@click.command()
@click.argument("shelf")
@click.option("--without", default="", metavar="REF", help="What would change without this paper.")
@as_reader
@as_json
@pass_app
def hood(app: App, shelf: str, without: str, name: str | None, as_json: bool) -> int:
    """What a shelf has learned, with weights, and how good its editions were. Exit code 3 when it
    has learned nothing.

    \b
    broadsheet shelf hood Diffusion
    broadsheet shelf hood Diffusion --without 2306.14670
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        recommender = library.recommender
        if without:
            work = library.get_work(without)
            effect = recommender.effect_without(reader, number, work.id)
            works = library.get_works([*effect.before, *effect.after])
            if as_json:
                show_json(shapes.learned(effect))
            else:
                _print_effect(work, effect, works)
            return codes.OK
        learned = recommender.describe(reader, number)
        works = library.get_works([lesson.work_id for lesson in learned.lessons])
    if as_json:
        show_json(shapes.learned(learned))
    else:
        _print_hood(learned, works)
    return codes.OK if learned.lessons else codes.NOTHING


def _print_hood(hood: Hood, works: Mapping[int, Work]) -> None:
    click.echo(printable(hood.quiet or f"{hood.name}: {hood.model}"))
    for lesson in hood.lessons:
        if lesson.work_id in works:
            title = works[lesson.work_id].title
            click.echo(printable(f"{lesson.work_id:>7} {lesson.weight:+6.2f}  {title}"))
    for word in (each for each in hood.terms if abs(each.points) >= LEAST):
        click.echo(printable(f"{'word':>7} {word.points:+6.2f}  {word.name}"))
    for author in hood.authors:
        click.echo(printable(f"{'author':>7} {author.points:>6.0f}  {author.name}"))
    if hood.needed:
        click.echo(f"A match in percent, not enough yet: {say_needed(hood.needed)}.")
    for week in hood.weeks:
        click.echo(
            f"{week.week}: {week.kept} of {week.shown} kept, {_percent(week.precision)} "
            f"({100 * week.low:.0f} to {_percent(week.high)}), {len(week.late)} found late"
        )


def _print_effect(work: Work, effect: Effect, works: Mapping[int, Work]) -> None:
    if not effect.after:
        click.echo(printable(f"Without “{work.title}” the shelf would find nothing."))
        return
    click.echo(printable(f"Without “{work.title}”:"))
    was = {number: place for place, number in enumerate(effect.before, 1)}
    for place, number in enumerate(effect.after, 1):
        if number in works:
            before = f"{was[number]:>3}" if number in was else "new"
            click.echo(printable(f"{place:>3} ({before})  {works[number].title}"))


# --- An experiment --------------------------------------------------------------------------------


@click.command()
@click.argument("shelf")
@click.option("--begin", default="", metavar="RANKER", help="Try this ranker against the shelf's.")
@click.option(
    "--end", type=click.Choice(["ours", "challenger"]), help="Stop, and keep one of the two."
)
@as_reader
@as_json
@pass_app
def trial(
    app: App, shelf: str, begin: str, end: str | None, name: str | None, as_json: bool
) -> None:
    """Two rankers against each other in a shelf's part of your edition, and who is ahead.

    Without options, how it stands, and which rankers there are.

    \b
    broadsheet shelf trial Diffusion --begin centroid@1
    broadsheet shelf trial Diffusion --end ours
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        recommender = library.recommender
        if begin or end:
            done = (
                recommender.begin_trial(reader, number, begin)
                if begin
                else recommender.end_trial(reader, number, end or "ours")
            )
            tell(app, done, name)
            return
        report = recommender.get_trial(reader, number)
        rankers = {each.id: each.title for each in recommender.list_rankers()}
    if as_json:
        show_json({**shapes.learned(report), "rankers": rankers})
    else:
        _print_trial(report, rankers)


def _print_trial(report: TrialReport, rankers: Mapping[str, str]) -> None:
    if not report.challenger:
        click.echo("No experiment runs. There are:")
        for key, title in rankers.items():
            click.echo(printable(f"  {key:<20} {title}"))
        return
    click.echo(printable(f"{report.ranker}: {report.wins} lists won, {report.kept} papers kept"))
    click.echo(
        printable(
            f"{report.challenger}: {report.losses} lists won, {report.challenger_kept} papers kept"
        )
    )
    sure = f"{100 * report.confidence:.3g} % confidence"
    told = f"Ahead: {report.leader}, {sure}" if report.leader else "Nobody is ahead"
    click.echo(f"{told}; {'decided' if report.decided else 'not decided'}.")


# --- A backlog ------------------------------------------------------------------------------------


@click.command()
@click.argument("shelf")
@click.argument("query")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="How many."
)
@as_reader
@as_json
@pass_app
def review(app: App, shelf: str, query: str, limit: int, name: str | None, as_json: bool) -> int:
    """The next papers to judge of all that a search finds, and whether you may stop. Exit code 3
    when none is left.

    \b
    broadsheet shelf review Diffusion "consistency distillation"
    """
    with opened(app, name) as (library, reader):
        number = find_shelf(library, reader, shelf).id
        state = library.recommender.review(reader, number, query, limit)
        works = library.get_works(state.next)
    if as_json:
        show_json(shapes.learned(state))
        return codes.OK if state.next else codes.NOTHING
    click.echo(f"{state.seen:,} of {state.papers:,} judged, {state.kept:,} kept")
    click.echo(printable(state.sentence))
    for each in state.next:
        if each in works:
            click.echo(printable(f"{each:>7}  {works[each].title}"))
    return codes.OK if state.next else codes.NOTHING


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


COMMANDS = (hood, trial, review)
