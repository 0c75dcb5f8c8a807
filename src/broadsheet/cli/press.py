"""Commands that read the paper: `edition`, `trending`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.edition import Edition, Scope

if TYPE_CHECKING:
    from broadsheet.library import Library

TRENDING = 20


@click.command()
@click.argument("name", default="")
@click.option("--mine", is_flag=True, help="Your own edition of the day.")
@click.option("--reader", default="", metavar="NAME", help="Whose own, where there are accounts.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--print", "to_press", is_flag=True, help="Send what is due to press first.")
@as_json
@pass_app
def edition(
    app: App,
    name: str,
    mine: bool,
    reader: str,
    markdown: bool,
    to_press: bool,
    as_json: bool,
) -> int:
    """Read the edition of a day, a week or a month; without NAME that of today.

    \b
    broadsheet edition                  today's
    broadsheet edition 2026-04-17       that of a day
    broadsheet edition 2026-W16         the best of a week
    broadsheet edition 2026-04 --markdown > april.md
    broadsheet edition --mine           what you search for, follow and save

    What was printed never changes. A day goes to press at the time of the setting press; until
    then, and for a day on which nothing was printed, this shows what is here now. Exit code 3
    when there is nothing in it.
    """
    if markdown and as_json:
        raise click.UsageError("Choose one of --json and --markdown.")
    with app.current_library() as library:
        if to_press:
            library.press.print_due()
            library.press.print_own_due()
        found = _find(library, name, reader, mine or bool(reader))
        if as_json:
            show_json(shapes.edition(found))
        elif markdown:
            text = library.press.to_markdown(found)
            click.echo(printable(text, keep_lines=True), nl=False)
        else:
            from broadsheet.cli import frontpage

            frontpage.edition(found, back_issue=library.press.is_back_issue(found))
    return codes.OK if found.entries else codes.NOTHING


def _find(library: Library, name: str, reader: str, mine: bool) -> Edition:
    press = library.press
    if mine:
        whose = library.accounts.get_reader(reader) if reader else library.accounts.alone()
        return press.get(Scope.READER, name or press.own_name(whose), whose)
    name = name or library.newsroom.today().isoformat()
    return press.get(press.scope_of(name), name)


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 100), default=TRENDING, show_default=True, help="How many."
)
@as_json
@pass_app
def trending(app: App, limit: int, as_json: bool) -> int:
    """The papers that people do most with now: votes here, upvotes on lists, citations, code.

    \b
    broadsheet trending
    broadsheet trending --limit 50 --json

    The formula stands below the list. Exit code 3 when nobody has voted for anything.
    """
    from broadsheet.press import FORMULA

    with app.current_library() as library:
        found = library.press.trending(limit=limit)
    if as_json:
        show_json(shapes.trending(found, FORMULA))
    else:
        from broadsheet.cli import frontpage

        frontpage.trending(found, FORMULA)
    return codes.OK if found.entries else codes.NOTHING


COMMANDS = (edition, trending)
