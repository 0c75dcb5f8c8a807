"""What the readers of files share: bounded reading, cleaning into a `Record`, dates, keys."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import BinaryIO

import orjson

from broadsheet.errors import BadFileError
from broadsheet.ids import find_identifiers
from broadsheet.model import Identifier, Link, PaperDate
from broadsheet.text import clean_title, decode_text, find_links, fold

MEGABYTE = 1 << 20
MAX_LINE = 4 * MEGABYTE
MAX_FILE = 64 * MEGABYTE
MAX_TITLE = 2000
MAX_ABSTRACT = 50_000
MAX_NAMES = 10_000
MAX_SHORT = 2000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PEEK_LINES = 50
_UNTIDY = re.compile(r"[\\~`]|  | \||\| |\|\||,\||^[ |]|^$|[ |,]$")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?!\d)", re.ASCII)
_MAIL_DATE = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\b", re.ASCII)


class RowError(ValueError):
    """Why one row cannot go in; becomes the reason of a `BadRow`."""


# --- Reading ----------------------------------------------------------------------------------


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines from 1, never more than `MAX_LINE` bytes of one.

    A longer line is read past, and comes out as its first `MAX_LINE` + 1 bytes.
    """
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        rest = line
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        while len(rest) > MEGABYTE and not rest.endswith(b"\n"):
            rest = stream.readline(MEGABYTE + 1)
        yield number, line


def parse_json_line(line: bytes) -> dict[str, object]:
    """The object on one line; raises RowError saying what is wrong with it."""
    if len(line) > MAX_LINE:
        raise RowError(f"the line is longer than {MAX_LINE // MEGABYTE} MB")
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RowError(f"the line is not JSON ({error.msg})") from error
    if not isinstance(raw, dict):
        raise RowError("the line is not a JSON object")
    return raw


def peek_json_lines(head: bytes, keys: tuple[str, ...]) -> bool:
    """Whether `head` looks like JSON lines whose objects have all `keys`.

    One good line among the first few is enough, as the first one may be the broken one.
    """
    lines = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", _PEEK_LINES)[:_PEEK_LINES]
    for line in lines:
        if not line.lstrip().startswith(b"{"):
            continue
        try:
            raw = orjson.loads(line)
        except orjson.JSONDecodeError:
            if line is lines[0] and all(b'"%s"' % key.encode() in line for key in keys):
                return True  # a first line that is longer than the head
            continue
        if all(key in raw for key in keys):
            return True
    return False


def read_all(stream: BinaryIO, kind: str) -> bytes:
    """The whole of a file that cannot be read in a stream; raises BadFileError past 64 MB."""
    data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise BadFileError(
            f"A {kind} file may have {MAX_FILE // MEGABYTE} MB at most; split this one."
        )
    return data


def read_text(stream: BinaryIO, kind: str) -> str:
    """As `read_all`, decoded, with Unix line ends."""
    return decode_text(read_all(stream, kind)).replace("\r\n", "\n").replace("\r", "\n")


# --- Fields -----------------------------------------------------------------------------------


def get_text(raw: dict[str, object], name: str, limit: int = MAX_SHORT) -> str:
    """A field that is text or absent (then ""); raises RowError when it is something else."""
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"its {name} is not text")
    if len(value) > limit:
        raise RowError(f"its {name} has more than {limit:,} characters")
    return value


def need_title(title: str) -> str:
    """The cleaned title; raises RowError when nothing is left, or too much."""
    if len(title) > MAX_TITLE:
        raise RowError(f"its title has more than {MAX_TITLE:,} characters")
    if not (title := clean_title(title)):
        raise RowError("it has no title")
    return title


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    """Cleaned names without empty ones and final commas, in order; at most `MAX_NAMES`."""
    names = tuple(islice(names, MAX_NAMES))
    together = "|".join(names)  # one look at them all, as nearly all are clean
    if together.isascii() and together.isprintable() and not _UNTIDY.search(together):
        return names
    cleaned = (clean_title(name).rstrip(" ,;") for name in names)
    return tuple(name for name in cleaned if name)


def flip_name(family: str, given: str, suffix: str = "") -> str:
    """A name as people say it: "Jane Doe Jr."."""
    return " ".join(part for part in (given.strip(), family.strip(), suffix.strip()) if part)


def links_of(*texts: str) -> tuple[Link, ...]:
    """The addresses in some texts, each once."""
    found = {url: Link(rel, url) for text in texts if text for rel, url in find_links(text)}
    return tuple(found.values())


def identifiers_of(*texts: str) -> tuple[Identifier, ...]:
    """The papers' identifiers that texts consist of (addresses of code are links, not these)."""
    found = (identifier for text in texts for identifier in find_identifiers(text))
    return tuple(dict.fromkeys(i for i in found if i.scheme != "github"))


def extras(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Further facts as (name, cleaned value), the empty ones left out."""
    cleaned = ((name, clean_title(value)) for name, value in pairs if value)
    return tuple(pair for pair in cleaned if pair[1])


def content_key(label: str, title: str) -> str:
    """A record key from a citation key and the title.

    Citation keys alone are not enough: two people's "smith2020" are two papers.
    """
    digest = hashlib.blake2b(fold(title).encode(), digest_size=6).hexdigest()
    return f"{clean_title(label)[:100]}#{digest}"


# --- Dates ------------------------------------------------------------------------------------


def make_date(year: int, month: int | None, day: int | None, kind: str) -> PaperDate | None:
    """As exact a date as its parts are possible: an impossible day leaves the month."""
    if not 1000 <= year <= 2999:
        return None
    if not month or not 1 <= month <= 12:
        return PaperDate(f"{year:04}", kind)
    try:
        return PaperDate(date(year, month, day or 0).isoformat(), kind)
    except (ValueError, OverflowError):  # the latter for a day of many digits
        return PaperDate(f"{year:04}-{month:02}", kind)


@lru_cache(maxsize=4096)
def parse_date(text: str, kind: str) -> PaperDate | None:
    """ "2024", "2024-03", "2024/3/17", "2024-03-17T…" or "Mon, 2 Apr 2007 19:18:42 GMT"."""
    if found := _ISO.match(text.strip()):
        year, month, day = (int(part) if part else None for part in found.groups())
        return make_date(year or 0, month, day, kind)
    if found := _MAIL_DATE.search(text):
        return make_date(int(found[3]), parse_month(found[2]), int(found[1]), kind)
    return None


def parse_month(text: str) -> int | None:
    """ "3", "03", "mar", "March" and "MAR." as 3."""
    text = text.strip().lower()
    if text.isascii() and text.isdigit():
        return int(text[:4])
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else None
