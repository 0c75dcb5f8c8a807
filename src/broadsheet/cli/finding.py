"""Commands that find: `search`, `show`, `related`, `stats`."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import HOW_TO_FILL, App, pass_app
from broadsheet.cli.output import complain, printable, show_json
from broadsheet.errors import InvalidQueryError, NotFoundError

if TYPE_CHECKING:
    from broadsheet.library import Library, Page

SORTS = ("relevance", "newest", "oldest", "votes", "citations")
STYLES = ("bibtex", "ris", "csl-json", "jsonl")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


_NEGATED = re.compile(r"-(?!h$)[^\W\d_]|-[(\"“”„‟]")
_HELD = "\0"  # which no argument of a process can have


class WordsCommand(click.Command):
    """A command whose arguments may begin with a minus: `-survey` leaves a word out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        held = [_HELD + arg if _NEGATED.match(arg) else arg for arg in args]
        return super().parse_args(ctx, held)


def let_go(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.removeprefix(_HELD) for word in words)


@click.command(cls=WordsCommand)
@click.argument("words", nargs=-1, callback=let_go)
@click.option("--limit", default=10, show_default=True, help="How many results to show.")
@click.option("--offset", default=0, show_default=True, help="How many results to skip.")
@click.option(
    "--sort", type=click.Choice(SORTS), default="relevance", show_default=True, help="The order."
)
@click.option("--facets/--no-facets", default=True, help="Counts by venue, category, year, ...")
@click.option("--format", "style", type=click.Choice(STYLES), help="Print citations instead.")
@as_json
@pass_app
def search(
    app: App,
    words: tuple[str, ...],
    limit: int,
    offset: int,
    sort: str,
    facets: bool,
    style: str | None,
    as_json: bool,
) -> int:
    """Search by words and by meaning, both at once.

    \b
    broadsheet search label smoothing              all the words, and what means the same
    broadsheet search '"label smoothing" -vision'  a phrase, without a word
    broadsheet search '(drift OR shift) year:2023' either word, in a year
    broadsheet search 'author:bengio venue:ICLR date:2020-06..2024'
    broadsheet search 'title:bias has:code' --sort newest
    broadsheet search https://arxiv.org/abs/2306.14670
    broadsheet search 'fairness' --format bibtex > fairness.bib

    Fields: title: author: abstract: category: venue: source: id: year: date: has:code is:withdrawn.
    Quote the query when it has quotes or parentheses in it. Without words, the newest papers
    are shown. Exit code 3 when nothing matches.
    """
    if style and as_json:
        raise click.UsageError("Choose one of --json and --format.")
    from broadsheet.model import Sort

    text, wanted = " ".join(words), facets and not style
    with app.current_library() as library:
        begun = time.perf_counter()
        try:
            page = library.search(text, limit=limit, offset=offset, sort=Sort(sort), facets=wanted)
        except InvalidQueryError as error:
            return _point_at(error, text)
        seconds = time.perf_counter() - begun
        if style:
            _cite(library, page, style)
        elif as_json:
            order = Sort(sort)
            show_json(shapes.page(page, text=text, sort=order, limit=limit, offset=offset))
        else:
            _show_page(library, page, offset, seconds)
    return codes.OK if page.shown else codes.NOTHING


def _cite(library: Library, page: Page, style: str) -> None:
    cited = library.export_works([shown.work for shown in page.shown], style)
    click.echo(printable(cited, keep_lines=True), nl=False)


def _show_page(library: Library, page: Page, offset: int, seconds: float) -> None:
    from broadsheet.cli import render

    render.page(page, offset=offset, seconds=seconds)
    if not page.shown and not library.stats().works:
        click.echo(f"This library is empty. {HOW_TO_FILL}")


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--records", is_flag=True, help="What every source said, and the paper's history.")
@as_json
@pass_app
def show(app: App, reference: str, records: bool, as_json: bool) -> int:
    """Show one paper: its facts, where each came from, its abstract or summary.

    REF is the number of a paper as search prints it, an arXiv id, a DOI, a venue's id, or an
    address with one of these in it.

    \b
    broadsheet show 17
    broadsheet show arXiv:1906.02629
    broadsheet show https://arxiv.org/abs/1906.02629v3 --records

    Exit code 3 when the library does not have it.
    """
    with app.library() as library:
        try:
            work = library.get_work(reference)
        except NotFoundError as error:
            complain(str(error))
            return codes.NOTHING
        stored = library.get_records(work.id)
        history = library.get_history(work.id) if records else ()
        measured = library.newsroom.get_series(work)
    first_seen = min((entry.seen_at for entry in stored), default=None)
    if as_json:
        full = shapes.work_with_records(work, stored, history) if records else work.as_dict()
        show_json({**full, **shapes.witnessed(first_seen, measured)})
        return codes.OK
    from broadsheet.cli import render

    render.work(work, first_seen=first_seen, measured=measured)
    if records:
        render.records(stored, history)
    return codes.OK


@click.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, help="How many papers to show.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="relevance",
    show_default=True,
    help="The order of the nearest ones.",
)
@as_json
@pass_app
def related(app: App, references: tuple[str, ...], limit: int, sort: str, as_json: bool) -> int:
    """Papers near one paper, or near several taken together.

    \b
    broadsheet related 17
    broadsheet related arXiv:1906.02629 2306.14670 --limit 20
    broadsheet related 17 --sort newest

    Exit code 3 when a paper is not in the library, or nothing is near it.
    """
    from broadsheet.model import Sort

    with app.current_library() as library:
        try:
            shown = library.related(references, limit=limit, sort=Sort(sort))
        except NotFoundError as error:
            complain(str(error))
            return codes.NOTHING
    if as_json:
        show_json(shapes.related(shown))
    else:
        from broadsheet.cli import render

        render.related(shown)
    return codes.OK if shown else codes.NOTHING


@click.command()
@as_json
@pass_app
def stats(app: App, as_json: bool) -> None:
    """Sizes of the library, its sources and the state of its index."""
    with app.library() as library:
        found = library.stats()
    folder = app.settings().library
    if as_json:
        show_json(shapes.stats(found, folder))
        return
    from broadsheet.cli import render

    render.stats(found, folder)
    if not found.works:
        click.echo(f"This library is empty. {HOW_TO_FILL}")


def _point_at(error: InvalidQueryError, text: str) -> int:
    """The mistake, the part of the query around it, and a caret under the character."""
    from rich.cells import cell_len

    complain(str(error))
    start = max(0, error.position - 60)
    before = printable(text[start : error.position])
    after = printable(text[error.position : error.position + 20])
    click.echo(f"  {before}{after}\n  {' ' * cell_len(before)}^", err=True)
    return codes.FAILED


COMMANDS = (search, show, related, stats)
