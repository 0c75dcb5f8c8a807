"""Exports: whatever authors wrote, other programs read back as many entries, with equal fields."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet import exports
from broadsheet.connectors import FILE_FORMATS
from broadsheet.errors import InvalidInputError
from broadsheet.model import (
    Grouping,
    Identifier,
    Link,
    Listing,
    PaperDate,
    Record,
    StoredRecord,
    Work,
    content_hash,
)
from broadsheet.text import clean_line

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLAIN = Work(
    7, r"Turning Widgets: 5% of $a_{i}<\{b\}$ & more", abstract="Widgets ~ turn.",
    authors=("Júlia Poe", "Anna van der Berg", "Plato", "Foo and Bar, Inc."),
    ids=(Identifier("doi", "10.1000/a_b(c)<d>"), Identifier("arxiv", "2101.01234")),
    categories=("cs.LG",), venue="Brass Letters", date=PaperDate("2020-03-07", "published"),
    links=(Link("code", "https://github.com/a/b"),), sources=("demo",),
    provenance={"title": "demo"},
)  # fmt: skip
HOSTILE = [
    "},@article{x, title={owned}", "}\n\n@article{x,\n title={owned}}", "x\nER  - \nTY  - JOUR",
    "x\r\nER  - ", "x\u2028ER  - \u2029TY  - JOUR", "x\x85ER  - ", "x\x0bER  - \x1cER  - ",
    "{{{", "}}}", "\\", "\\}", "a\\", "%", "$", "$}$", "$\\}$", "$\\{$ x $\\}$", '"', '",', "#",
    "a # b", "\0\x07\x1b[31m", "\ud800", "é 漢字 \U0001f600", "@string{a=b}", "ER  - ",
    "TY  - JOUR", "\\input{/etc/passwd}", "</script><script>", "\\(}\\)",
    "\\begin{align}}\\end{align}",
    "$$}{$$", "and", "A and B", "a, b, c, d", "~^_&", "\\$5 and \\$6", "\u202eevil",
]  # fmt: skip
TROUBLE = st.lists(
    st.sampled_from([*HOSTILE, " ", "word", "{", "}", "\\", "$", "\n", "@", ","]) | st.characters(),
    max_size=8,
).map("".join)


def work_of(text: str, number: int = 1) -> Work:
    """A work that says `text` in every field that it can."""
    return Work(
        number, text or "T", text, text, (text or "A", "Max Ore"),
        (Identifier("doi", text), Identifier("arxiv", text)), (text,), text, text,
        PaperDate("2020-03", text), (Link("page", text),), (text,), {text: text},
    )  # fmt: skip


def read_bibtex(text: str) -> list[dict[str, str]]:
    """Entries by bibtexparser, which knows nothing of our writer; nothing may have failed."""
    library = parse_string(text)
    assert library.failed_blocks == [] and library.comments == [] and library.strings == []
    return [{"ID": entry.key} | {f.key: f.value for f in entry.fields} for entry in library.entries]


def undo_escapes(value: str) -> str:
    """What TeX prints for an escaped value that holds no maths."""
    names = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~",
             "asciicircum": "^"}  # fmt: skip
    return re.sub(
        r"\\text(\w+)\{\}|\\([$%&#_])", lambda m: names[m[1]] if m[1] else str(m[2]), value
    )


def escaped_by_hand(text: str) -> str:
    """The printed form of a text in which `\\$` already stands for a dollar sign."""
    return clean_line(text).replace("\\$", "$")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_field(text: str) -> None:
    """Breaks when `bibtex.escape` or the `clean_line` of RIS gives its text back as it came."""
    works = [work_of(text, 1), PLAIN, work_of(text, 3)]
    check_bibtex(works)
    check_ris(works)
    check_json(works)


@settings(deadline=None, max_examples=80)
@given(TROUBLE, TROUBLE)
@example("$}$", "{")
def test_any_text_stays_in_its_field(first: str, second: str) -> None:
    works = [work_of(first, 1), work_of(second, 2), PLAIN]
    check_bibtex(works)
    check_ris(works)
    check_json(works)


def check_bibtex(works: Sequence[Work]) -> None:
    text = exports.render(works, "bibtex")
    entries = read_bibtex(text)
    assert len({entry["ID"] for entry in entries}) == len(entries) == len(works)
    for entry, work in zip(entries, works, strict=True):
        assert re.fullmatch(r"[a-z0-9-]+", entry["ID"])
        assert entry["year"] == "2020"
        if "$" not in work.title and "\\" not in work.title:
            assert undo_escapes(entry.get("title", "")) == escaped_by_hand(work.title)
        assert raw_depth(entry.get("title", "")) == 0
    # BibTeX itself counts every brace: each entry begins and ends at depth 0.
    assert raw_depth(text) == 0
    assert text.count("\n@") + 1 == len(works)


def raw_depth(text: str) -> int:
    """Open braces that are left, counted as BibTeX does; fails below zero."""
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    return depth


def check_ris(works: Sequence[Work]) -> None:
    text = exports.render(works, "ris")
    entries = rispy.loads(text.replace("\r\n", "\n"))
    assert len(entries) == len(works)
    assert len(text.splitlines()) == text.count("\r\n")
    for entry, work in zip(entries, works, strict=True):
        assert entry.get("title", "") == clean_line(work.title)
        assert entry.get("abstract", "") == clean_line(work.abstract)
        assert entry.get("secondary_title", "") == clean_line(work.venue or "")
        assert len(entry["authors"]) == sum(bool(clean_line(name)) for name in work.authors)


def check_json(works: Sequence[Work]) -> None:
    items = json.loads(exports.render(works, "csl-json"))
    rows = [json.loads(line) for line in exports.render(works, "jsonl").split("\n")[:-1]]
    assert len(items) == len(rows) == len(works)
    for item, row, work in zip(items, rows, works, strict=True):
        assert item.get("title", "") == row["title"] == clean_line(work.title)
        assert item.get("DOI", "") == clean_line(work.identifier("doi") or "")
        assert row["id"] == work.id


@pytest.mark.parametrize(("style", "name"), [
    ("bibtex", "BibTeX"), ("ris", "RIS"), ("csl-json", "CSL-JSON"),
])  # fmt: skip
def test_what_we_write_we_read(style: str, name: str) -> None:
    form = next(form for form in FILE_FORMATS if form.name == name)
    data = exports.render([PLAIN], style).encode()
    assert form.recognises(data, "")
    (record,) = form.read(io.BytesIO(data), "file")
    assert isinstance(record, Record)
    assert (record.title, record.abstract) == (PLAIN.title, PLAIN.abstract)
    assert record.venue == PLAIN.venue
    assert record.date == PLAIN.date or (style, record.date) == (
        "bibtex", PaperDate("2020-03", "published"),
    )  # fmt: skip
    assert record.authors[:3] == PLAIN.authors[:3]
    assert Identifier("arxiv", "2101.01234") in record.ids


def test_the_fields_of_each_style() -> None:
    (entry,) = read_bibtex(exports.render([PLAIN], "bibtex"))
    assert entry["author"].split(" and ", 2) == [
        "Poe, Júlia", "van der Berg, Anna", "{Plato} and {Foo and Bar, Inc.}",
    ]  # fmt: skip
    assert entry["title"] == r"Turning Widgets: 5\% of $a_{i}<\{b\}$ \& more"
    assert (entry["journal"], entry["month"], entry["primaryclass"]) == (
        "Brass Letters", "mar", "cs.LG",
    )  # fmt: skip
    (item,) = json.loads(exports.render([PLAIN], "csl-json"))
    assert item["author"][1] == {"family": "van der Berg", "given": "Anna"}
    assert item["author"][2] == {"literal": "Plato"}
    group = replace(PLAIN, authors=("The Widget Collaboration",))
    (entry,) = read_bibtex(exports.render([group], "bibtex"))
    assert entry["author"] == "{The Widget Collaboration}"
    assert item["issued"] == {"date-parts": [[2020, 3, 7]]}
    assert item["URL"] == "https://arxiv.org/abs/2101.01234"
    ris = exports.render([PLAIN], "ris")
    assert "DA  - 2020/03/07/\r\n" in ris and ris.startswith("TY  - JOUR\r\n")


@pytest.mark.parametrize(
    ("style", "note"),
    [("bibtex", "note = {withdrawn}"), ("ris", "N1  - withdrawn"), ("csl-json", '"withdrawn"')],
)
def test_a_paper_that_was_taken_back_says_so(style: str, note: str) -> None:
    """Break to see it fail: leave the note out of a style."""
    for work in (PLAIN, replace(PLAIN, venue=None)):
        assert note in exports.render([replace(work, withdrawn=True)], style)
        assert "withdrawn" not in exports.render([work], style)


def test_citation_keys_are_ascii_unique_and_stable() -> None:
    """Breaks when the work's number is left out of the key."""
    twin = Work(8, PLAIN.title, authors=PLAIN.authors, date=PLAIN.date)
    works = [PLAIN, twin, PLAIN, Work(9, "漢字")]
    keys = [entry["ID"] for entry in read_bibtex(exports.render(works, "bibtex"))]
    assert keys == ["poe2020turning-7", "poe2020turning-8", "poe2020turning-7x2", "anon-9"]
    alone = read_bibtex(exports.render(works[1:2], "bibtex"))
    assert alone[0]["ID"] == keys[1]


@pytest.mark.parametrize("style", exports.STYLES)
def test_nothing_and_little_can_be_exported(style: str) -> None:
    exports.render([], style)
    assert "Bare" in exports.render([Work(1, "Bare")], style)


def test_an_unknown_style_says_which_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"'pdf'.*bibtex, ris, csl-json, jsonl"):
        exports.render([], "pdf")


class OneStore:
    """The methods of a store that `write_all` uses."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = [StoredRecord(i, i + 10, NOW, r) for i, r in enumerate(records, start=1)]

    def get_counts(self) -> dict[str, int]:
        return {"records": len(self._records)}

    def iterate_records(self, *, after: int = 0, batch: int = 1000) -> Iterator[list[Any]]:
        yield self._records[:1]
        yield self._records[1:]

    def get_groupings(self) -> list[Grouping]:
        return GROUPINGS


GROUPINGS = [Grouping(((b"a" * 16, b"b" * 16), (b"c" * 16,)), ((0, 1),))]


def test_everything_comes_out_as_lines_and_goes_back_in() -> None:
    records = [
        Record("arxiv", "2101.01234", "On $a<b$", ids=(Identifier("arxiv", "2101.01234"),)),
        Record(
            "demo", "é#1", "Widgets", listing=Listing("abc", 1), version=2, kind="news",
            submitted_at="2024-01-03T10:00:00Z", announced_on="2024-01-05", withdrawn=True,
        ),
    ]  # fmt: skip
    out, seen = io.BytesIO(), []
    count = exports.write_all(
        OneStore(records),  # type: ignore[arg-type]
        out,
        lambda stage, done, total: seen.append((done, total)),
    )
    assert (count, seen) == (2, [(1, 2), (2, 2)])
    rows = [orjson.loads(line) for line in out.getvalue().splitlines()][:-1]
    assert [(row["source"], row["key"], row["work"]) for row in rows] == [
        ("arxiv", "2101.01234", 11), ("demo", "é#1", 12),
    ]  # fmt: skip
    form = next(form for form in FILE_FORMATS if form.recognises(out.getvalue(), "x"))
    again = list(form.read(io.BytesIO(out.getvalue()), "x"))
    assert again == [*records, *GROUPINGS]
    assert [row["hash"] for row in rows] == [content_hash(r.to_json()).hex() for r in records]
