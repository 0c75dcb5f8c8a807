"""arXiv metadata in both shapes: what is read, and what each kind of damage comes to."""

from __future__ import annotations

import io
from typing import Any

import pytest
from reading import claimed_by, read_with
from samples import SHORT, SNAPSHOT, lines

from broadsheet.connectors.arxiv_json import ArxivJson
from broadsheet.model import BadRow, Identifier, Link, PaperDate

FORM = ArxivJson()


def test_the_short_form() -> None:
    assert claimed_by(lines(SHORT)) == [FORM.name]
    (record,), bad = read_with(FORM, lines(SHORT))
    assert bad == []
    assert (record.source, record.key, record.version) == ("arxiv", "2403.01234", 2)
    assert record.title == "Turning Widgets"
    assert record.abstract == "We turn $a<b$ widgets. Code: https://github.com/brass/gears."
    assert record.authors == ("Júlia Poe", "Max Øre")
    assert record.categories == ("cs.LG", "stat.ML")
    assert record.date == PaperDate("2024-03-02", "listed")
    assert record.links == (Link("code", "https://github.com/brass/gears"),)


def test_the_snapshot() -> None:
    assert claimed_by(lines(SNAPSHOT)) == [FORM.name]
    (record,), bad = read_with(FORM, lines(SNAPSHOT))
    assert bad == []
    assert record.ids == (Identifier("arxiv", "math/0611800"), Identifier("doi", "10.1000/xyz.1"))
    assert record.authors == ("Júlia Poe", "Max Øre Jr")
    assert record.categories == ("math.CA", "cs.LG")
    assert record.date == PaperDate("2006-11-27", "submitted")
    assert record.version == 3
    assert record.links == (Link("project", "https://gears.example.org/"),)
    assert dict(record.extra)["journal-ref"] == "Brass Lett. 3 (2007) 1-12"


def test_authors_in_one_text_and_a_date_from_the_id() -> None:
    row = SNAPSHOT | {"authors_parsed": [], "versions": [], "authors": "A. Poe (X), B. Øre and C D"}
    (record,), _ = read_with(FORM, lines(row))
    assert record.authors == ("A. Poe", "B. Øre", "C D")
    assert record.date == PaperDate("2006-11", "month_from_id")
    cut = SHORT | {"authors": ["Ann (Bea) Poe (X", "Y)", "B. Øre,", "C D (Z)"]}
    (record,), _ = read_with(FORM, lines(cut))
    assert record.authors == ("Ann (Bea) Poe", "B. Øre", "C D")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"id": "2403.01234", "title"', "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": "2403.01234", "title": "\xff"}', "not JSON"),
        (b'{"id": "2403.01234", "title": "a\0b"}', "not JSON"),
        (lines({**SHORT, "id": None}), "no arXiv id"),
        (lines({**SHORT, "id": "2413.01234"}), "no arXiv id"),
        (lines({**SHORT, "id": 2403.01234}), "id is not text"),
        (lines({**SHORT, "title": " \u0000\n"}), "no title"),
        (lines({**SHORT, "title": ["x"]}), "title is not text"),
        (lines({**SHORT, "title": "x" * 3000}), "title has more than"),
        (lines({**SHORT, "abstract": "x" * 60_000}), "abstract has more than"),
        (lines({**SHORT, "authors": ["x", 1]}), "authors is not a list of texts"),
        (lines({**SHORT, "authors": {"x": 1}}), "authors is not text"),
        (lines({**SNAPSHOT, "authors_parsed": ["Poe"]}), "authors_parsed"),
        (lines({**SNAPSHOT, "versions": ["v1"]}), "versions"),
        (b"{" + b" " * 5_000_000 + b"}", "longer than 4 MB"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(row: bytes, reason: str) -> None:
    data = lines(SHORT) + row.rstrip(b"\n") + b"\n\n" + lines(SNAPSHOT)
    records, bad = read_with(FORM, data)
    assert [record.key for record in records] == ["2403.01234", "math/0611800"]
    assert [(row.file, row.line) for row in bad] == [("file", 2)]
    assert reason in bad[0].reason


def test_control_characters_in_text_are_removed() -> None:
    (record,), _ = read_with(FORM, lines({**SHORT, "title": "Wid\u0000gets\u202e \u0007x"}))
    assert record.title == "Widgets x"


class EndlessLine(io.RawIOBase):
    """A stream of one line of `size` bytes that are never all in memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        count = min(len(view), self._left)
        view[:count] = b"x" * count
        self._left -= count
        return count


def test_a_line_of_200_mb_is_refused_without_being_held() -> None:
    """Breaks when `read_lines` calls `readline` without a limit."""
    import tracemalloc

    stream = io.BufferedReader(EndlessLine(200_000_000), 1 << 20)
    tracemalloc.start()
    (row,) = FORM.read(stream, "file")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(row, BadRow) and "longer than 4 MB" in row.reason
    assert peak < 30_000_000


@pytest.mark.parametrize(
    "data",
    [b"{broken\n" + lines(SHORT), b"\xef\xbb\xbf" + lines(SHORT),
     lines({**SNAPSHOT, "abstract": "x" * 70_000})],
)  # fmt: skip
def test_it_is_known_by_any_good_line_near_the_top(data: bytes) -> None:
    assert claimed_by(data) == [FORM.name]


def test_other_json_lines_are_not_claimed() -> None:
    assert claimed_by(lines({"id": 1, "text": "x"}, {"title": "y"})) == []
