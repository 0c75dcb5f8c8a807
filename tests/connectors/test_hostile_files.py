"""Whatever the bytes: a reader gives records and bad rows, or one BadFileError."""

from __future__ import annotations

import io
import json
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    AIRY,
    AIT_HTML,
    BIBTEX,
    DENSE,
    HF_HTML,
    ITEMS,
    RIS_TEXT,
    SHORT,
    SNAPSHOT,
    TOPICS,
    lines,
)  # fmt: skip

from broadsheet.connectors import FILE_FORMATS
from broadsheet.connectors.rows import MAX_FILE
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Grouping, Record
from broadsheet.ports import FileFormat

SAMPLES = [
    *(page.encode() for page in (AIRY, AIT_HTML, DENSE, HF_HTML, TOPICS, BIBTEX, RIS_TEXT)),
    json.dumps(ITEMS).encode(),
    lines(SHORT, SNAPSHOT),
    Record("demo", "1", "T", authors=("A",), version=2).to_json(),
]
WORDS = [b"{", b"}", b'"', b"@", b"\n", b"\0", b"\xff", b"TY  - ", b"ER  - ", b"null", b"[", b"]",
         b"#", b"1e999", b"\\ud800", b"<p>", b"<h3>", b",", b"=", b"@string{", b" and ",
         b"\\"]  # fmt: skip


def mutated(seed: int) -> bytes:
    """A sample with a few stretches deleted, doubled or replaced by troublesome words."""
    dice = random.Random(seed)
    data = dice.choice(SAMPLES)
    for _ in range(dice.randint(1, 6)):
        begin = dice.randrange(len(data) + 1)
        end = min(len(data), begin + dice.choice([0, 1, 5, 40]))
        middle = dice.choice([b"", data[begin:end] * 2, dice.choice(WORDS), dice.choice(WORDS)])
        data = data[:begin] + middle + data[end:]
    return data


def check_reads_safely(data: bytes) -> None:
    for form in FILE_FORMATS:
        form.recognises(data[:65536], "file.bib")
        try:
            rows = list(form.read(io.BytesIO(data), "file.bib"))
        except BadFileError as error:
            assert str(error).endswith(".")
            continue
        for row in rows:
            if isinstance(row, BadRow):
                assert row.file == "file.bib" and row.line >= 0 and row.reason
                continue
            if isinstance(row, Grouping):
                continue
            text = row.to_json().decode()
            assert row.title and row.key
            assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs")]
            assert Record.from_json(row.to_json()) == row


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode(errors="replace")))
def test_random_bytes(data: bytes) -> None:
    check_reads_safely(data)


@settings(deadline=None, max_examples=120)
@given(st.integers(0, 2**32))
def test_mutated_samples(seed: int) -> None:
    check_reads_safely(mutated(seed))


@pytest.mark.slow
def test_many_mutated_samples() -> None:
    for seed in range(5000):
        check_reads_safely(mutated(seed))


class Zeros(io.BytesIO):
    """A stream that says it has more than any whole-file reader takes."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None and 0 < size <= MAX_FILE + 1
        return bytes(size)


@pytest.mark.parametrize(
    "name", ["BibTeX", "RIS", "CSL-JSON", "AITopics page", "Hugging Face Papers page"]
)
def test_whole_files_have_a_bound(name: str) -> None:
    with pytest.raises(BadFileError, match="64 MB"):
        list(form_named(name).read(Zeros(), "file"))


def form_named(name: str) -> FileFormat:
    return next(form for form in FILE_FORMATS if form.name == name)


@pytest.mark.parametrize(
    ("name", "opening"),
    [("AITopics page", b"<html>aitopics.org"), ("Hugging Face Papers page", b"<html>")],
)
def test_html_with_elements_beyond_all_measure_is_refused(name: str, opening: bytes) -> None:
    """Break to see it hang: take the limit out of `HtmlPage`."""
    with pytest.raises(BadFileError, match="50,000 elements"):
        list(form_named(name).read(io.BytesIO(opening + b"<div>" * 1_000_000), "file"))


def test_html_whose_every_title_holds_the_page_is_refused() -> None:
    """Break to see it take a minute: take the limit out of `HtmlPage.text`."""
    rows = b'<h3 class="searchtitle">T</h3><p class="summary-content">abc</p>' * 20_000
    with pytest.raises(BadFileError, match="laid out"):
        list(form_named("AITopics page").read(io.BytesIO(b"<html><body>" + rows), "file"))


def test_a_long_gap_between_names_costs_no_more_than_its_length() -> None:
    """Break to see it hang: split names before white space is joined."""
    row = {"id": "2401.00001", "title": "T", "abstract": "", "authors": f"A B{' ' * 10**6}and C D"}
    form = form_named("arXiv metadata (JSON lines)")
    (record,) = form.read(io.BytesIO(json.dumps(row).encode()), "file")
    assert isinstance(record, Record) and record.authors == ("A B", "C D")


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    data = b"\xef\xbb\xbf" + Record("demo", "1", "T").to_json()
    (record,) = form_named("Broadsheet export (JSON lines)").read(io.BytesIO(data), "file")
    assert record == Record("demo", "1", "T")


@pytest.mark.parametrize("day", [10**12, -(10**12)])
def test_a_day_of_many_digits_leaves_the_month(day: int) -> None:
    item = {"type": "book", "title": "T", "issued": {"date-parts": [[2020, 5, day]]}}
    (record,) = form_named("CSL-JSON").read(io.BytesIO(json.dumps([item]).encode()), "file")
    assert isinstance(record, Record) and record.date and record.date.value == "2020-05"
