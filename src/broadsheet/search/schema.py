"""What the lexical index holds of a work: its fields, how text becomes tokens, the document.

Words to rank by are in one field, `text`, with the title twice: the title weighs more at the price
of one posting list a word. The first authors are in it too, for who types "vaswani attention".
`title` and `abstract` hold positions for phrases and for filters by field. No text is stored; hits
are numbers.

Dates are three facts, so that partial ones stay honest: `month` (see `month_code`) for counting,
`first` and `last` for the span of days that it could be. `newest` and `oldest` are sort keys, day
before number, larger first; the number can be read off the key.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import PaperDate, Work
from broadsheet.text import normalise

if TYPE_CHECKING:
    import tantivy

VERSION = 2
FACETS = ("category", "source", "venue")
FLAGS = ("code", "withdrawn", "news")
"""Fields that are 1 where something holds, and absent where it does not."""

_NUMBER_BITS = 36
MAX_NUMBER = (1 << _NUMBER_BITS) - 1
_LATEST_DAY = 99991231
_LONGEST_TOKEN = 64
_AUTHORS_AS_WORDS = 20
"""A collaboration's three thousand names would drown its title."""
UNDATED = 0


def build_schema() -> tantivy.Schema:
    """The fields; a change here needs a new `VERSION`."""
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_unsigned_field("id", indexed=True, fast=True)
    fields.add_text_field("text", tokenizer_name="english", index_option="freq")
    for name in ("title", "abstract"):
        fields.add_text_field(name, tokenizer_name="english")
    for name in ("author", "venue_words"):
        fields.add_text_field(name, tokenizer_name="name")
    for name in FACETS:
        fields.add_text_field(name, tokenizer_name="value", index_option="basic", fast=True)
    fields.add_text_field("identifier", tokenizer_name="value", index_option="basic")
    for name in FLAGS:
        fields.add_unsigned_field(name, indexed=True)
    for name in ("month", "first", "last", "newest", "oldest", "fingerprint"):
        fields.add_unsigned_field(name, fast=True)
    return fields.build()


def build_analyzers() -> dict[str, tantivy.TextAnalyzer]:
    """How each kind of text becomes tokens: "english" is stemmed, "name" not, "value" is whole."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    def words() -> TextAnalyzerBuilder:
        builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_TOKEN))
        return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())

    return {
        "english": words().filter(Filter.stemmer("english")).build(),
        "name": words().build(),
        "value": TextAnalyzerBuilder(Tokenizer.raw())
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .build(),
    }


def register_analyzers(index: tantivy.Index, analyzers: dict[str, tantivy.TextAnalyzer]) -> None:
    """Tell an open index about them; facet values keep their own spelling."""
    from tantivy import TextAnalyzerBuilder, Tokenizer

    for name, analyzer in analyzers.items():
        index.register_tokenizer(name, analyzer)
    index.register_fast_field_tokenizer("value", TextAnalyzerBuilder(Tokenizer.raw()).build())


def to_document(work: Work) -> dict[str, Any]:
    """The document of a work, as field values."""
    title, body = normalize(work.title), normalize(work.text)
    authors = [normalize(name) for name in work.authors]
    document: dict[str, Any] = {
        "id": work.id,
        "text": [title, title, body, " ".join(authors[:_AUTHORS_AS_WORDS])],
        "title": title,
        "abstract": body,
        "author": authors,
        "category": _values(work.categories),
        "source": _values(work.sources),
        "venue": _values((work.venue or "",)),
        "venue_words": normalize(work.venue or ""),
        "identifier": [name for key in work.ids for name in identifier_names(*key)],
        "month": month_code(work.date),
        "fingerprint": fingerprint(work),
    }
    document |= {name: 1 for name, holds in zip(FLAGS, _flags(work), strict=True) if holds}
    document["newest"], document["oldest"] = _order_keys(work)
    if work.date:
        document["first"], document["last"] = span_of_days(work.date.value)
    return document


def normalize(text: str) -> str:
    """Composed characters (NFC), so that accents fold; lone surrogates become "?"."""
    return text if text.isascii() else normalise(encodable(text), "NFC")


def encodable(text: str) -> str:
    """The text with lone surrogates as "?": tantivy takes none. As long as before."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def identifier_names(scheme: str, value: str) -> tuple[str, str]:
    """The names under which an identifier is found: with its scheme and without."""
    return f"{scheme}:{value}", value


def fingerprint(work: Work) -> int:
    """63 bits of BLAKE2b over all that is indexed of a work, and over the schema's version."""
    date = work.date.value if work.date else ""
    groups: Iterable[Iterable[str]] = (
        (str(VERSION), work.title, work.text, work.venue or "", date, *map(str, _flags(work))),
        work.authors,
        work.categories,
        work.sources,
        (f"{scheme}:{value}" for scheme, value in work.ids),
    )
    content = "\x1e".join(map("\x1f".join, groups)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest()) >> 1


def _flags(work: Work) -> tuple[bool, ...]:
    return work.has_code, work.withdrawn, work.kind == "news"


def month_code(date: PaperDate | None) -> int:
    """year * 13 + month, where month 0 stands for "only the year is known"; 0 for no date."""
    return date.year * 13 + (date.month or 0) if date else UNDATED


def span_of_days(value: str) -> tuple[int, int]:
    """First and last day that a partial date could mean, as YYYYMMDD numbers.

    Every month has 31 days here: the numbers are for comparing with real days only.
    """
    parts = [int(part) for part in value[:10].split("-")]
    first = last = parts[0] * 10000
    for place, longest, part in ((100, 12, 1), (1, 31, 2)):
        known = parts[part] if part < len(parts) else 0
        first, last = first + place * (known or 1), last + place * (known or longest)
    return first, last


def last_day(number: int) -> int:
    """A day as YYYYMMDD; the last one of a month as `span_of_days` has it, the 31st."""
    month, day = divmod(number, 100)
    return month * 100 + 31 if day == monthrange(*divmod(month, 100))[1] else number


def numbers_of(keys: NDArray[np.int64], *, newest: bool) -> NDArray[np.int64]:
    """The work numbers in sort keys of `newest` or `oldest`."""
    numbers = keys & MAX_NUMBER
    return numbers if newest else MAX_NUMBER - numbers


def _order_keys(work: Work) -> tuple[int, int]:
    """Both are sorted descending; works without a date come last in either order."""
    if work.date is None:
        return work.id, MAX_NUMBER - work.id
    digits = [int(part) for part in work.date.value[:10].split("-")]
    year, month, day = (*digits, 0, 0)[:3]
    number = year * 10000 + month * 100 + day
    return (
        number << _NUMBER_BITS | work.id,
        (_LATEST_DAY + 1 - number) << _NUMBER_BITS | MAX_NUMBER - work.id,
    )


def _values(values: Iterable[str]) -> list[str]:
    return [normalize(value) for value in values if value]
