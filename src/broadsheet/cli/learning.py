"""Commands that teach shelves: `shelf new`, `like`, `dislike`, `hide`, `start`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.cli.shelving import as_reader, find_shelf, opened, tell
from broadsheet.learning import NEW_PAGE, Opinion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from broadsheet.learning import ShelfPicks
    from broadsheet.model import Work


@click.command()
@click.argument("shelf")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many."
)
@as_reader
@as_json
@pass_app
def new(app: App, shelf: str, limit: int, name: str | None, as_json: bool) -> int:
    """What a shelf finds among the papers of the last month, and why. Exit code 3 when nothing.

    \b
    broadsheet shelf new Diffusion
    """
    with opened(app, name) as (library, reader):
        found = find_shelf(library, reader, shelf)
        picks = library.recommender.rank(reader, found.id, limit=limit)
        named = [match.work_id for match in picks.matches]
        near = [because.work_id for match in picks.matches for because in match.because]
        works = library.get_works([*named, *near])
        if not as_json:  # a program looks at nothing
            library.journal.note_shown(reader, f"{NEW_PAGE}{found.id}", named)
    if as_json:
        show_json(shapes.picks(picks, works))
    else:
        _print_picks(picks, works)
    return codes.OK if picks.matches else codes.NOTHING


def _print_picks(picks: ShelfPicks, works: Mapping[int, Work]) -> None:
    if not picks.matches:
        click.echo(printable(picks.quiet))
    for match in picks.matches:
        chance = "" if match.chance is None else f"{100 * match.chance:.0f} %"
        click.echo(printable(f"{match.work_id:>7} {chance:>5}  {works[match.work_id].title}"))
        near = [f"“{works[b.work_id].title}”" for b in match.because if b.work_id in works][:2]
        words = ", ".join(word.name for word in match.terms[:3])
        why = "; ".join(filter(None, ["near " + " and ".join(near) if near else "", words]))
        click.echo(printable(f"{'':>15}{why}"))
    if picks.needed:
        click.echo(f"{say_needed(picks.needed)}, and each paper carries its match in percent.")


def say_needed(answers: int) -> str:
    """How many answers are missing: "7 more answers"."""
    return f"{answers} more {'answer' if answers == 1 else 'answers'}"


def _answering(opinion: Opinion, meaning: str) -> click.Command:
    @click.argument("shelf")
    @click.argument("references", metavar="REF...", nargs=-1, required=True)
    @click.option("--undo", "undo", is_flag=True, help="Take this answer back instead.")
    @as_reader
    @pass_app
    def answer(
        app: App, shelf: str, references: tuple[str, ...], undo: bool, name: str | None
    ) -> None:
        with opened(app, name) as (library, reader):
            number = find_shelf(library, reader, shelf).id
            recommender = library.recommender
            act = recommender.take_back if undo else recommender.answer
            for reference in references:
                tell(app, act(reader, reference, opinion, number), name)

    answer.__doc__ = f"{meaning}\n\n\b\nbroadsheet shelf {opinion} Diffusion 2306.14670 17\n"
    return click.command(str(opinion))(answer)


ANSWERS = (
    _answering(
        Opinion.LIKE,
        "Teach a shelf that papers are to your liking, without putting them on it.",
    ),
    _answering(Opinion.DISLIKE, "Teach a shelf that papers are not for it."),
    _answering(
        Opinion.HIDE, "Take papers out of sight, for all shelves; nothing is learned from it."
    ),
)


@click.command()
@click.argument("shelf")
@click.argument("references", metavar="[REF...]", nargs=-1)
@as_reader
@pass_app
def start(app: App, shelf: str, references: tuple[str, ...], name: str | None) -> int:
    """Start a shelf from papers: REF is an arXiv id, a DOI, an address, a title, or a file.

    Files are BibTeX, RIS or CSL-JSON (Zotero writes them all). Without any REF, papers are read
    from standard input, one a line. The shelf is made where there is none of this name, and taken
    away again where nothing came onto it.

    \b
    broadsheet shelf start Diffusion 2306.14670 2006.11239
    broadsheet shelf start Diffusion zotero.bib
    broadsheet shelf start Diffusion < papers.txt
    """
    files = [each for each in references if Path(each).is_file()]
    pasted = "\n".join(each for each in references if each not in files)
    if not references:
        pasted = sys.stdin.read(100_000)
    with opened(app, name) as (library, reader):
        known = {each.name.casefold(): each.id for each in library.shelves.get(reader)}
        number = known.get(shelf.casefold(), 0)
        if not number:
            made = library.shelves.make(reader, shelf)
            click.echo(printable(made.sentence))
            number = made.target
        try:
            if files:
                tell(app, library.shelves.fill(reader, number, files), name)
            if pasted or not files:
                tell(app, library.recommender.start(reader, number, pasted), name)
        finally:
            empty = not library.shelves.get_shelf(reader, number).papers
            if empty and number not in known.values():
                click.echo(printable(library.shelves.delete(reader, number).sentence))
    if empty:
        return codes.NOTHING
    click.echo(printable(f"See:   {app.command('shelf', 'new', shelf)}"))
    return codes.OK


COMMANDS = (new, *ANSWERS, start)
