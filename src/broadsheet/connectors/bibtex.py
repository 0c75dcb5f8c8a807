"""BibTeX, entry by entry: bibtexparser reads each, so that a broken one breaks no other.

The file is cut before each line that begins with `@word{`, which is also where bibtexparser
gives an unclosed entry up. That keeps the time linear and the line numbers right.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from broadsheet.connectors.bibtex_values import Strings, plain_text, split_names
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MEGABYTE,
    RowError,
    content_key,
    extras,
    identifiers_of,
    links_of,
    make_date,
    need_title,
    parse_date,
    parse_month,
    read_text,
)
from broadsheet.errors import BadFileError
from broadsheet.ids import parse_arxiv, parse_doi
from broadsheet.model import BadRow, Identifier, PaperDate, Record

_START = re.compile(r"^[ \t]*@[ \t]*(\w{1,40})[ \t]*[{(]", re.MULTILINE | re.ASCII)
_HEAD = re.compile(rb"^[ \t]*@[ \t]*\w{1,40}[ \t]*[{(]", re.MULTILINE)
_ARXIV_VENUE = re.compile(r"(?:arxiv|corr\b)", re.IGNORECASE)
_ARXIV_ID = re.compile(r"\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Z]{2})?/\d{7}")
_VENUES = ("journal", "journaltitle", "booktitle", "eventtitle", "school", "institution")


class Chunk(NamedTuple):
    """A stretch of the file that should hold one entry; `line` counts from 1."""

    line: int
    kind: str
    text: str


class Bibtex:
    name = "BibTeX"

    def recognises(self, head: bytes, filename: str) -> bool:
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        named = filename.lower().endswith((".bib", ".bibtex", ".bib.gz", ".bib.zst"))
        return (named or text[:1] in (b"@", b"%")) and _HEAD.search(head) is not None

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        # The library reports each broken entry through logging; we report them ourselves.
        logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
        strings = Strings()
        text = read_text(stream, self.name)
        if not _START.search(text):
            raise BadFileError(f"{filename} has no BibTeX entry in it.")
        for chunk in _chunks(text):
            yield from _read_chunk(chunk, strings, filename)


def _chunks(text: str) -> Iterator[Chunk]:
    begin, line, kind = 0, 1, ""
    for found in _START.finditer(text):
        if kind:
            yield Chunk(line, kind, text[begin : found.start()])
        line += text.count("\n", begin, found.start())
        begin, kind = found.start(), found[1].lower()
    yield Chunk(line, kind, text[begin:])


def _read_chunk(chunk: Chunk, strings: Strings, filename: str) -> Iterator[Record | BadRow]:
    if chunk.kind in ("comment", "preamble"):
        return
    if len(chunk.text) > MEGABYTE:
        yield BadRow(filename, chunk.line, "the entry is longer than 1 MB, or is never closed")
        return
    from bibtexparser.model import Entry, ParsingFailedBlock, String
    from bibtexparser.splitter import Splitter

    for block in Splitter(chunk.text.lstrip()).split().blocks:
        line = chunk.line + max(0, block.start_line or 0)
        if isinstance(block, ParsingFailedBlock):
            # An entry that only repeats a field or a key is whole; the library hands it on.
            inner = block.ignore_error_block
            if not isinstance(inner, Entry):
                yield BadRow(filename, line, "a brace, quote or comma is missing in the entry")
                continue
            block = inner
        try:
            if isinstance(block, String):
                strings.define(block.key, block.value)
            elif isinstance(block, Entry):
                fields = {f.key.lower(): strings.resolve(f.value) for f in reversed(block.fields)}
                yield _record(block.key, fields)
        except RowError as error:
            yield BadRow(filename, line, str(error))


def _record(label: str, fields: dict[str, str]) -> Record:
    title = need_title(plain_text(fields.get("title", ""), "title"))
    abstract = plain_text(fields.get("abstract", ""), "abstract", MAX_ABSTRACT)
    venue = next((plain_text(fields[name], name) for name in _VENUES if fields.get(name)), "")
    arxiv, version = _arxiv(fields, venue)
    address = plain_text(fields.get("url", ""), "url") or plain_text(
        fields.get("howpublished", ""), "howpublished"
    )
    doi = parse_doi(plain_text(fields.get("doi", ""), "doi"))
    ids = [doi, arxiv, *identifiers_of(address)]
    return Record(
        source="bibtex",
        key=content_key(label, title),
        title=title,
        abstract=abstract,
        authors=split_names(fields.get("author", "")),
        ids=tuple(dict.fromkeys(identifier for identifier in ids if identifier)),
        categories=tuple(plain_text(fields.get("primaryclass", ""), "primaryclass").split()),
        venue=venue if venue and not _ARXIV_VENUE.match(venue) else None,
        date=_date(fields),
        links=links_of(address, abstract),
        version=version,
        extra=extras(
            *(
                (name, plain_text(fields.get(name, ""), name))
                for name in ("volume", "number", "pages", "publisher", "keywords")
            )
        ),
    )


def _arxiv(fields: dict[str, str], venue: str) -> tuple[Identifier | None, int | None]:
    """The arXiv id of `eprint`, or the one in a venue such as "arXiv preprint arXiv:2301.00001"."""
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    if archive.lower() == "arxiv" and (
        found := parse_arxiv(plain_text(fields.get("eprint", ""), "eprint"))
    ):
        return found
    if _ARXIV_VENUE.match(venue):
        for text in (venue, fields.get("volume", "")):
            number = _ARXIV_ID.search(text)
            if number and (found := parse_arxiv(number[0])):
                return found
    return None, None


def _date(fields: dict[str, str]) -> PaperDate | None:
    if found := parse_date(fields.get("date", ""), "published"):
        return found
    year = parse_date(plain_text(fields.get("year", ""), "year"), "published")
    if year is None:
        return None
    day = fields.get("day", "")
    return make_date(
        year.year,
        parse_month(plain_text(fields.get("month", ""), "month")),
        int(day) if day.isascii() and day.isdigit() and len(day) < 3 else None,
        "published",
    )
