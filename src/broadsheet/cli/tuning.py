"""`tune`: questions about papers, by which search finds the configuration that serves best."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, catch_up, pass_app, progress
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.cli.shelving import as_reader, opened, tell
from broadsheet.text import clean_line

if TYPE_CHECKING:
    from broadsheet.library import Library
    from broadsheet.people import Reader
    from broadsheet.tuning import Question, TuneState

EXCERPT = 400
KEYS = {"y": "yes", "n": "no", "s": "skip", "u": "undo", "q": "quit"}


@click.command()
@click.option("--status", "status", is_flag=True, help="Only say what the answers say so far.")
@click.option("--apply", "change", is_flag=True, help="Let search go by what leads for sure.")
@click.option("--reset", is_flag=True, help="Let search be as it is shipped; answers stay.")
@as_reader
@as_json
@pass_app
def tune(app: App, status: bool, change: bool, reset: bool, name: str | None, as_json: bool) -> int:
    """Tune search to this library by answering questions about papers.

    \b
    broadsheet tune             asks about papers on which ways of searching disagree
    broadsheet tune --status    what the answers say so far
    broadsheet tune --apply     search by what leads, if that cannot be chance
    broadsheet tune --reset     search as it is shipped

    Questions come from your saved searches, the names of your shelves, and the titles of what you
    saved last; what you search for otherwise is not kept, and not used. Each answer is kept at once
    and can be undone.
    """
    if sum((status, change, reset)) > 1:
        raise click.UsageError("Choose one of --status, --apply and --reset.")
    with opened(app, name) as (library, reader):
        if change or reset:
            act = library.tuning.apply if change else library.tuning.reset
            tell(app, act(reader), name)
        elif status or as_json:
            _show(_read_state(library, reader), as_json)
        elif not sys.stdin.isatty():
            click.echo(
                "Questions are asked on a terminal: run this on one, or open the page /tune of "
                f"'{app.command('serve')}'. '{app.command('tune', '--status')}' says how far it is."
            )
            return codes.FAILED
        else:
            return _ask_all(app, library, reader)
    return codes.OK


def _read_state(library: Library, reader: Reader) -> TuneState:
    with progress() as listener:
        return library.tuning.state(reader, listener)


def _show(state: TuneState, as_json: bool) -> None:
    if as_json:
        show_json(shapes.tuning(state))
        return
    click.echo(printable(state.sentence))
    click.echo(f"Search goes {state.in_use.title}.")
    if state.figures:
        click.echo(state.figures)


def _ask_all(app: App, library: Library, reader: Reader) -> int:
    """Ask until there is nothing more to ask, or nobody wants to answer."""
    if library.index_behind():
        catch_up(library)
    skipped: list[tuple[str, int]] = []
    done: list[int] = []
    while question := _find_next(library, reader, skipped):
        key = _put_question(question, len(done) + 1)
        if key == "q":
            break
        if key == "u":
            _undo_last(library, reader, done)
        elif key == "s":
            skipped.append((question.query, question.work.id))
        else:
            kept = library.tuning.answer(reader, question.query, question.work.id, key == "y")
            done.append(kept.signal)
    state = _read_state(library, reader)
    click.echo()
    _show(state, as_json=False)
    if state.can_change:
        click.echo(f"Make it so:  {app.command('tune', '--apply')}")
    return codes.OK if done or state.answers else codes.NOTHING


def _find_next(library: Library, reader: Reader, skipped: list[tuple[str, int]]) -> Question | None:
    with progress() as listener:
        found = library.tuning.ask(reader, 1, skipped=skipped, progress=listener)
    return found[0] if found else None


def _put_question(question: Question, number: int) -> str:
    work = question.work
    text = clean_line(work.abstract or work.summary)
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + "…"
    click.echo(printable(f"\n{number}. Searching for:  {question.query}", keep_lines=True))
    click.echo(printable(f"   {work.title}"))
    if excerpt:
        click.echo(printable(f"   {excerpt}"))
    words = ", ".join(f"{word} ({key})" for key, word in KEYS.items())
    answer: str = click.prompt(
        f"Is it one to find?  {words}", type=click.Choice(list(KEYS)), show_choices=False
    )
    return answer


def _undo_last(library: Library, reader: Reader, done: list[int]) -> None:
    if done:
        click.echo(printable(library.journal.undo(reader, done.pop()).sentence))
    else:
        click.echo("There is nothing to undo.")


COMMANDS = (tune,)
