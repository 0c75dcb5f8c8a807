"""Commands that fetch, and prove it: `sync`, `receipts`, `enrich`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app, progress
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import complain, printable, show_json
from broadsheet.cli.sourcing import (
    HOW_TO_FOLLOW,
    naming_sources,
    require_past,
    to_day,
    to_whole_day,
)

if TYPE_CHECKING:
    from broadsheet.newsroom import Newsroom
    from broadsheet.sources import SourceStatus, StreamReport

DAYS = 7


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, asking when something is due.")
@as_json
@pass_app
def sync(app: App, names: tuple[str, ...], watch: bool, as_json: bool) -> int:
    """Fetch what is new from the sources: from all that are due, or from those named.

    \b
    broadsheet sync
    broadsheet sync arxiv
    broadsheet sync --watch

    Stop it with Ctrl-C whenever you like: the next sync goes on where this one was. 'serve'
    does the same as --watch beside its pages.

    Exit code 4 when a source was in trouble, 1 when no source gave anything.
    """
    if watch and names:
        raise click.UsageError("--watch follows all sources; leave the names out.")
    return _resumable("sync", lambda: _fetch(app, names, watch, as_json))


def _resumable(verb: str, work: Callable[[], int]) -> int:
    """The exit code of work that Ctrl-C may end: what it had fetched by then is kept."""
    try:
        return work()
    except KeyboardInterrupt:
        complain(
            "Stopped. What was acknowledged before is kept, "
            f"and the next {verb} goes on where this one was."
        )
        return codes.INTERRUPTED


def _fetch(app: App, names: Sequence[str], watch: bool, as_json: bool) -> int:
    with app.library() as library:
        if not watch:
            return _sync(library.newsroom, names, as_json)
        _watch(library.newsroom, as_json)
    return codes.OK


def _sync(newsroom: Newsroom, names: Sequence[str], as_json: bool) -> int:
    with naming_sources(newsroom), progress() as listener:
        report = newsroom.sync(names, progress=listener, tell=_teller(as_json))
    statuses = newsroom.get_status()
    if as_json:
        show_json(shapes.sync_report(report, _next_of(statuses)))
    else:
        _tell_rest(report.streams, statuses, names, newsroom.now())
    refused = [each for each in statuses if each.source.blocked and _meant(each, names)]
    return _code(report.streams, refused)


def _watch(newsroom: Newsroom, as_json: bool) -> None:
    from broadsheet.jobs import Watch

    if not as_json and not newsroom.get_status():
        click.echo(f"Nothing is followed yet; waiting. {HOW_TO_FOLLOW}")
    tell = _print_line_of_json if as_json else _teller(as_json)
    Watch(newsroom, tell=tell, listening=progress).run()


def _teller(as_json: bool) -> Callable[[StreamReport], None]:
    if as_json:
        return lambda report: None
    from broadsheet.cli import bulletin

    return lambda report: click.echo(bulletin.describe(report))


def _print_line_of_json(report: StreamReport) -> None:
    click.echo(json.dumps(shapes.stream_report(report)))


def _meant(status: SourceStatus, names: Sequence[str]) -> bool:
    return not names or status.source.name in names


def _is_held(status: SourceStatus) -> bool:
    return status.source.paused or bool(status.source.blocked)


def _next_of(statuses: Sequence[SourceStatus]) -> datetime | None:
    return min((status.next_at for status in statuses if status.next_at), default=None)


def _tell_rest(
    reports: Sequence[StreamReport],
    statuses: Sequence[SourceStatus],
    names: Sequence[str],
    now: datetime,
) -> None:
    """What the streams' own lines do not say: who was not asked, why, and what is next."""
    from broadsheet.cli import bulletin

    if not statuses:
        click.echo(f"Nothing is followed yet. {HOW_TO_FOLLOW}")
        return
    meant = [each for each in statuses if _meant(each, names)]
    free = [each for each in meant if not _is_held(each)]
    if free and not reports:
        click.echo(bulletin.describe_rest(free, now))
    asked = {report.source for report in reports}
    for each in meant:
        worth_saying = each.source.blocked or names or not free
        if _is_held(each) and each.source.name not in asked and worth_saying:
            click.echo(bulletin.describe_held(each.source))


def _code(reports: Sequence[StreamReport], refused: Sequence[SourceStatus]) -> int:
    """Done, done but for some, or nothing got."""
    from broadsheet.sources import Outcome

    failed = (Outcome.WAITING, Outcome.BROKEN, Outcome.REFUSED)
    bad = [each for each in reports if each.trouble and each.outcome is not Outcome.BUSY]
    if bad and all(each.outcome in failed for each in reports):
        return codes.FAILED
    return codes.ATTENTION if bad or refused else codes.OK


@click.command()
@click.option(
    "--day", callback=to_whole_day, metavar="DAY", help="Of this day, with what is missing."
)
@click.option("--since", callback=to_day, metavar="DAY", help="From this day on. Default: 7 days.")
@click.option("--source", "name", default="", metavar="NAME", help="Of one source only.")
@as_json
@pass_app
def receipts(app: App, day: date | None, since: date | None, name: str, as_json: bool) -> int:
    """What was announced, what is here, what is missing and why: by source, category and day.

    \b
    broadsheet receipts                           the last 7 days
    broadsheet receipts --day 2026-11-20          one day, with the keys of what is missing
    broadsheet receipts --since 2026-10 --source arxiv

    Exit code 4 when anything is missing, stale or failed on these days.
    """
    if day and since:
        raise click.UsageError("Choose one of --day and --since.")
    with app.library() as library, naming_sources(library.newsroom):
        newsroom = library.newsroom
        last = day or newsroom.today()
        first = day or since or last - timedelta(days=DAYS - 1)
        require_past(newsroom, first)
        written = newsroom.get_receipts(first, last, source=name)
        rejected = newsroom.get_rejections(first, last, source=name)
        followed = bool(newsroom.get_status())
    if as_json:
        show_json(shapes.receipts(written, rejected, first, last))
    elif written:
        from broadsheet.cli import bulletin

        bulletin.receipts(written, rejected, detailed=day is not None)
    else:
        click.echo(f"There are no receipts of {_span(first, last)}. {_why_none(followed)}")
    wants_attention = any(receipt.verdict.wants_attention for receipt in written)
    return codes.ATTENTION if wants_attention else codes.OK


def _span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _why_none(followed: bool) -> str:
    if followed:
        return "Nothing was followed then: receipts begin with a source's first day."
    return f"Nothing is followed yet. {HOW_TO_FOLLOW}"


class _NamingServices(click.Command):
    """Its help lists the services in their own words, which are read when somebody asks for it."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from broadsheet.wiring import list_services

        super().format_help_text(ctx, formatter)
        with formatter.section("Services"):
            formatter.write_dl(list(list_services().items()))


@click.command(cls=_NamingServices)
@click.argument("service")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Of how many papers at most.",
)
@click.option("--again", is_flag=True, help="Ask although it refused: the key is mended, say.")
@as_json
@pass_app
def enrich(app: App, service: str, limit: int, again: bool, as_json: bool) -> int:
    """Ask a service what it knows about papers that are here: citations, venue, DOI, open access.

    \b
    broadsheet enrich crossref
    broadsheet enrich semanticscholar --limit 2000

    Keys are settings: semanticscholar_key, openalex_key.

    Papers are asked about by their identifiers, those that were never asked about first. Each
    value is kept with its source and its day. Ctrl-C keeps what has come.
    """
    return _resumable("enrich", lambda: _enrich(app, service, limit, again, as_json))


def _enrich(app: App, service: str, limit: int, again: bool, as_json: bool) -> int:
    with app.library() as library, progress() as listener:
        report = library.newsroom.enrich(service, limit=limit, again=again, progress=listener)
    if as_json:
        show_json(shapes.stream_report(report))
    else:
        from broadsheet.cli import bulletin

        click.echo(bulletin.describe(report, followed=False))
    return _code([report], ())


@click.command()
@click.argument("references", metavar="ID...", nargs=-1, required=True)
@as_json
@pass_app
def fetch(app: App, references: tuple[str, ...], as_json: bool) -> int:
    """Bring in single papers from arXiv, by id or address; with "v1" at its end, that version.

    \b
    broadsheet fetch 1706.03762
    broadsheet fetch 1706.03762v1 https://arxiv.org/abs/hep-th/9901001

    Exit code 4 when some of them did not come.
    """
    with app.library(create=True) as library, progress() as listener:
        came = library.newsroom.fetch(references, progress=listener)
    if as_json:
        show_json({"asked": len(references), "records": [shapes.record(each) for each in came]})
    else:
        for each in came:
            click.echo(printable(f"{each.key}v{each.version or 1}  {each.title}"))
        click.echo(f"{len(came):,} of {len(references):,} came.")
    return codes.OK if len(came) >= len(references) else codes.ATTENTION


COMMANDS = (sync, receipts, fetch, enrich)
