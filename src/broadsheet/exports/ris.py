"""Works as RIS: one value a line, so that no value may bring a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from broadsheet.exports.entries import WITHDRAWN, Kind, address_of, kind_of, split_name, with_keys
from broadsheet.model import Work
from broadsheet.text import clean_line

_TYPES = {Kind.JOURNAL: "JOUR", Kind.CONFERENCE: "CONF", Kind.PREPRINT: "UNPB"}


def to_ris(works: Iterable[Work]) -> str:
    """One record a work, with the line ends that the format asks for."""
    return "".join(_record(key, work) for key, work in with_keys(works))


def _record(key: str, work: Work) -> str:
    fields = [(tag, clean_line(value)) for tag, value in _fields(key, work)]
    lines = [f"{tag}  - {text}" for tag, text in fields if text]
    return "\r\n".join([f"TY  - {_TYPES[kind_of(work)]}", *lines, "ER  - ", "", ""])


def _fields(key: str, work: Work) -> Iterator[tuple[str, str]]:
    yield "ID", key
    yield "TI", work.title
    for author in work.authors:
        family, given = split_name(author)
        yield "AU", f"{family}, {given}" if given else family
    if work.date:
        yield "PY", work.date.value[:4]
        # Year, month, day and a remark, with a slash after each of the first three.
        yield "DA", "/".join([*work.date.value.split("-"), "", "", ""][:3]) + "/"
    yield "T2", work.venue or ""
    yield "DO", work.identifier("doi") or ""
    yield "UR", address_of(work).replace(";", "%3B")  # readers split the field at semicolons
    yield "N1", WITHDRAWN if work.withdrawn else ""
    yield "AB", work.abstract
