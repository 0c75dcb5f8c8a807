"""Commands about what is followed: `source add`, `list`, `pause`, `resume`, `remove`, `test`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.errors import BroadsheetError, InvalidInputError, NotFoundError
from broadsheet.sources import Verdict

if TYPE_CHECKING:
    from broadsheet.newsroom import Newsroom
    from broadsheet.sources import Source

HOW_TO_FOLLOW = "Follow one with, for instance, 'broadsheet source add arxiv cs.LG'."

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def to_day(ctx: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    """The day that an option names: 2026-11-20; the first of 2026-11 or of 2026."""
    forms = "2026-11-20, 2026-11 or 2026"
    return None if text is None else _read_day(ctx, parameter, text, forms)


def to_whole_day(ctx: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    """The day that an option names in full: 2026-11-20."""
    whole = text if text is None or text.count("-") == 2 else ""
    return None if whole is None else _read_day(ctx, parameter, whole, "2026-11-20")


def _read_day(ctx: click.Context, parameter: click.Parameter, text: str, forms: str) -> date:
    match = _DAY.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        pass  # the 31st of November: as wrong as a word
    raise click.BadParameter(f"Write a day as {forms}.", ctx, parameter)


@contextmanager
def naming_sources(newsroom: Newsroom) -> Iterator[None]:
    """A mistaken name of a source is answered with the names that there are."""
    try:
        yield
    except NotFoundError as error:
        known = ", ".join(status.source.name for status in newsroom.get_status())
        what = f"Followed are: {known}." if known else f"None is followed. {HOW_TO_FOLLOW}"
        raise BroadsheetError(f"{error} {what}") from error


def require_past(newsroom: Newsroom, day: date) -> None:
    """Raises InvalidInputError for a day that is yet to come."""
    if day > newsroom.today():
        raise InvalidInputError(f"{day} is yet to come; choose a day up to today.")


def command_to_add(source: Source) -> str:
    """The command that follows a source as it is followed now."""
    parts = ["broadsheet", "source", "add", source.kind, *source.targets]
    if source.since:
        parts += ["--since", source.since.isoformat()]
    if source.mirror:
        parts += ["--mirror", source.mirror]
    return shlex.join(parts)


@click.group("source")
def source_group() -> None:
    """Where papers come from by themselves: arXiv, Hugging Face, feeds, venues."""


class _NamingKinds(click.Command):
    """Its help lists the kinds in their own words, which are read when somebody asks for it."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from broadsheet.wiring import list_kinds

        super().format_help_text(ctx, formatter)
        kinds = list_kinds()
        with formatter.section("Kinds"):
            formatter.write_dl([(each.kind, printable(each.summary)) for each in kinds])
        with formatter.section("Examples"):
            for each in kinds:
                line = f"broadsheet source add {each.kind} {each.example}"
                formatter.write(printable(f"{'':{formatter.current_indent}}{line}".rstrip()) + "\n")


@source_group.command(cls=_NamingKinds)
@click.argument("kind")
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--since",
    callback=to_day,
    metavar="DAY",
    help="The first day wanted: 2026-11-20, 2026-11.",
)
@click.option(
    "--mirror", metavar="URL", default="", help="Ask this address instead of the source's own."
)
@pass_app
def add(app: App, kind: str, targets: tuple[str, ...], since: date | None, mirror: str) -> None:
    """Follow something from now on, or more of what is followed already.

    Nothing is asked of the source yet: 'broadsheet sync' does that. With --since, what lies
    before today is fetched, too, which can take hours where it is years; it can be stopped at
    any moment and goes on from there.
    """
    with app.library(create=True) as library:
        newsroom = library.newsroom
        if since:
            require_past(newsroom, since)
        followed = newsroom.add_source(kind, targets, since=since, mirror=mirror)
        known = [status.source for status in newsroom.get_status()]
    what = f" {', '.join(followed.targets)}" if followed.targets else ""
    begin = f", from {followed.since} on" if followed.since else ""
    click.echo(printable(f"{followed.name} is followed:{what or ' all of it'}{begin}."))
    if beside := _tell_others(followed, known):
        click.echo(printable(beside))
    click.echo(printable(f"Fetch now:  broadsheet sync {shlex.quote(followed.name)}"))
    click.echo(printable(f"Try first:  broadsheet source test {shlex.quote(followed.name)}"))


def _tell_others(added: Source, known: Sequence[Source]) -> str:
    """That the same kind is followed at another place already, which is easily overlooked."""
    others = [each for each in known if each.kind == added.kind and each.mirror != added.mirror]
    if not others:
        return ""
    from broadsheet.wiring import list_kinds

    titles = {each.kind: each.title for each in list_kinds()}
    itself = f"{titles.get(added.kind, added.kind)} itself"
    places = [f"{each.name} at {each.mirror or itself}" for each in (added, *others)]
    return f"It is a source of its own: {places[0]}, beside {', '.join(places[1:])}."


@source_group.command("list")
@as_json
@pass_app
def list_sources(app: App, as_json: bool) -> None:
    """What is followed, how it stands, and when it is asked next.

    "Last good" is when the source was last known to the end: everything that it had told by then
    is here.

    \b
    broadsheet source list
    broadsheet source list --json
    """
    with app.library() as library:
        statuses, now = library.newsroom.get_status(), library.newsroom.now()
    if as_json:
        show_json(shapes.sources(statuses))
    elif statuses:
        from broadsheet.cli import bulletin

        bulletin.sources(statuses, now)
    else:
        click.echo(f"Nothing is followed yet. {HOW_TO_FOLLOW}")


@source_group.command()
@click.argument("name")
@pass_app
def pause(app: App, name: str) -> None:
    """Ask nothing of a source until 'source resume'.

    \b
    broadsheet source pause arxiv
    """
    with app.library() as library, naming_sources(library.newsroom):
        library.newsroom.pause(name)
    click.echo(printable(f"{name} is paused: nothing is asked of it."))
    click.echo(printable(f"Go on:  broadsheet source resume {shlex.quote(name)}"))


@source_group.command()
@click.argument("name")
@pass_app
def resume(app: App, name: str) -> None:
    """Go on with a source that was paused, or that has refused.

    A source that answers "forbidden" is left alone until a person has seen to it: this command
    says that you have.

    \b
    broadsheet source resume arxiv
    """
    with app.library() as library, naming_sources(library.newsroom):
        library.newsroom.resume(name)
    click.echo(printable(f"{name} goes on where it was."))
    click.echo(printable(f"Fetch now:  broadsheet sync {shlex.quote(name)}"))


@source_group.command()
@click.argument("name")
@pass_app
def remove(app: App, name: str) -> None:
    """Follow a source no longer. Its papers and its receipts stay.

    \b
    broadsheet source remove arxiv
    """
    with app.library() as library, naming_sources(library.newsroom):
        gone = library.newsroom.remove(name)
    click.echo(printable(f"{name} is followed no longer; its papers and receipts stay."))
    click.echo(printable(f"Follow it again:  {command_to_add(gone)}"))


@source_group.command()
@click.argument("name")
@as_json
@pass_app
def test(app: App, name: str, as_json: bool) -> int:
    """Ask a source once for each of its streams, say what came, and keep nothing.

    A stream that waits for another, such as arXiv's sweep for its harvest, is left out. The first
    request of an arXiv harvest asks for no paper yet, so its 0 records are in order.

    \b
    broadsheet source test arxiv

    Exit code 4 when anything is amiss.
    """
    with app.library() as library, naming_sources(library.newsroom):
        tried = []
        for trial in library.newsroom.test(name):
            tried.append(trial)
            if not as_json:
                from broadsheet.cli import bulletin

                quiet = "" if trial.records else _why_quiet(library.newsroom, name)
                bulletin.trial(trial, quiet)
    if as_json:
        show_json(shapes.trials(name, tried))
    return codes.ATTENTION if any(trial.trouble for trial in tried) else codes.OK


def _why_quiet(newsroom: Newsroom, name: str) -> str:
    """Why a source announces nothing today, or ""."""
    today = newsroom.today()
    written = newsroom.get_receipts(today, today, source=name)
    return next((each.sentence for each in written if each.verdict is Verdict.QUIET), "")


COMMANDS = (source_group,)
