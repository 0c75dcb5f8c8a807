"""The ACL Anthology from its own files: XML of a collection, or BibTeX, on disk or on the web."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from broadsheet.connectors.acl_xml import AclXml, Paper, read_collection
from broadsheet.connectors.bibtex import Bibtex
from broadsheet.connectors.json_answers import MAX_CURSOR, dump_cursor, load_cursor, text_of
from broadsheet.connectors.rows import MAX_FILE, MEGABYTE, RowError
from broadsheet.errors import (
    BadFileError,
    InvalidInputError,
    SourceBrokenError,
    SourceBusyError,
    SourceRequestError,
)
from broadsheet.model import Record
from broadsheet.ports import Web
from broadsheet.sources import Announcement, Answer, Batch, Item, Raw, Rejected, Source, Stream
from broadsheet.text import clean_line

_EXAMPLE = "an example: 2023.acl.xml, or https://aclanthology.org/volumes/2023.acl-long.bib"
_FILE = re.compile(r".+\.(?:xml|bib)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_WEB = re.compile(r"https?://[^\s/?#@]+(?:[/?][^\s#]*)?", re.IGNORECASE)
MAX_BIBTEX = 5 * MEGABYTE
MAX_ENTRIES = 50_000
"""Of BibTeX, which takes long to read: the largest volumes have 2 MB and 2,000 entries."""

_GZIP = b"\x1f\x8b"
_MAX_TARGET = 2000


class AclConnector:
    """A stream for each file, which is read whole whenever it has changed.

    A file on disk has changed when its time or its size has; it is listed on the day of its time,
    as nothing else says when it was made.
    """

    kind = "acl"
    title = "ACL Anthology"
    summary = "collections of the Anthology, XML or BibTeX: files or addresses"
    example = "https://aclanthology.org/volumes/2024.acl-long.bib"
    several = True
    daily = False

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        places = [_read_target(target) for target in targets]
        if not places:
            raise InvalidInputError(f"Name a file or an address of the Anthology; {_EXAMPLE}")
        if mirror:
            raise InvalidInputError("The Anthology needs no mirror: name the file's own address.")
        return Source(
            name=self.kind,
            kind=self.kind,
            targets=tuple(dict.fromkeys(places)),
            added_at=now,
            since=since,
        )

    def streams(self, source: Source) -> Sequence[Stream]:
        return tuple(
            Stream(target, target.rstrip("/").rpartition("/")[2] or target, timedelta(days=1))
            for target in source.targets
        )

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        before = load_cursor(cursor)
        etag = text_of(before, "etag", MAX_CURSOR)
        if not _WEB.fullmatch(stream.name):
            return Raw(stream.name, cursor, _read_file(Path(stream.name), etag))
        answer = web.get(
            stream.name,
            accept="application/xml, text/x-bibtex, application/x-bibtex, */*;q=0.5",
            etag=etag,
            modified=text_of(before, "modified", MAX_CURSOR),
        )
        if answer.status == 404:
            raise SourceRequestError(f"There is no file at {stream.name} (404).", 404)
        return Raw(stream.name, cursor, answer)

    def parse(self, source: Source, raw: Raw) -> Batch:
        answer, day = raw.answer, raw.answer.at.date()
        category = raw.stream.rstrip("/").rpartition("/")[2][:100]
        cursor = _cursor(answer, raw.cursor)
        if answer.status == 304:
            return Batch(cursor=cursor, pages=((category, day),))
        records, rejected = _sort_out(_papers(_expand(answer.body)))
        return Batch(
            records=records,
            rejected=rejected,
            announced=tuple(
                Announcement(category, day, record.key, "listed", estimated=True)
                for record in records
            ),
            pages=((category, day),),
            items=tuple(Item(record.key) for record in records),
            cursor=cursor,
            total=len(records),
        )

    def quiet(self, source: Source, day: date) -> str:
        """The Anthology grows on no fixed days."""
        return ""


def _read_target(target: str) -> str:
    """A web address, or a file's absolute path. Raises InvalidInputError."""
    target = target.strip()
    shown = clean_line(target)[:80]
    if len(target) > _MAX_TARGET or not target.isprintable():
        raise InvalidInputError(f"{shown!r} is neither a file nor an address; {_EXAMPLE}")
    if _WEB.fullmatch(target):
        return target
    if "://" in target or not _FILE.fullmatch(target):
        raise InvalidInputError(f"{shown!r} is neither XML nor BibTeX of the Anthology; {_EXAMPLE}")
    return str(Path(target).expanduser().absolute())


def _read_file(path: Path, etag: str) -> Answer:
    """A file as if it had been sent, at the time when it was last written."""
    try:
        with path.open("rb") as file:
            facts = path.stat()
            at = datetime.fromtimestamp(facts.st_mtime, UTC)
            own = f"{facts.st_mtime_ns}-{facts.st_size}"
            if own == etag:
                return Answer(path.as_uri(), 304, {}, b"", at)
            body = file.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        raise SourceRequestError(f"There is no file {path}.", 404) from error
    except OSError as error:
        raise SourceBusyError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(body) > MAX_FILE:
        raise SourceBrokenError(f"{path} has more than {MAX_FILE // MEGABYTE} MB.")
    return Answer(path.as_uri(), 200, {"etag": own}, body, at)


def _cursor(answer: Answer, cursor: str | None) -> str:
    """Validators for the next request; an answer that nothing has changed need not repeat them."""
    before = load_cursor(cursor) if answer.status == 304 else {}
    etag = answer.headers.get("etag", "") or text_of(before, "etag", MAX_CURSOR)
    modified = answer.headers.get("last-modified", "") or text_of(before, "modified", MAX_CURSOR)
    return dump_cursor({"etag": etag[:1000], "modified": modified[:100]})


def _expand(body: bytes) -> bytes:
    """The body, decompressed where it is gzip. Raises SourceBrokenError."""
    if not body.startswith(_GZIP):
        return body
    try:
        data = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceBrokenError("The compressed file is damaged or cut off.") from error
    if len(data) > MAX_FILE:
        raise SourceBrokenError(f"The file has more than {MAX_FILE // MEGABYTE} MB inside.")
    return data


def _papers(data: bytes) -> Iterator[Paper]:
    """The papers of XML or BibTeX, as records of the Anthology. Raises SourceBrokenError."""
    if AclXml().recognises(data[:4096], ""):
        yield from read_collection(data)
        return
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<" or not head:
        raise SourceBrokenError("What came is neither XML of the Anthology nor BibTeX.")
    if len(data) > MAX_BIBTEX or data.count(b"@") > MAX_ENTRIES:
        raise SourceBrokenError(
            "This is more BibTeX than can be followed; save it, and run broadsheet import FILE."
        )
    try:
        for row in Bibtex().read(io.BytesIO(data), "The file"):
            if isinstance(row, Record):
                yield Paper(0, row.key, _of_anthology(row))
            else:
                yield Paper(row.line, f"line {row.line}", RowError(row.reason))
    except BadFileError as error:
        raise SourceBrokenError(str(error)) from error


def _of_anthology(record: Record) -> Record:
    """A bibliography entry as the Anthology's own record: named by its id, where it has one."""
    key = next((value for scheme, value in record.ids if scheme == "acl"), "")
    return replace(record, source="acl", key=key or record.key)


def _sort_out(papers: Iterator[Paper]) -> tuple[tuple[Record, ...], tuple[Rejected, ...]]:
    records: dict[str, Record] = {}
    rejected = []
    for paper in papers:
        if isinstance(paper.result, Record):
            records[paper.result.key] = paper.result
        else:
            rejected.append(Rejected(paper.key or f"line {paper.line}", str(paper.result)))
    return tuple(records.values()), tuple(rejected)
