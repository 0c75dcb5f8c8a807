"""Commands that draw: `plot`, `terms`, `map`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import WordsCommand, as_json, let_go
from broadsheet.cli.output import printable, show_json

if TYPE_CHECKING:
    from broadsheet.plots import PlotRequest

_INTERVALS = ("week", "month", "year")
_new_file = click.Path(dir_okay=False, writable=True, path_type=Path)
as_svg = click.option("--svg", type=_new_file, metavar="FILE", help="Draw it into an SVG file.")
as_png = click.option("--png", type=_new_file, metavar="FILE", help="Draw it into a PNG file.")


@click.command(cls=WordsCommand)
@click.argument("queries", metavar="QUERY...", nargs=-1, callback=let_go)
@click.option(
    "--by",
    type=click.Choice(_INTERVALS),
    default="month",
    show_default=True,
    help="A point for each.",
)
@click.option("--share", is_flag=True, help="Show shares of all papers instead of counts.")
@click.option(
    "--share-of", metavar="FIELD", help="Show shares of a field: category:cs.LG, venue:ICLR."
)
@click.option("--smooth", is_flag=True, help="Mean of three months or years, or of five weeks.")
@click.option(
    "--from", "first", default="", metavar="DATE", help="First period: 2024, 2024-03, ..."
)
@click.option("--to", "last", default="", metavar="DATE", help="Last period.")
@as_svg
@as_png
@click.option("--csv", "as_csv", type=_new_file, metavar="FILE", help="Write the numbers as CSV.")
@as_json
@pass_app
def plot(
    app: App,
    queries: tuple[str, ...],
    by: str,
    share: bool,
    share_of: str | None,
    smooth: bool,
    first: str,
    last: str,
    svg: Path | None,
    png: Path | None,
    as_csv: Path | None,
    as_json: bool,
) -> int:
    """Plot searches over time, up to six side by side.

    \b
    broadsheet plot                                all papers
    broadsheet plot "label smoothing" mixup        each word or quoted phrase is a search
    broadsheet plot diffusion --share-of category:cs.LG --by week --smooth
    broadsheet plot diffusion --from 2024 --svg diffusion.svg --csv diffusion.csv

    Each point counts what `broadsheet search` finds with the point's dates. Exit code 3 when
    nothing matches.
    """
    from broadsheet.plots import Interval, PlotRequest

    request = PlotRequest(
        queries=queries,
        interval=Interval(by),
        shares=share or share_of is not None,
        share_of=share_of or "",
        smooth=smooth,
        first=first,
        last=last,
    )
    return _plot(app, request, {"svg": svg, "png": png, "csv": as_csv}, as_json=as_json)


def _plot(app: App, request: PlotRequest, files: dict[str, Path | None], *, as_json: bool) -> int:
    from broadsheet.cli import pictures
    from broadsheet.trends import tables

    with app.current_library() as library:
        found = library.trends.plot(request)
        for kind, path in files.items():
            if path and kind == "csv":
                path.write_bytes(tables.to_csv(found).encode("utf-8", "replace"))
            elif path:
                path.write_bytes(library.trends.draw(found, kind))
    if as_json:
        show_json(tables.plot_data(found))
    else:
        pictures.show_plot(found)
        _tell_files(files)
    return codes.OK if any(curve.total for curve in found.curves) else codes.NOTHING


@click.command(cls=WordsCommand)
@click.argument("words", nargs=-1, callback=let_go)
@click.option(
    "--period", default="", help="2026-04, 2026-W16, 2026; else the last with enough papers."
)
@as_json
@pass_app
def terms(app: App, words: tuple[str, ...], period: str, as_json: bool) -> int:
    """Terms that rise and fall in the papers of a search, against the period before.

    \b
    broadsheet terms
    broadsheet terms category:cs.CV --period 2026
    broadsheet terms diffusion --period 2026-W16

    Log-odds with a prior (Monroe, Colaresi and Quinn, 2008) over titles and abstracts. Exit code
    3 when no term has changed more than chance would have it.
    """
    from broadsheet.cli import pictures
    from broadsheet.trends import tables

    with app.current_library() as library:
        found = library.trends.terms(" ".join(words), period)
    if as_json:
        show_json(tables.terms_data(found))
    else:
        pictures.show_terms(found)
    return codes.OK if found.rising or found.falling else codes.NOTHING


@click.command("map", cls=WordsCommand)
@click.argument("words", nargs=-1, callback=let_go)
@as_svg
@as_png
@as_json
@pass_app
def map_(
    app: App, words: tuple[str, ...], svg: Path | None, png: Path | None, as_json: bool
) -> int:
    """A map of the first 300 papers of a search: near papers are near in meaning.

    \b
    broadsheet map diffusion --svg diffusion.svg
    broadsheet map category:cs.CL year:2026 --png map.png

    In the terminal the map's regions are listed, with some papers of each. Exit code 3 when
    nothing matches.
    """
    from broadsheet.cli import pictures
    from broadsheet.trends import tables

    with app.current_library() as library:
        found = library.trends.map(" ".join(words))
        for kind, path in (("svg", svg), ("png", png)):
            if path:
                path.write_bytes(library.trends.draw_map(found, kind))
    if as_json:
        show_json(tables.map_data(found))
    else:
        pictures.show_map(found)
        _tell_files({"svg": svg, "png": png})
    return codes.OK if found.dots else codes.NOTHING


def _tell_files(files: dict[str, Path | None]) -> None:
    for path in filter(None, files.values()):
        click.echo(printable(f"Written to {path}."))


COMMANDS = (plot, terms, map_)
