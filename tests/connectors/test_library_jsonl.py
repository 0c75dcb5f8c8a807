"""Broadsheet's own export read back: identical records, and no line that was changed."""

from __future__ import annotations

import pytest
from reading import claimed_by, read_with

from broadsheet.connectors.library_jsonl import LibraryJsonl
from broadsheet.model import Identifier, Link, Listing, PaperDate, Record, content_hash

FORM = LibraryJsonl()
FULL = Record(
    "huggingface", "abc#1", r"On $a<b$ and \$5", "An abstract.", "A summary.", ("Júlia Poe",),
    (Identifier("doi", "10.1000/x"),), ("cs.LG",), "Brass Letters", "Poster",
    PaperDate("2020-03", "published"), (Link("code", "https://github.com/a/b"),), 3,
    Listing("abc", 1, "Mar 11"), (("comments", "12 pages"),),
)  # fmt: skip
STATE = Record(
    "arxiv", "3", "T", kind="news", submitted_at="2024-01-03T10:00:00Z",
    announced_on="2024-01-05", withdrawn=True, version=3,
)  # fmt: skip
BARE = Record("demo", "2", "T", listing=Listing("abc", 2))


def exported(record: Record) -> bytes:
    payload = record.to_json()
    return b'{"hash":"%s","work":4,' % content_hash(payload).hex().encode() + payload[1:] + b"\n"


def test_records_come_back_identical() -> None:
    data = exported(FULL) + exported(BARE) + FULL.to_json() + b"\n" + exported(STATE)
    assert claimed_by(data) == [FORM.name]
    records, bad = read_with(FORM, data)
    assert (records, bad) == ([FULL, BARE, FULL, STATE], [])
    assert [r.to_json() for r in records] == [r.to_json() for r in (FULL, BARE, FULL, STATE)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (exported(FULL).replace(b"summary.", b"Summary."), "does not have the hash"),
        (b'{"source":"x","key":"1"}', "no title"),
        (b'{"source":"x","key":"1","title":5}', "its title is not"),
        (b'{"source":"x","key":"1","title":"a\\u0000b"}', "its title is not"),
        (b'{"source":"x","key":"1","title":"T","colour":"red"}', "'colour'"),
        (b'{"source":"x","key":"1","title":"T","authors":"me"}', "its authors is not"),
        (b'{"source":"x","key":"1","title":"T","ids":[["doi"]]}', "its ids is not"),
        (b'{"source":"x","key":"1","title":"T","date":["soon","x"]}', "its date is not"),
        (b'{"source":"x","key":"1","title":"T","date":["2024-#1","x"]}', "its date is not"),
        (b'{"source":"x","key":"1","title":"T","date":["99999-01","x"]}', "its date is not"),
        ('{"source":"x","key":"1","title":"T","date":["२०२४","x"]}'.encode(), "its date is not"),
        (b'{"source":"x","key":"1","title":"%s"}' % (b"t" * 10_000), "its title is not"),
        (b'{"source":"x","key":"1","title":"T","summary":"%s"}' % (b"t" * 200_000), "its summary"),
        (b'{"source":"x","key":"1","title":"T","authors":[%s"b"]}' % (b'"a",' * 10_000), "authors"),
        (b'{"source":"x","key":"1","title":"T","version":true}', "its version is not"),
        (b'{"source":"x","key":"1","title":"T","withdrawn":1}', "its withdrawn is not"),
        (b'{"source":"x","key":"1","title":"T","withdrawn":false}', "its withdrawn is not"),
        (b'{"source":"x","key":"1","title":"T","kind":"advert"}', "its kind is not"),
        (b'{"source":"x","key":"1","title":"T","announced_on":"2024-02-30"}', "its announced_on"),
        (b'{"source":"x","key":"1","title":"T","announced_on":"20240229"}', "its announced_on"),
        (b'{"source":"x","key":"1","title":"T","submitted_at":"soon"}', "its submitted_at is not"),
        (b'{"source":"x","key":"1","title":"T","submitted_at":[]}', "its submitted_at is not"),
        (b'{"source":"x","key":"1","title":"T","listing":[1,2,3]}', "its listing is not"),
        (b'{"works":[["%s"]],"split":[[0,1]]}' % (b"a" * 32), "its groups of records"),
        (b'{"works":[["%s"]],"split":[],"more":1}' % (b"a" * 32), "its groups of records"),
        (b'{"works":[["A"]],"split":[]}', "its groups of records"),
        (b'{"works":[5],"split":[]}', "its groups of records"),
        (b'{"works":[%s[]],"split":[]}' % (b"[]," * 10_000), "its groups of records"),
    ],
)
def test_a_line_that_is_not_ours_is_named(line: bytes, reason: str) -> None:
    """The first case breaks when `_record` no longer compares the hash."""
    records, bad = read_with(FORM, exported(BARE) + line.strip() + b"\n")
    assert records == [BARE]
    assert bad[0].line == 2 and reason in bad[0].reason
