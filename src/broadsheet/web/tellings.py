"""The abstract as each source and version tells it, and how two of these differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from broadsheet.model import StoredRecord
from broadsheet.web import wording
from broadsheet.web.differences import GONE, NEW, Piece, compare
from broadsheet.web.requests import Comparing


class Telling(NamedTuple):
    """What one record says; `number` is the record's."""

    number: int
    label: str
    title: str
    abstract: str
    version: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tellings beside each other; `choices` are all that can be chosen."""

    choices: tuple[Telling, ...]
    old: Telling
    new: Telling
    title: tuple[Piece, ...]
    abstract: tuple[Piece, ...]
    summary: str
    asked: bool


def compare_tellings(records: Sequence[StoredRecord], asked: Comparing) -> Comparison | None:
    """The two tellings that were asked for, else the last two arXiv versions that differ, else the
    last two of all; None where all that is known tells the same."""
    choices = _list_tellings(records)
    if len(choices) < 2:
        return None
    versions = [one for one in choices if one.version] if choices[-1].version else []
    usual = versions[-2:] if len(versions) > 1 else choices[-2:]
    known = {one.number: one for one in choices}
    old, new = known.get(asked.old, usual[0]), known.get(asked.new, usual[1])
    abstract = compare(old.abstract, new.abstract)
    title = compare(old.title, new.title) if old.title != new.title else ()
    return Comparison(
        choices=choices,
        old=old,
        new=new,
        title=title,
        abstract=abstract,
        summary=_summarise((*title, *abstract)),
        asked=asked.old in known or asked.new in known,
    )


def _list_tellings(records: Sequence[StoredRecord]) -> tuple[Telling, ...]:
    """Each different text once, by version and then as they came."""
    found: dict[tuple[str, str], Telling] = {}
    for stored in records:
        record = stored.record
        text = record.title, record.abstract
        version = record.version or 0 if record.source == "arxiv" else 0
        if record.abstract and text not in found:
            found[text] = Telling(stored.id, _label(stored), *text, version)
    return tuple(sorted(found.values(), key=lambda one: one.version))


def _label(stored: StoredRecord) -> str:
    record, source = stored.record, wording.say_source(stored.record.source)
    if record.version:
        day = wording.say_date(record.submitted_at[:10])
        return f"{source} v{record.version}" + (f", {day}" if day else "")
    return f"{source}, seen {wording.say_date(stored.seen_at.date().isoformat())}"


def _summarise(pieces: Sequence[Piece]) -> str:
    counts = {
        kind: sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)
        for kind in (NEW, GONE)
    }
    if not any(counts.values()):
        return "No word differs."
    return f"{wording.say_count(counts[NEW], 'word')} more, {counts[GONE]:,} fewer."
