"""Orders by votes and citations are total; a search within a set of works stays in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hashed_words import HashedWords
from invented_works import make_works

from broadsheet.model import Sort
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex
from broadsheet.search.standing import Standings, rank, take_best

COUNT = 600
STANDING = {n: float(n % 7) for n in random.Random(3).sample(range(1, COUNT + 200), 300)}
"""Some works, many of them equal, and some that are not here."""
QUERIES = ["", "glacier", "-glacier", "enzyme category:cs.LG", '"a sonnet" or orbit']


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridIndex]:
    """Several segments, some deletions."""
    index = HybridIndex.open(tmp_path_factory.mktemp("standing"), [HashedWords()])
    works = make_works(COUNT)
    with index.writing():
        for start in range(0, COUNT, 200):
            index.apply(works[start : start + 200], [], position=start)
            index.commit()
        index.apply(works[100:150], [7], position=COUNT)
        index.commit()
    yield index
    index.close()


def listed(index: HybridIndex, text: str, sort: Sort, size: int = 37) -> list[int]:
    """All pages of a search, one after the other."""
    found: list[int] = []
    for offset in range(0, COUNT + size, size):
        page = index.search(
            parse(text), limit=size, offset=offset, sort=sort, facets=False, standing=STANDING
        )
        found += [hit.work_id for hit in page.hits]
        assert page.more == (offset + size < page.total)
    return found


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("sort", [Sort.VOTES, Sort.CITATIONS])
def test_the_greatest_come_first_and_all_others_newest_first(
    index: HybridIndex, text: str, sort: Sort
) -> None:
    """Break: leave the place among the matches out of the keys in `take_best`."""
    newest = listed(index, text, Sort.NEWEST)
    wanted = sorted(newest, key=lambda number: -STANDING.get(number, -1.0))
    assert listed(index, text, sort) == wanted
    assert len(set(wanted)) == len(wanted) > 20


@pytest.mark.parametrize("offset", [COUNT, 10**9, 2**63])
def test_beyond_the_end_there_is_nothing(index: HybridIndex, offset: int) -> None:
    page = index.search(parse(""), limit=20, offset=offset, sort=Sort.VOTES, facets=False)
    assert page.hits == () and page.total == COUNT - 1


def test_without_any_standing_the_newest_come_first(index: HybridIndex) -> None:
    votes = index.search(parse("orbit"), limit=30, offset=0, sort=Sort.VOTES, facets=False)
    newest = index.search(parse("orbit"), limit=30, offset=0, sort=Sort.NEWEST, facets=False)
    assert votes == newest


def test_the_list_of_matches_follows_the_index(tmp_path: Path) -> None:
    """Break: keep lists of matches in the index and not in its view."""
    index = HybridIndex.open(tmp_path, [])
    for works in (make_works(4), make_works(9)):
        with index.writing():
            index.apply(works, [], position=len(works))
            index.commit()
        page = index.search(
            parse(""), limit=20, offset=0, sort=Sort.VOTES, facets=False, standing={2: 5.0}
        )
        assert page.hits[0].work_id == 2 and len(page.hits) == len(works)
    index.close()


def test_ranks_are_made_once_for_a_mapping() -> None:
    standings, first, other = Standings(), {3: 1.0}, {3: 1.0}
    ranks = standings.rank(first)
    assert standings.rank(other) is not ranks
    assert standings.rank(first) is ranks


def test_pages_of_a_rank_put_together_are_the_whole() -> None:
    dice = np.random.default_rng(5)
    matches = dice.permutation(200)
    ranks = rank({int(n): float(dice.integers(4)) for n in dice.permutation(150)[:90]})
    whole = take_best(matches, ranks, limit=500, offset=0).tolist()
    pages = [take_best(matches, ranks, limit=9, offset=at).tolist() for at in range(0, 230, 9)]
    assert [number for page in pages for number in page] == whole
    assert sorted(whole) == list(range(200))


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["", "glacier", "sonnet -orbit", "an unheard-of thing"])
def test_a_search_within_some_works_shows_no_other(
    index: HybridIndex, text: str, sort: Sort
) -> None:
    """By words and by meaning. Break: leave the bounds out of what the meaning must respect."""
    shelf = {*range(50, 90), 7, COUNT + 50}
    among = index.search(
        parse(text), limit=100, offset=0, sort=sort, facets=True, standing=STANDING, within=shelf
    )
    everywhere = index.search(
        parse(text), limit=COUNT, offset=0, sort=sort, facets=False, standing=STANDING
    )
    found = [hit.work_id for hit in among.hits]
    assert set(found) <= shelf - {7}
    assert among.total == sum(among_months for _, among_months in among.facets["category"])
    if sort is not Sort.RELEVANCE:
        assert found == [hit.work_id for hit in everywhere.hits if hit.work_id in shelf]


def test_within_nothing_there_is_nothing(index: HybridIndex) -> None:
    for sort in (Sort.RELEVANCE, Sort.NEWEST):
        found = index.search(parse("glacier"), limit=9, offset=0, sort=sort, facets=True, within=[])
        assert (found.hits, found.total) == ((), 0)
