"""The papers of a takeout: found here by their identifiers, or else brought as its records."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from broadsheet import ids
from broadsheet.bringing import Intake, bring_for, find_exact, hand_in
from broadsheet.model import Identifier, Link, PaperDate, Record
from broadsheet.people import Reader
from broadsheet.ports import Progress, Store, WorkKey
from broadsheet.takeout.form import MOST_PAPERS, Part
from broadsheet.text import clean_abstract, clean_line, clean_title

LONGEST_TITLE = 2_000
LONGEST_TEXT = 50_000
LONGEST_ADDRESS = 2_000
MOST_NAMES = 10_000
MOST_LINKS = 50
_BATCH = 1000
_RELS = frozenset({"code", "project", "data", "pdf", "page"})
_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_DATE_KINDS = frozenset({"submitted", "listed", "published", "month_from_id", "venue_year"})
_PREFIXES = {"openreview": "openreview:", "acl": "acl:", "pmid": "pmid:", "doi": "doi:"}
_PARSERS: Mapping[str, Callable[[str], Identifier | None]] = {
    "doi": ids.parse_doi,
    "openreview": ids.parse_openreview,
    "acl": ids.parse_acl,
    "pmid": ids.parse_pmid,
    "venue": ids.parse_venue,
}


class Matched(NamedTuple):
    """The papers of a takeout by place: their numbers here, 0 for one that is not here.

    `found` were here already, `brought` are new, `lost` are titles of those that are not here;
    `notes` are sentences about those that were too many.
    """

    numbers: Sequence[int]
    found: int
    brought: int
    lost: Sequence[str]
    notes: Sequence[str] = ()


def match_papers(
    intake: Intake, reader: Reader, takeout: Part, *, now: datetime, progress: Progress
) -> Matched:
    """Find the papers of a takeout, and bring those that are missing and not told in brief."""
    read = [_read_paper(part) for part in takeout.parts("papers", MOST_PAPERS)]
    records = [record for record, _ in read]
    numbers = _find(intake.store, records)
    missing = [
        place
        for place, (record, brief) in enumerate(read)
        if not numbers[place] and not brief and record.title
    ]
    theirs = [hand_in(reader, records[place]) for place in missing]
    brought = bring_for(intake, reader, theirs, now=now, progress=progress)
    found = sum(map(bool, numbers))
    for place, number in zip(missing, brought.numbers, strict=True):
        numbers[place] = number
    left_out = set(missing) if brought.left_out else set()
    lost = [
        record.title
        for place, (record, brief) in enumerate(read)
        if not numbers[place] and not brief and place not in left_out
    ]
    return Matched(
        numbers,
        found,
        sum(map(bool, brought.numbers)),
        lost,
        (f"{brought.note}.",) if brought.note else (),
    )


def _find(store: Store, records: Sequence[Record]) -> list[int]:
    """The work of each record's identifiers or, where it has none, of its very title and
    authors; 0 where there is none."""
    numbers = find_exact(store, records)
    for start in range(0, len(records), _BATCH):
        chunk = records[start : start + _BATCH]
        found = store.find_works({WorkKey(*each) for record in chunk for each in record.ids})
        for place, record in enumerate(chunk, start):
            carriers = (n for each in record.ids for n in found.get(WorkKey(*each), ()))
            numbers[place] = next(carriers, numbers[place])
    return numbers


def _read_paper(part: Part) -> tuple[Record, bool]:
    """A paper as a record, and whether it was told in brief."""
    names = part.texts("authors", MOST_NAMES)
    record = Record(
        source="takeout",
        key="",
        title=clean_title(part.line("title", LONGEST_TITLE)),
        abstract=clean_abstract(part.text("abstract")[:LONGEST_TEXT]),
        summary=clean_abstract(part.text("summary")[:LONGEST_TEXT]),
        authors=tuple(name for each in names if (name := clean_title(each[:LONGEST_TITLE]))),
        ids=tuple(dict.fromkeys(_read_ids(part))),
        categories=tuple(filter(None, map(clean_line, part.texts("categories", MOST_LINKS)))),
        venue=clean_title(part.line("venue", LONGEST_TITLE)) or None,
        date=_read_date(part.texts("date", 2)),
        links=tuple(islice(_read_links(part), MOST_LINKS)),
        kind="news" if part.text("kind") == "news" else "",
    )
    # The key says all that the record does, so that no other takeout's word replaces it.
    digest = hashlib.blake2b(record.to_json(), digest_size=16).hexdigest()
    return replace(record, key=digest), part.yes("brief", default=False)


def _read_ids(part: Part) -> Iterator[Identifier]:
    for scheme, value in part.pairs("ids", MOST_LINKS):
        if scheme == "arxiv" and (arxiv := ids.parse_arxiv(value)):
            yield arxiv[0]
        elif (parse := _PARSERS.get(scheme)) and (
            identifier := parse(_PREFIXES.get(scheme, "") + value)
        ):
            yield identifier


def _read_date(pair: Sequence[str]) -> PaperDate | None:
    match pair:
        case [value, kind] if _DATE.fullmatch(value) and kind in _DATE_KINDS:
            return PaperDate(value, kind)
    return None


def _read_links(part: Part) -> Iterator[Link]:
    for rel, url in part.pairs("links", MOST_LINKS):
        whole = len(url) <= LONGEST_ADDRESS and clean_line(url) == url
        if rel in _RELS and whole and url.startswith(("https://", "http://")):
            yield Link(rel, url)
