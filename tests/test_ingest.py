"""Importing files: what goes in, what is told, and that nothing depends on chance."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from broadsheet import ingest
from broadsheet.errors import ConflictError, NotFoundError, StorageFullError
from broadsheet.model import BadRow, Identifier, ImportReport, Record
from broadsheet.ports import silent
from broadsheet.verify import verify_library
from papers import LATER, NOW, DictIndex, LineFormat, make_record, open_empty, write_lines

DOI = Identifier("doi", "10.5555/example.7")


class Desk:
    """A store, an index and a folder to import from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = open_empty(folder / "library")
        self.index = DictIndex()
        self.heard: list[tuple[str, int, int | None]] = []

    def take(self, *records: Record | bytes, now: datetime = NOW) -> ImportReport:
        return self.take_file(write_lines(self.folder / "papers.lines", records), now=now)

    def take_file(self, *paths: Path, now: datetime = NOW) -> ImportReport:
        formats = [LineFormat()]
        return ingest.import_files(
            self.store, self.index, formats, paths, now=now, progress=self._hear
        )

    def _hear(self, stage: str, done: int, total: int | None) -> None:
        self.heard.append((stage, done, total))

    def groups(self) -> set[frozenset[str]]:
        """The works as sets of the names of their records."""
        works = (work for batch in self.store.iterate_works() for work in batch)
        held = (self.store.get_work_records(work.id) for work in works)
        return {frozenset(f"{e.record.source} {e.record.key}" for e in each) for each in held}

    def is_sound(self) -> bool:
        return verify_library(self.store, self.index, silent).ok


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def bibtex(number: int, **changes: Any) -> Record:
    """The same paper as `make_record(number)`, as a bibliography has it."""
    plain = make_record(number, source="bibtex", key=f"example{number}", ids=(), abstract="")
    return replace(plain, **changes)


def test_new_papers_are_works_and_are_indexed(desk: Desk) -> None:
    report = desk.take(*map(make_record, range(5)))
    assert report == ImportReport(rows=5, added=5, new_works=5)
    assert desk.index.works == desk.store.get_works(range(1, 6))
    assert desk.index.position == desk.store.last_change() == 5
    assert desk.is_sound()


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """Break to see it fail: forget `find_known` in `store_batch`."""
    records = [*map(make_record, range(5)), make_record(3)]
    assert desk.take(*records).unchanged == 1
    before = desk.store.last_change(), desk.store.get_counts()
    assert desk.take(*records, now=LATER) == ImportReport(rows=6, unchanged=6)
    assert (desk.store.last_change(), desk.store.get_counts()) == before


def test_another_source_joins_the_work_and_says_why(desk: Desk) -> None:
    desk.take(make_record(1))
    report = desk.take(bibtex(1, venue="Journal of Samples"), now=LATER)
    assert (report.added, report.new_works, report.joined) == (1, 0, 1)
    [work] = desk.index.works.values()
    assert work.venue == "Journal of Samples"
    assert work.sources == ("arxiv", "bibtex")
    [told] = desk.store.get_history(1)
    assert (told.act, told.at) == ("join", LATER)
    assert told.reason == "bibtex example1: same title and authors"
    assert desk.is_sound()


def test_a_newer_form_stays_in_its_work(desk: Desk) -> None:
    desk.take(make_record(1))
    report = desk.take(make_record(1, title="An altogether different title", version=2))
    assert report == ImportReport(rows=1, updated=1)
    assert desk.index.works[1].title == "An altogether different title"
    assert len(desk.store.get_work_records(1)) == 2


def test_a_record_that_names_two_works_merges_them(desk: Desk) -> None:
    desk.take(make_record(1), bibtex(2, ids=(DOI,)), make_record(3))
    both = make_record(1, source="ris", key="r", ids=(*make_record(1).ids, DOI), title="A title")
    report = desk.take(both, now=LATER)
    assert report == ImportReport(rows=1, added=1, merged=1)
    assert sorted(desk.index.works) == [1, 3]
    assert desk.store.resolve(2) == 1
    merge, join = desk.store.get_history(1)
    assert (merge.act, merge.other_id, merge.at) == ("merge", 2, LATER)
    assert "DOI" in merge.reason
    assert "arXiv" in join.reason
    assert desk.is_sound()


def test_papers_of_one_batch_meet_each_other(desk: Desk) -> None:
    """Break to see it fail: do not add new drafts to the carriers."""
    both = make_record(2, source="ris", key="r", ids=(*make_record(1).ids, DOI))
    report = desk.take(make_record(1), bibtex(2, ids=(DOI,)), both)
    assert (report.new_works, report.merged) == (1, 0)
    assert desk.groups() == {frozenset({"arxiv 2401.10001", "bibtex example2", "ris r"})}
    assert desk.is_sound()


def many_forms(seed: int) -> Sequence[Record]:
    """Fifteen papers, most in several forms, shuffled; some forms tie two others together."""
    chance = random.Random(seed)
    records = []
    for number in range(15):
        doi = Identifier("doi", f"10.5555/{number}")
        forms = [
            make_record(number),
            make_record(number, version=2, abstract="Rewritten."),
            bibtex(number, ids=(doi,)),
            make_record(number, source="ris", ids=(*make_record(number).ids, doi), title="?"),
            bibtex(number, source="csl", ids=(doi,), title="Cut off"),
        ]
        records += chance.sample(forms, chance.randrange(1, 6))
    chance.shuffle(records)
    return records


@pytest.mark.parametrize("seed", range(2))
def test_where_a_batch_ends_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Break to see it fail: forget to give a draft the identifiers of what joins it."""
    records = many_forms(seed)
    outcomes = []
    for rows in (3, 10, 2000):
        monkeypatch.setattr(ingest, "BATCH_ROWS", rows)
        desk = Desk(tmp_path / str(rows))
        desk.folder.mkdir(exist_ok=True)
        desk.take(*records)
        assert desk.is_sound()
        outcomes.append(desk.groups())
        desk.store.close()
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_what_was_split_stays_split(desk: Desk) -> None:
    """Break to see it fail: give `decide` no bars."""
    desk.take(make_record(1), bibtex(1))
    new = ingest.split_work(desk.store, 1, [2], reason="not the same", now=NOW)
    apart = {frozenset({"arxiv 2401.10001"}), frozenset({"bibtex example1"})}
    assert desk.groups() == apart
    assert desk.take(make_record(1), bibtex(1)).unchanged == 2
    assert desk.take(bibtex(1, venue="Journal of Samples")).updated == 1
    assert desk.take(make_record(1, ids=(*make_record(1).ids, DOI))).updated == 1
    assert desk.take(bibtex(1, ids=(DOI,))).updated == 1
    assert desk.groups() == apart
    assert [len(desk.store.get_work_records(number)) for number in (1, new)] == [2, 3]
    assert desk.is_sound()


def test_merging_and_splitting_by_hand(desk: Desk) -> None:
    desk.take(*map(make_record, range(3)))
    ingest.merge_works(desk.store, 1, 3, reason="by hand", now=NOW)
    assert desk.store.get_works([3])[3].id == 1
    assert ingest.split_work(desk.store, 1, [3], reason="by hand", now=NOW) == 4
    with pytest.raises(ConflictError, match="leave at least one"):
        ingest.split_work(desk.store, 1, [1], reason="", now=NOW)
    with pytest.raises(ConflictError, match="at least one to split off"):
        ingest.split_work(desk.store, 1, [], reason="", now=NOW)
    with pytest.raises(NotFoundError, match="record"):
        ingest.split_work(desk.store, 1, [2], reason="", now=NOW)
    with pytest.raises(NotFoundError, match="paper 9"):
        ingest.merge_works(desk.store, 1, 9, reason="", now=NOW)


def test_bad_rows_are_told_and_the_rest_goes_in(desk: Desk) -> None:
    report = desk.take(make_record(1), b"{broken", make_record(2))
    assert report.bad_rows == (BadRow("papers.lines", 3, "this is no record"),)
    assert (report.rows, report.added, report.bad) == (3, 2, 1)


def test_text_that_is_not_unicode_is_a_bad_row(desk: Desk) -> None:
    class Surrogates(LineFormat):
        def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
            yield make_record(1, title="half a \ud83d pair")
            yield make_record(2)

    path = write_lines(desk.folder / "papers.lines", [])
    report = ingest.import_files(desk.store, desk.index, [Surrogates()], [path], now=NOW)
    assert (report.added, report.bad) == (1, 1)
    assert "not valid Unicode" in report.bad_rows[0].reason


def test_a_report_names_so_many_bad_rows_and_counts_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "MAX_BAD_ROWS", 3)
    report = desk.take(*[b"{"] * 10)
    assert (len(report.bad_rows), report.bad, report.rows) == (3, 10, 10)


def test_what_came_before_a_break_goes_in_and_is_found(desk: Desk) -> None:
    """Break to see it fail: drop the batch at hand when reading fails."""
    report = desk.take(make_record(1), make_record(2), b"STOP", make_record(3))
    assert report.bad_files == ("papers.lines breaks off in line 4.",)
    assert sorted(desk.index.works) == [1, 2]
    path = desk.folder / "cut.gz"
    whole = write_lines(desk.folder / "whole", [make_record(n) for n in range(2000)]).read_bytes()
    path.write_bytes(gzip.compress(whole)[:-5000])
    [told] = desk.take_file(path).bad_files
    assert "cut off" in told
    assert 1000 < len(desk.index.works) < 2000
    assert desk.is_sound()


def test_bad_files_are_told_and_the_others_go_in(desk: Desk) -> None:
    """Break to see it fail: let BadFileError out of `import_files`."""
    path = desk.folder / "photo.png"
    path.write_bytes(b"\x89PNG and so on")
    good = write_lines(desk.folder / "good", [make_record(1)])
    report = desk.take_file(desk.folder / "none", path, good)
    assert report.bad_files == (
        f"There is no file {desk.folder / 'none'}.",
        f"{path} is of no kind that can be imported (lines).",
    )
    assert (report.added, sorted(desk.index.works)) == (1, [1])


def test_progress_tells_only_of_what_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break to see it fail: call progress before the transaction has ended."""
    monkeypatch.setattr(ingest, "BATCH_ROWS", 4)
    kept: list[int] = []
    monkeypatch.setattr(desk, "_hear", lambda *_: kept.append(desk.store.get_counts()["records"]))
    desk.take(*map(make_record, range(10)))
    assert kept[:3] == [4, 8, 10]
    desk = Desk(desk.folder / "other")
    desk.take_file(write_lines(desk.folder.parent / "papers.lines", [make_record(1)]))
    assert desk.heard[0] == (f"Importing {desk.folder.parent / 'papers.lines'}", 1, 1)
    desk.store.close()


def test_a_full_disk_in_the_middle(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "broadsheet.storage.engine.WRITE_PRAGMAS", ("journal_mode = WAL", "max_page_count = 99")
    )
    monkeypatch.setattr(ingest, "BATCH_ROWS", 50)
    with pytest.raises(StorageFullError):
        desk.take(*map(make_record, range(2000)))
    [*_, last] = [done for stage, done, _ in desk.heard if stage.startswith("Importing")]
    assert last == desk.store.get_counts()["records"] == len(desk.index.works) > 0
    assert desk.is_sound()
