"""Commands that fetch, and prove it: `sync`, `receipts`, `enrich`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app, progress
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import Listener, complain, deaf, printable, show_json
from broadsheet.cli.sourcing import (
    HOW_TO_FOLLOW,
    naming_sources,
    require_past,
    to_day,
    to_whole_day,
)
from broadsheet.ids import parse_arxiv

if TYPE_CHECKING:
    from broadsheet.library import Library
    from broadsheet.model import Record
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

    Exit code 4 when a source is in trouble, due or not; 1 when all that was asked failed.
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
        _watch(library, as_json)
    return codes.OK


def _sync(newsroom: Newsroom, names: Sequence[str], as_json: bool) -> int:
    teller = _Teller(_say_nothing if as_json else _describe)
    with naming_sources(newsroom), teller.listening() as listener:
        report = newsroom.sync(names, progress=listener, tell=teller)
    statuses = newsroom.get_status()
    if as_json:
        show_json(shapes.sync_report(report, _next_of(statuses)))
    else:
        _tell_rest(report.streams, statuses, names, newsroom.now())
    amiss = any(_is_amiss(each) for each in statuses if _meant(each, names))
    return _code(report.streams, amiss)


def _watch(library: Library, as_json: bool) -> None:
    from broadsheet.jobs import Courier, Watch
    from broadsheet.web.duties import Duties

    if not as_json and not library.newsroom.get_status():
        click.echo(f"Nothing is followed yet; waiting. {HOW_TO_FOLLOW}")
    teller = _Teller(_write_json if as_json else _describe)
    listening = teller.listening
    with Duties(library.on_duty, (lambda: Courier(library.post),)):  # unless a server has them
        Watch(library.newsroom, tell=teller, listening=listening, press=library.press).run()


class _Teller:
    """Tells of each stream that has ended, above the bars where there are some."""

    def __init__(self, write: Callable[[StreamReport], str]) -> None:
        self._write = write
        self._listener = deaf

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """The listener of one sync."""
        with progress() as self._listener:
            yield self._listener

    def __call__(self, report: StreamReport) -> None:
        self._listener.end(f"{report.source}: {report.title}")
        if line := self._write(report):
            self._listener.say(line)


def _say_nothing(report: StreamReport) -> str:
    return ""


def _describe(report: StreamReport) -> str:
    from broadsheet.cli import bulletin

    return bulletin.describe(report)


def _write_json(report: StreamReport) -> str:
    return json.dumps(shapes.stream_report(report))


def _meant(status: SourceStatus, names: Sequence[str]) -> bool:
    return not names or status.source.name in names


def _is_held(status: SourceStatus) -> bool:
    return status.source.paused or bool(status.source.blocked)


def _is_amiss(status: SourceStatus) -> bool:
    return shapes.state_of(status) in ("refused", "trouble")


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
    if not reports and not all(_is_amiss(each) for each in free):
        click.echo(bulletin.describe_rest(free, now))
    asked = {report.source for report in reports}
    said = {(report.source, report.trouble) for report in reports}
    for each in meant:
        worth_saying = each.source.blocked or names or not free
        if _is_held(each):
            if each.source.name not in asked and worth_saying:
                click.echo(bulletin.describe_held(each.source))
        elif (each.source.name, each.trouble) not in said and _is_amiss(each):
            click.echo(bulletin.describe_trouble(each))


def _code(reports: Sequence[StreamReport], amiss: bool = False) -> int:
    """Done, done but for some, or nothing got; `amiss` is what stands whatever was asked."""
    from broadsheet.sources import Outcome

    failed = (Outcome.WAITING, Outcome.BROKEN, Outcome.REFUSED)
    asked = [each for each in reports if not each.held_back]
    bad = [each for each in reports if each.trouble and each.outcome is not Outcome.BUSY]
    if bad and asked and all(each.outcome in failed for each in asked):
        return codes.FAILED
    return codes.ATTENTION if bad or amiss else codes.OK


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

    Above them stands what is amiss with a source now, or that it has not come to its end yet.

    Exit code 4 when anything is missing, stale or failed on these days, or a source is in
    trouble now.
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
        statuses = [each for each in newsroom.get_status() if name in ("", each.source.name)]
    if as_json:
        show_json(shapes.receipts(written, rejected, first, last))
    else:
        from broadsheet.cli import bulletin

        bulletin.standing(statuses)
        if written:
            bulletin.receipts(written, rejected, detailed=day is not None)
        else:
            why = _why_none(bool(statuses))
            click.echo(f"There are no receipts of {_span(first, last)}. {why}")
    wants_attention = any(receipt.verdict.wants_attention for receipt in written)
    return codes.ATTENTION if wants_attention or any(map(_is_amiss, statuses)) else codes.OK


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
    return _code([report])


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
    missing = _find_missing(references, came)
    if as_json:
        records = [shapes.record(each) for each in came]
        show_json({"asked": len(references), "records": records, "missing": missing})
    else:
        for each in came:
            click.echo(printable(f"{each.key}v{each.version or 1}  {each.title}"))
        if missing:
            click.echo(f"arXiv does not give {', '.join(missing)}.")
        click.echo(f"{len(came):,} of {len(references):,} came.")
    return codes.ATTENTION if missing else codes.OK


def _find_missing(references: Sequence[str], came: Sequence[Record]) -> list[str]:
    """The arXiv ids that were asked for and did not come."""
    here = {(each.key, version) for each in came for version in (None, each.version)}
    asked = dict.fromkeys(found for each in references if (found := parse_arxiv(each)))
    return [
        identifier.value + (f"v{version}" if version else "")
        for identifier, version in asked
        if (identifier.value, version) not in here
    ]


COMMANDS = (sync, receipts, fetch, enrich)
