"""Standings are read anew when something was voted, and only then."""

from __future__ import annotations

from pathlib import Path

from broadsheet.config import Settings
from broadsheet.model import Sort
from broadsheet.standings import Standings
from broadsheet.storage import SqlStore
from broadsheet.wiring import open_library
from broadsheet.works import compose
from papers import make_record, write_lines


def test_a_vote_is_seen_at_once_and_nothing_is_read_twice(tmp_path: Path) -> None:
    """Break: leave the stamp out of what `Standings` compares."""
    file = tmp_path / "papers.jsonl"
    write_lines(file, [make_record(number) for number in range(4)])
    file.write_bytes(file.read_bytes().partition(b"\n")[2])
    with open_library(Settings(tmp_path / "library", embedder="none")) as library:
        library.import_files([file])
        store = SqlStore.open(tmp_path / "library", create=False, compose=compose)
        standings = Standings(store)
        before = standings.get(Sort.VOTES)
        assert standings.get(Sort.VOTES) is before and not before
        assert not standings.get(Sort.NEWEST)
        assert library.search("", sort=Sort.VOTES).shown[0].work.id == 4
        library.community.upvote(library.accounts.alone(), 2)
        assert dict(standings.get(Sort.VOTES)) == {2: 1.0}
        assert library.search("", sort=Sort.VOTES).shown[0].work.id == 2
        within = library.search("study", within=[1, 3]).shown
        assert {shown.work.id for shown in within} == {1, 3}
        assert not library.search("arXiv:2401.10001", within=[1]).results.total
        store.close()
