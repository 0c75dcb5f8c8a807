"""Orders are total: pages neither repeat nor lose a work, and the mode does not jump."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented_works import fill, make_work, make_works

from broadsheet.model import Matching, Sort
from broadsheet.query.parser import parse
from broadsheet.search import compile as compiling
from broadsheet.search.lexical import LexicalIndex

COUNT = 900


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    """Several segments, some deletions, many equal scores."""
    index = LexicalIndex.open(tmp_path_factory.mktemp("order") / "index")
    works = make_works(COUNT)
    with index.writing():
        for start in range(0, COUNT, 300):
            index.add(works[start : start + 300])
            index.commit()
        index.add(works[100:150])
        index.commit()
    return index


@pytest.mark.parametrize("text", ["glacier enzyme predict", "-glacier", "enzyme year:2024"])
def test_deep_pages_hold_every_match_once(index: LexicalIndex, text: str) -> None:
    """Fails when `tail` does not leave out what `exclude` says."""
    query = parse(text)
    best = index.candidates(query, 40)[0].tolist()
    pages = [
        index.tail(query, exclude=best, limit=37, offset=offset).tolist()
        for offset in range(0, COUNT, 37)
    ]
    listed = best + [number for page in pages for number in page]
    assert len(listed) == len(set(listed)) == index.count(query)


@pytest.mark.parametrize("offset", [COUNT, 10**9, 2**63])
def test_beyond_the_end_there_is_nothing(index: LexicalIndex, offset: int) -> None:
    """Fails, taking the process with it, when tantivy is asked: it would need 48 GB."""
    query = parse("glacier")
    assert not len(index.tail(query, exclude=[], limit=10, offset=offset))
    assert not len(index.ordered(query, Sort.NEWEST, 10, offset))


def test_candidates_are_the_beginning_of_longer_lists(index: LexicalIndex) -> None:
    query = parse("glacier enzyme predict sonnet")
    longest, scores = index.candidates(query, COUNT)
    for limit in (1, 20, 300):
        numbers, some = index.candidates(query, limit)
        assert numbers.tolist() == longest[:limit].tolist()
        assert some.tolist() == scores[:limit].tolist()
    assert index.tail(query, exclude=[], limit=50, offset=100).tolist() == longest[100:150].tolist()


def test_newest_and_oldest(tmp_path: Path) -> None:
    dates = {1: "2023", 2: "2023-05", 3: "2023-05-09", 4: None, 5: "2024-01", 6: "2023-05", 7: None}
    index = fill(tmp_path / "i", [make_work(number, date=date) for number, date in dates.items()])
    newest = index.ordered(parse(""), Sort.NEWEST, 10).tolist()
    oldest = index.ordered(parse(""), Sort.OLDEST, 10).tolist()
    assert newest == [5, 3, 6, 2, 1, 7, 4]
    assert oldest == [1, 2, 6, 3, 5, 4, 7]
    assert index.ordered(parse(""), Sort.NEWEST, 3, 2).tolist() == newest[2:5]
    assert index.ordered(parse(""), Sort.NEWEST, 3, 99).tolist() == []


def test_all_words_are_asked_for_when_enough_works_have_them(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when the count that decides respects the filters."""
    have_both = set(index.candidates(parse("glacier"), COUNT)[0].tolist())
    have_both &= set(index.candidates(parse("enzyme"), COUNT)[0].tolist())
    rare = parse("glacier enzyme id:5")
    monkeypatch.setattr(compiling, "ENOUGH_WITH_ALL", len(have_both))
    fresh = LexicalIndex.open(index.folder)
    assert fresh.matching(rare) is Matching.ALL
    assert fresh.count(parse("glacier enzyme")) == len(have_both)
    for name in ("ENOUGH_WITH_ALL", "FEWEST_WITH_ALL"):
        monkeypatch.setattr(compiling, name, len(have_both) + 1)
    assert LexicalIndex.open(index.folder).matching(rare) is Matching.ANY


@pytest.mark.parametrize(("works", "wanted"), [(100, 21), (3_000, 50)])
def test_a_larger_library_wants_more_with_all_words(
    tmp_path: Path, works: int, wanted: int
) -> None:
    """Fails when the number does not grow with the library."""
    for have_both, matching in ((wanted - 1, Matching.ANY), (wanted, Matching.ALL)):
        folder = tmp_path / str(have_both)
        made = [
            make_work(n, title="quartz" if n > have_both else "quartz opal", abstract="")
            for n in range(1, works + 1)
        ]
        assert fill(folder, made).matching(parse("quartz opal")) is matching


def test_a_pasted_abstract_ranks_by_its_rarest_words(tmp_path: Path) -> None:
    common = [f"w{number}" for number in range(compiling.MAX_RANKED_WORDS + 20)]
    works = [make_work(n, abstract=" ".join(common)) for n in range(1, 4)]
    index = fill(tmp_path / "i", [*works, make_work(9, abstract="zebra")])
    numbers, _ = index.candidates(parse(" ".join([*common, "zebra"])), 10)
    assert 9 in numbers.tolist()


def test_fingerprints_follow_the_content(index: LexicalIndex) -> None:
    works = make_works(COUNT)
    found = list(index.fingerprints())
    assert found == [(work.id, index.fingerprint(work)) for work in works]
    assert len({value for _, value in found}) == COUNT
