"""The ACL Anthology's own XML: `<collection id="2023.acl"><volume id="long"><paper id="1">…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_FILE,
    RowError,
    clean_names,
    extras,
    flip_name,
    links_of,
    make_date,
    need_title,
    parse_month,
    read_all,
)
from broadsheet.connectors.xml import child_text, children, local_name, parse_xml
from broadsheet.errors import BadFileError, SourceBrokenError
from broadsheet.ids import parse_acl, parse_doi
from broadsheet.model import BadRow, Identifier, Link, PaperDate, Record
from broadsheet.text import clean_abstract, clean_title

if TYPE_CHECKING:
    from lxml.etree import _Element

SITE = "https://aclanthology.org"
MAX_TAGS = 1_000_000
"""The largest collections, of 10 MB, have half as many; each costs memory."""

_COLLECTION = re.compile(rb"<collection\s[^<>]{0,200}?\bid\s*=")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_OLD = re.compile(r"[A-Z]\d\d")


class AclXml:
    """A bad paper's line is that of its element."""

    name = "ACL Anthology XML"

    def recognises(self, head: bytes, filename: str) -> bool:
        return _COLLECTION.search(head[:4096]) is not None

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        try:
            papers = list(read_collection(read_all(stream, self.name)))
        except SourceBrokenError as error:
            raise BadFileError(f"{filename} cannot be read. {error}") from error
        for paper in papers:
            if isinstance(paper.result, Record):
                yield paper.result
            else:
                yield BadRow(filename, paper.line, str(paper.result))


class Paper(NamedTuple):
    """A paper of a collection, or why it cannot go in; `line` counts from 1."""

    line: int
    key: str
    result: Record | RowError


def read_collection(body: bytes) -> Iterator[Paper]:
    """The papers of a collection. Raises SourceBrokenError when it is none."""
    if body.count(b"<") > MAX_TAGS:
        raise SourceBrokenError(f"The XML has more than {MAX_TAGS:,} tags; no collection has.")
    root = parse_xml(body, limit=MAX_FILE)
    if local_name(root) != "collection":
        raise SourceBrokenError(f"The XML holds no collection of the ACL Anthology, but "
                                f"{local_name(root)[:40]!r}.")  # fmt: skip
    collection = root.get("id") or ""
    for volume in children(root, "volume"):
        facts = _Volume.read(volume)
        for paper in children(volume, "paper"):
            key = _identifier(paper, collection, volume.get("id") or "")
            line = paper.sourceline or 0
            try:
                yield Paper(line, key, _record(paper, key, facts))
            except RowError as error:
                yield Paper(line, key, error)


class _Volume(NamedTuple):
    """What a volume says of all its papers."""

    venue: str | None
    date: PaperDate | None
    publisher: str

    @classmethod
    def read(cls, volume: _Element) -> _Volume:
        meta = next(iter(children(volume, "meta")), volume)
        titles = (_prose(each) for name in ("booktitle", "journal-title")
                  for each in children(meta, name))  # fmt: skip
        return cls(next(titles, "") or None, _date(meta), child_text(meta, "publisher"))


def _record(paper: _Element, key: str, volume: _Volume) -> Record:
    if not _ID.fullmatch(key):
        raise RowError(f"it has no id of the Anthology ({key[:60]!r})")
    prose = {name: _prose(each) for name in ("title", "abstract") for each in children(paper, name)}
    abstract = clean_abstract(prose.get("abstract", "")[:MAX_ABSTRACT])
    doi = parse_doi(child_text(paper, "doi"))
    retracted, removed = _notes(paper, "retracted"), _notes(paper, "removed")
    return Record(
        source="acl",
        key=key,
        title=need_title(prose.get("title", "")),
        abstract=abstract,
        authors=clean_names(_name(each) for each in children(paper, "author")),
        ids=tuple(each for each in (parse_acl(key) or Identifier("acl", key), doi) if each),
        venue=volume.venue,
        date=_date(paper) or volume.date,
        links=(Link("page", f"{SITE}/{key}/"), Link("pdf", f"{SITE}/{key}.pdf"),
               *links_of(abstract)),
        extra=extras(
            ("pages", child_text(paper, "pages")[:200]),
            ("publisher", volume.publisher[:500]),
            ("award", "; ".join(_notes(paper, "award"))),
            ("revision", "; ".join(_notes(paper, "revision"))),
            ("erratum", "; ".join(_notes(paper, "erratum"))),
            ("retracted", "; ".join(retracted)),
            ("removed", "; ".join(removed)),
        ),
        withdrawn=bool(retracted or removed),
    )  # fmt: skip


def _identifier(paper: _Element, collection: str, volume: str) -> str:
    """The paper's Anthology id: its own `url`, or as the Anthology makes it.

    "2023.acl-long.1" since 2020; before, "P19-1001" with one digit for the volume and three for
    the paper, or two and two in workshops and a few others.
    """
    url = child_text(paper, "url").removeprefix(f"{SITE}/").strip("/")
    if url and (found := parse_acl(url)):
        return found.value
    number = paper.get("id") or ""
    if not _OLD.fullmatch(collection):
        return f"{collection}-{volume}.{number}"
    if not (volume + number).isascii() or not volume.isdigit() or not number.isdigit():
        return ""
    workshop = collection[0] == "W" or collection == "C69"
    workshop = workshop or (collection == "D19" and int(volume[:4]) >= 5)
    return (
        f"{collection}-{volume:0>2}{number:0>2}"
        if workshop
        else (f"{collection}-{volume}{number:0>3}")
    )


def _prose(element: _Element) -> str:
    """Text with its markup gone, its formulas in dollar signs."""
    return clean_title("".join(_pieces(element)))


def _pieces(element: _Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local_name(child) == "tex-math":
            tex = "".join(child.itertext()).strip().strip("$")
            yield f"${tex}$" if tex else ""
        else:
            yield from _pieces(child)
        yield child.tail or ""


def _name(author: _Element) -> str:
    return flip_name(child_text(author, "last"), child_text(author, "first"))


def _notes(paper: _Element, name: str) -> list[str]:
    """What elements such as `<retracted date="…">why</retracted>` say, at most twenty."""
    found = []
    for each in children(paper, name)[:20]:
        words = " ".join("".join(each.itertext()).split())[:500]
        found.append(" ".join(text for text in ((each.get("date") or "")[:20], words) if text)
                     or name)  # fmt: skip
    return found


def _date(element: _Element) -> PaperDate | None:
    year, month = child_text(element, "year"), child_text(element, "month")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    return make_date(int(year), parse_month(month), None, "published")
