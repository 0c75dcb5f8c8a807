"""What the services that are asked about papers by identifier share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from broadsheet.connectors.html_text import html_text, is_html
from broadsheet.connectors.json_answers import Object
from broadsheet.connectors.rows import RowError
from broadsheet.ids import parse_doi
from broadsheet.model import Identifier, Record
from broadsheet.sources import Batch, Item, Measure, Rejected

RETRACTED = "Retracted"
_SERVERS = ("arxiv", "biorxiv", "medrxiv", "chemrxiv", "ssrn")

Told = tuple[Record, Mapping[str, int | None]]
"""What a service says about a paper: a record, and numbers by name (None: not told)."""


def key_of(identifier: Identifier) -> str:
    """The key of records and measures: what was asked for, as "arxiv:2401.00001"."""
    return f"{identifier.scheme}:{identifier.value}"


def arxiv_doi(value: str) -> str:
    """The DOI under which an arXiv paper is registered."""
    return f"10.48550/arxiv.{value}"


def plain(text: str) -> str:
    """A text that may be HTML or XML of publishers, as plain text."""
    return html_text(text) if is_html(text) else text


def venue_of(name: str) -> str | None:
    """A venue; None for a server of preprints, which says nothing of where a paper appeared."""
    is_server = name.lower().startswith(_SERVERS) or name == "CoRR"
    return None if is_server or not name else name


def ids_of(asked: Identifier, found: Iterable[Identifier | None]) -> tuple[Identifier, ...]:
    """The identifier asked for, and of those found one of each other scheme.

    A service knows a paper by several DOIs; the one that we asked for is ours. Raises RowError
    when it tells of another arXiv paper than the one asked about.
    """
    ids = {asked.scheme: asked}
    for identifier in found:
        if identifier is None:
            continue
        if asked.scheme == "arxiv" == identifier.scheme and identifier != asked:
            raise RowError(f"the answer is about arXiv {identifier.value} instead")
        ids.setdefault(identifier.scheme, identifier)
    return tuple(ids.values())


def pair_by_doi(
    ids: Iterable[Identifier], rows: Iterable[Object], name: str
) -> Iterator[tuple[Identifier, Object]]:
    """Each row with what was asked, by the DOI in its field `name`.

    Rows that nobody asked for are left out, as are doubles.
    """
    asked = set(ids)
    for row in rows:
        doi = row.get(name)
        identifier = parse_doi(doi) if isinstance(doi, str) else None
        if identifier in asked:
            asked.discard(identifier)
            yield identifier, row


def gather(
    answers: Iterable[tuple[Identifier, Object]], tell: Callable[[Object, Identifier], Told]
) -> Batch:
    """A batch of what a service said about each of the papers asked for."""
    records, measures, rejected = [], [], []
    for identifier, raw in answers:
        key = key_of(identifier)
        try:
            record, numbers = tell(raw, identifier)
        except RowError as error:
            rejected.append(Rejected(key, str(error)))
            continue
        records.append(record)
        measures += [
            Measure(key, name, value) for name, value in numbers.items() if value is not None
        ]
    return Batch(
        records=tuple(records),
        rejected=tuple(rejected),
        items=tuple(Item(record.key) for record in records),
        measures=tuple(measures),
    )
