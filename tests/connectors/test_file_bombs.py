"""Small files that would fill the memory are refused before they are parsed, or on the way."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from broadsheet import bringing
from broadsheet.bringing import Intake, read_file
from broadsheet.connectors import OUTLINES, READER_FORMATS, ris
from broadsheet.errors import BadFileError
from broadsheet.files import Upload
from broadsheet.takeout.form import load
from broadsheet.text.parts import MOST_COMMAS, MOST_CONTAINERS, has_too_many_parts

AUTHORS = b'[{"type":"article","title":"x y","author":[%s{"family":"a"}]}]'
EMPTY = b'{"format":"broadsheet-takeout","version":1,"signals":[%s{}]}'


def read_bibliography(upload: Upload) -> object:
    unused: Callable[..., None] = lambda *_: None  # noqa: E731
    intake = Intake(None, None, READER_FORMATS, OUTLINES, unused)  # type: ignore[arg-type]
    return read_file(intake, upload, most=20_000)


@pytest.mark.parametrize(
    ("name", "bomb", "sentence"),
    [
        ("a.json.gz", AUTHORS % (b'{"family":"a"},' * 600_000), "more parts than can be read"),
        ("a.json.gz", AUTHORS % (b"0," * 2_100_000), "more parts than can be read"),
        ("t.json.gz", EMPTY % (b'{"":[]},' * 300_000), "more parts than a takeout"),
        ("t.json.gz", EMPTY % (b'"ab",' * 2_100_000), "more parts than a takeout"),
        ("a.ris.gz", b"TY  - JOUR\nER  - \n" * 30, "more than 20 rows"),
    ],
)
def test_bombs_are_refused(
    name: str, bomb: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Breaks to see it fail: leave out `has_too_many_parts` in `csl_json` or in `form`; or
    `MOST_ROWS` in `bringing`."""
    monkeypatch.setattr(bringing, "MOST_ROWS", 20)
    upload = Upload(name, gzip.compress(bomb, 1))
    with pytest.raises(BadFileError, match=sentence):
        load(upload) if name.startswith("t.") else read_bibliography(upload)


def test_records_of_a_file_are_made_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break to see it fail: take all chunks apart before the first is read."""
    cut: list[ris.Chunk] = []

    def note(*facts: Any, **more: Any) -> ris.Chunk:
        cut.append(chunk := chunk_of(*facts, **more))
        return chunk

    chunk_of = ris.Chunk
    monkeypatch.setattr(ris, "Chunk", note)
    rows = ris.Ris().read(io.BytesIO(b"TY  - JOUR\nER  - \n" * 1000), "a.ris")
    assert len(list(islice(rows, 10))) == 10
    assert len(cut) < 20


def test_there_is_room_for_honest_files() -> None:
    """An account of 20,000 papers: measured, see `MOST_COMMAS`."""
    honest = b"{" * 336_009 + b"," * 1_372_304
    assert not has_too_many_parts(honest)
    assert not has_too_many_parts(b"[" * MOST_CONTAINERS + b"," * MOST_COMMAS)
    assert has_too_many_parts(b"[{" * (MOST_CONTAINERS // 2) + b"[")
    assert has_too_many_parts(b"," * (MOST_COMMAS + 1))
