"""JSON answers of services, read with bounds: one way for all connectors that speak JSON.

    parse_json(body)            the value of a body, or SourceBrokenError
    parse_object / parse_list   the same, where the whole must be an object or a list
    text_of, count_of, list_of, texts_of, object_of, objects_of, date_of
                                one field of an object, typed; absent where it is of another type
    link_of(rel, url)           a Link that can be followed, or None
    load_cursor / dump_cursor   a connector's own cursor; a damaged one is as none

A field that is of another type than it should be is as if it were not there, because services
change and all but a few fields are optional; a text that is too long raises RowError, which is why
that row cannot go in. Nothing else is raised by reading a field, whatever was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from broadsheet.connectors.rows import MAX_SHORT, RowError, parse_date
from broadsheet.errors import SourceBrokenError
from broadsheet.model import Link, PaperDate
from broadsheet.text.links import clean_url

MAX_JSON = 12 << 20
"""Bytes of one answer; 500 papers with their abstracts have about 2 MB."""

MAX_PARTS = 1_000_000
"""Brackets and commas in one answer: small things take 25 times their bytes in memory."""

MAX_ITEMS = 10_000
"""As many items of one list as are read."""

MAX_NAME = 500
MAX_CURSOR = 1 << 16
MAX_COUNT = 1 << 53

Object = Mapping[str, object]

# Half of a surrogate pair, escaped, or both halves; an even run of backslashes before is text.
_HALF = re.compile(
    r"(?<!\\)(\\++)u(?:(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|d[89a-f][0-9a-f]{2})",
    re.IGNORECASE,
)
_MENDED = 10_000


# --- The whole --------------------------------------------------------------------------------


def parse_json(body: bytes, *, limit: int = MAX_JSON) -> object:
    """The value of a JSON text; half characters in it are replaced.

    Raises SourceBrokenError when it is too large, cut off, nested too deeply, no JSON or a page.
    """
    if len(body) > limit:
        raise SourceBrokenError(f"The answer has more than {limit >> 20} MB.")
    if body.lstrip()[:1] == b"<":
        raise SourceBrokenError("The answer is a web page where JSON should be.")
    if sum(body.count(sign) for sign in (b"[", b"{", b",")) > MAX_PARTS:
        raise SourceBrokenError(f"The answer has more than {MAX_PARTS:,} parts.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        mended = _mend(body.decode("utf-8-sig", errors="replace"))
    try:
        return orjson.loads(mended)
    except orjson.JSONDecodeError as error:
        raise SourceBrokenError(f"The answer is not sound JSON ({error}).") from error


def _mend(text: str) -> str:
    """`text` with a replacement character for each half of a surrogate pair, up to `_MENDED`."""
    return _HALF.sub(_mend_one, text, count=_MENDED)


def _mend_one(found: re.Match[str]) -> str:
    backslashes, both = found.groups()
    return found[0] if both or len(backslashes) % 2 == 0 else f"{backslashes}ufffd"


def parse_object(body: bytes) -> Object:
    """As `parse_json`; raises SourceBrokenError also when it is no object."""
    value = parse_json(body)
    if not isinstance(value, dict):
        raise SourceBrokenError("The answer is JSON, but not the object that it should be.")
    return value


def parse_list(body: bytes) -> list[object]:
    """As `parse_json`; raises SourceBrokenError also when it is no list, or a very long one."""
    value = parse_json(body)
    if not isinstance(value, list):
        raise SourceBrokenError("The answer is JSON, but not the list that it should be.")
    if len(value) > MAX_ITEMS:
        raise SourceBrokenError(f"The answer lists more than {MAX_ITEMS:,} things.")
    return value


# --- Fields -----------------------------------------------------------------------------------


def text_of(raw: Object, name: str, limit: int = MAX_SHORT) -> str:
    """A text without white space around it; "" where there is none. Raises RowError over `limit`
    characters."""
    value = raw.get(name)
    if not isinstance(value, str):
        return ""
    if len(value) > limit:
        raise RowError(f"its {name} has more than {limit:,} characters")
    return value.strip()


def count_of(raw: Object, name: str) -> int | None:
    """A whole number from 0 to 2⁵³, or None; neither a truth value nor a text is one."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= MAX_COUNT and value == int(value) else None


def list_of(raw: Object, name: str) -> list[object]:
    """A list, at most its first `MAX_ITEMS` items; empty where there is none."""
    value = raw.get(name)
    return value[:MAX_ITEMS] if isinstance(value, list) else []


def texts_of(raw: Object, name: str) -> list[str]:
    """The texts in a list, without those that are empty or too long to be one line."""
    items = (each.strip() for each in list_of(raw, name) if isinstance(each, str))
    return [each for each in items if 0 < len(each) <= MAX_SHORT]


def object_of(raw: Object, name: str) -> Object:
    """An object; empty where there is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(raw: Object, name: str) -> list[Object]:
    """The objects in a list."""
    return [each for each in list_of(raw, name) if isinstance(each, dict)]


def date_of(raw: Object, name: str, kind: str) -> PaperDate | None:
    """The day with which a date or a moment in ISO 8601 begins, as exact as it is."""
    value = raw.get(name)
    return parse_date(value[:40], kind) if isinstance(value, str) else None


def link_of(rel: str, url: str) -> Link | None:
    """A link in canonical form; None for "", and for what is no address of the web."""
    cleaned = clean_url(url) if url.lower().startswith(("http://", "https://")) else None
    return Link(rel, cleaned) if cleaned else None


# --- Cursors ----------------------------------------------------------------------------------


def dump_cursor(fields: Mapping[str, Any]) -> str:
    """A cursor as text; equal cursors give equal texts."""
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()


def load_cursor(cursor: str | None) -> Object:
    """The fields of a cursor; empty for None and for what is damaged: then from the beginning."""
    if cursor is None or len(cursor) > MAX_CURSOR:
        return {}
    try:
        value = orjson.loads(cursor)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
