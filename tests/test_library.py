"""The facade, over the real rooms: what holds across them."""

from __future__ import annotations

import io
from pathlib import Path

import orjson
import pytest

from broadsheet.config import Settings
from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.library import NOT_HERE, Library
from broadsheet.wiring import open_library

ROWS = [
    {
        "id": f"2403.1000{number}",
        "title": f"Ferns under {lamp} lamps",
        "abstract": f"We grow ferns under {lamp} lamps and count fronds, $a<b$ times.",
        "authors": [f"Ina Moss{number}"],
        "categories": ["q-bio.PE"],
        "date": "2024-03-05",
        "date_kind": "submitted",
    }
    for number, lamp in enumerate(("sodium", "neon", "argon", "krypton"))
]


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    library.import_files([path])
    return library


def test_a_paper_is_found_by_words_and_by_any_of_its_names(filled: Library) -> None:
    page = filled.search("neon ferns")
    assert page.shown[0].work.title == "Ferns under neon lamps"
    for name in ("2403.10001", "arXiv:2403.10001v2", "https://arxiv.org/abs/2403.10001"):
        assert filled.get_work(name).id == page.shown[0].work.id
        assert [shown.work.id for shown in filled.search(name).shown] == [page.shown[0].work.id]


def test_a_pasted_name_that_is_not_there_is_searched_as_words_and_says_so(
    filled: Library,
) -> None:
    page = filled.search("https://arxiv.org/abs/2403.99999")
    assert page.results.notes[0] == NOT_HERE
    assert NOT_HERE not in filled.search("neon ferns").results.notes
    assert NOT_HERE not in filled.search("2403.10001").results.notes


def test_what_is_not_there_says_so(filled: Library) -> None:
    for reference in ("99", "2403.99999", "no such thing", "", "9" * 40):
        with pytest.raises(NotFoundError):
            filled.get_work(reference)


@pytest.mark.parametrize(("limit", "offset"), [(-1, 0), (1001, 0), (20, -1)])
def test_a_page_has_bounds(filled: Library, limit: int, offset: int) -> None:
    with pytest.raises(InvalidInputError):
        filled.search("ferns", limit=limit, offset=offset)


def test_pages_neither_repeat_nor_lose(filled: Library) -> None:
    whole = [shown.work.id for shown in filled.search("ferns lamps").shown]
    pages = [filled.search("ferns lamps", limit=1, offset=n).shown for n in range(4)]
    assert [shown.work.id for page in pages for shown in page] == whole
    assert len(set(whole)) == 4


def test_a_merge_is_kept_while_another_process_has_the_index(
    filled: Library, tmp_path: Path
) -> None:
    """Fails if `merge` lets StorageBusyError out after the act is kept."""
    kept, gone = (filled.get_work(f"2403.1000{n}").id for n in (0, 1))
    with (
        open_library(Settings(library=tmp_path / "library")) as other,
        other._index.writing(),
    ):
        assert filled.merge(kept, gone).id == kept
        assert filled.index_behind()
    filled.catch_up()
    assert filled.verify().ok
    assert filled.get_work(gone).id == kept


def test_a_split_stays_when_the_same_file_comes_again(filled: Library, tmp_path: Path) -> None:
    """Fails without the bar that a split leaves behind."""
    kept, gone = (filled.get_work(f"2403.1000{n}").id for n in (0, 1))
    filled.merge(kept, gone)
    second = filled.get_records(kept)[1].id
    new = filled.split(kept, [second]).id
    report = filled.import_files([tmp_path / "rows.jsonl"])
    assert (report.unchanged, report.merged) == (4, 0)
    assert filled.get_work("2403.10001").id == new != filled.get_work("2403.10000").id


def test_an_export_makes_the_same_library_again(filled: Library, tmp_path: Path) -> None:
    out = io.BytesIO()
    assert filled.export_all(out) == 4
    path = tmp_path / "all.jsonl"
    path.write_bytes(out.getvalue())
    with open_library(Settings(library=tmp_path / "second")) as second:
        second.import_files([path])
        again = io.BytesIO()
        second.export_all(again)
        assert again.getvalue() == out.getvalue()
