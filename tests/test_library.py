"""The facade, over the real rooms: what holds across them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from broadsheet.config import Settings
from broadsheet.errors import InvalidInputError, NotFoundError, StorageReadOnlyError
from broadsheet.library import NOT_HERE, Library
from broadsheet.wiring import open_library
from papers import taking_no_changes

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


@pytest.mark.parametrize("limit", [-5, 10**9])
def test_related_papers_have_the_bounds_of_a_page(filled: Library, limit: int) -> None:
    """Break to see it fail: leave the check out of `Library.related`."""
    with pytest.raises(InvalidInputError, match="1000"):
        filled.related(["2403.10001"], limit=limit)


def test_a_folder_that_takes_no_changes_is_searched(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: let `LexicalIndex` open its own folder, where tantivy makes a lock."""
    filled.close()
    folder = tmp_path / "library"
    for lock in folder.rglob("*.lock"):
        lock.unlink()
    with taking_no_changes(folder, monkeypatch):
        with open_library(Settings(library=folder), create=False) as library:
            assert library.search("neon ferns").shown
            assert library.related(["2403.10001"])
            assert library.export_all(io.BytesIO()) == library.stats().works == 4
            for write in (library.catch_up, lambda: library.merge("2403.10000", "2403.10001")):
                with pytest.raises(StorageReadOnlyError):
                    write()
        assert not list(folder.rglob("*.lock"))


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


def export(library: Library, path: Path) -> Path:
    with path.open("wb") as out:
        library.export_all(out)
    return path


def groups(library: Library) -> set[frozenset[str]]:
    """The works as sets of what their records are called."""
    works = {library.get_work(f"2403.1000{number}").id for number in range(len(ROWS))}
    return {frozenset(each.record.key for each in library.get_records(work)) for work in works}


def split_pairs(library: Library) -> set[frozenset[str]]:
    """Pairs of works that may not merge, by the key of the first record of each."""
    works = {library.get_work(f"2403.1000{number}").id for number in range(len(ROWS))}
    with library._store.write() as transaction:
        barred = transaction.find_barred(works)
    first = {work: library.get_records(work)[0].record.key for work in works}
    return {frozenset({first[a], first[b]}) for a, others in barred.items() for b in others}


def test_an_export_makes_the_same_library_again(filled: Library, tmp_path: Path) -> None:
    """Fails when `import` forgets what an export says of merges, of splits, or of either's bar."""
    plain = export(filled, tmp_path / "plain.jsonl")
    with open_library(Settings(library=tmp_path / "plain")) as second:
        second.import_files([plain])
        assert export(second, tmp_path / "again.jsonl").read_bytes() == plain.read_bytes()
    numbers = [filled.get_work(f"2403.1000{n}").id for n in range(4)]
    filled.merge(numbers[0], numbers[1], reason="the same ferns")
    filled.merge(numbers[2], numbers[3])
    filled.split(numbers[2], [filled.get_records(numbers[2])[1].id])
    path = export(filled, tmp_path / "all.jsonl")
    with open_library(Settings(library=tmp_path / "second")) as second:
        report = second.import_files([path])
        assert (report.rows, report.added, report.new_works, report.merged) == (4, 4, 4, 1)
        assert groups(second) == groups(filled) and len(groups(second)) == 3
        assert split_pairs(second) == split_pairs(filled) != set()
        assert second.get_history(numbers[0])[-1].reason == "as exported"
        assert second.verify().ok
        before = second._store.last_change(), len(second.get_history(numbers[2]))
        assert second.import_files([path]).merged == 0
        assert before == (second._store.last_change(), len(second.get_history(numbers[2])))
        assert export(second, tmp_path / "again.jsonl").read_bytes().count(b'"split"') == 2


def test_an_export_takes_apart_what_would_join(filled: Library, tmp_path: Path) -> None:
    """Fails when a split is only barred: both records name the same paper, and join on arrival."""
    twin = {**ROWS[0], "title": "Ferns under sodium lamps", "categories": ["cs.LG"]}
    path = tmp_path / "twin.jsonl"
    path.write_bytes(orjson.dumps(twin))
    filled.import_files([path])
    work = filled.get_work("2403.10000").id
    filled.split(work, [filled.get_records(work)[1].id])
    exported = export(filled, tmp_path / "all.jsonl")
    with open_library(Settings(library=tmp_path / "second")) as second:
        second.import_files([exported])
        sizes = [len(second.get_records(second.get_work(n).id)) for n in range(1, 6)]
        assert sizes == [1] * 5
        assert second._store.get_groupings() == filled._store.get_groupings()
        assert second.verify().ok


def test_an_export_leaves_the_decisions_that_stand_here(filled: Library, tmp_path: Path) -> None:
    """Fails when an imported merge goes over a bar, or an imported split over a merge by hand."""
    plain = export(filled, tmp_path / "plain.jsonl")
    numbers = [filled.get_work(f"2403.1000{n}").id for n in range(4)]
    filled.merge(numbers[0], numbers[1])
    filled.merge(numbers[2], numbers[3])
    filled.split(numbers[2], [filled.get_records(numbers[2])[1].id])
    told = export(filled, tmp_path / "told.jsonl")
    days = iter(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=n) for n in range(9))
    settings = Settings(library=tmp_path / "second")
    with open_library(settings, clock=lambda: next(days)) as second:
        second.import_files([plain])
        second.merge(numbers[0], numbers[1])
        second.split(numbers[0], [second.get_records(numbers[0])[1].id])
        second.merge(numbers[2], numbers[3])
        decided = groups(second)
        second.import_files([told])
        assert groups(second) == decided != groups(filled)
        assert second.verify().ok


def test_a_record_in_two_groups_goes_into_the_first(filled: Library, tmp_path: Path) -> None:
    """Fails, with an error, when a hostile export can name the only record of a work twice."""
    path = export(filled, tmp_path / "all.jsonl")
    digest = orjson.loads(path.read_bytes().splitlines()[0])["hash"]
    lines = [{"works": [[digest], [digest], []], "split": [[0, 1], [1, 2]]}]
    lines.append({"works": [["0" * 32], [digest]], "split": [[0, 1]]})
    path.write_bytes(path.read_bytes() + b"".join(orjson.dumps(line) + b"\n" for line in lines))
    before = groups(filled)
    assert filled.import_files([path]).bad == 0
    assert groups(filled) == before and filled.verify().ok


def test_a_new_model_is_asked_for_vectors_before_the_next_search(
    filled: Library, tmp_path: Path
) -> None:
    """Fails if `catch_up` only follows the change log: meaning would be silent from then on."""
    filled.close()
    settings = Settings(library=tmp_path / "library", embedder="none")
    with open_library(settings) as words_only:
        words_only.rebuild_index()
        assert words_only.search("ferns").shown[0].hit.dense is None
        assert not words_only.index_behind()
    with open_library(replace(settings, embedder="static")) as again:
        assert again.index_behind()
        assert again.catch_up() == len(ROWS)
        assert not again.index_behind()
        assert again.search("ferns").shown[0].hit.dense is not None
