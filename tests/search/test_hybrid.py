"""The index as a whole: what was applied is found, by words and by meaning, page by page."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hashed_words import HashedWords
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_works import make_work, make_works

from broadsheet.model import Matching, Results, Sort, Spoke, Work
from broadsheet.query import Query
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex, ranking

SYNONYMS = ("glacier ice icefield", "verse sonnet poem", "vaccine jab inoculation")


def open_filled(path: Path, works: Sequence[Work], *embedders: HashedWords) -> HybridIndex:
    index = HybridIndex.open(path, embedders or [HashedWords()])
    apply(index, works, position=len(works))
    return index


def apply(
    index: HybridIndex, puts: Sequence[Work], deletes: Sequence[int] = (), *, position: int
) -> None:
    with index.writing():
        index.apply(puts, deletes, position=position)
        index.commit()


def search(index: HybridIndex, text: str, limit: int = 20, offset: int = 0) -> Results:
    return index.search(parse(text), limit=limit, offset=offset, sort=Sort.RELEVANCE, facets=True)


def numbers(results: Results) -> list[int]:
    return [hit.work_id for hit in results.hits]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    """Many works of few words."""
    return open_filled(tmp_path_factory.mktemp("crowd") / "index", make_works(600))


PAPERS = [
    make_work(1, "Glacier flow", abstract="How a glacier moves downhill.", date="2024-01-05"),
    make_work(2, "Icefield flow", abstract="An icefield seen from above.", date="2023-06"),
    make_work(3, "Sonnet machines", abstract="A poem by rule.", categories=("cs.CL",)),
    make_work(4, "Verse by machines", abstract="Rhyme and metre.", categories=("cs.LG",)),
    make_work(5, "Jab uptake", abstract="Who takes an inoculation.", venue="Health"),
    *(make_work(n, f"Filler {n}", abstract=f"word{n} term{n} thing{n}") for n in range(6, 60)),
]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    return open_filled(
        tmp_path_factory.mktemp("papers") / "index", PAPERS, HashedWords(same=SYNONYMS)
    )


# --- What is found, and by which side ---------------------------------------------------------


def test_words_and_meaning_each_bring_what_they_find(papers: HybridIndex) -> None:
    found = search(papers, "glacier")
    assert found.total == 1
    assert [(hit.work_id, hit.spoke) for hit in found.hits[:2]] == [
        (1, Spoke.BOTH),
        (2, Spoke.MEANING),
    ]
    assert found.hits[1].lexical is None
    assert found.hits[1].dense is not None


def test_scores_fall_and_stay_in_their_range(papers: HybridIndex) -> None:
    scores = [hit.score for hit in search(papers, "machines that write verse").hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_query_that_no_word_matches_finds_what_is_near_and_says_so(papers: HybridIndex) -> None:
    found = search(papers, "vaccine")
    assert (found.total, numbers(found)[:1]) == (0, [5])
    assert {hit.spoke for hit in found.hits} == {Spoke.MEANING}
    assert "No paper has these words" in found.notes[0]


def test_works_that_have_nothing_to_do_with_it_are_not_added(papers: HybridIndex) -> None:
    """Break to see it fail: set `near.TELLING` to -9."""
    assert len(search(papers, "glacier", limit=60).hits) < 10


def test_nothing_is_found_in_an_empty_index(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert search(index, "glacier") == Results((), 0, Matching.ALL, search(index, "x").facets)
    assert index.state() == (0, 0, {"hashed@1": 0})


def test_without_embedders_words_alone_answer(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [])
    apply(index, PAPERS, position=9)
    assert [(h.work_id, h.spoke) for h in search(index, "glacier").hits] == [(1, Spoke.WORDS)]
    assert index.state() == (9, len(PAPERS), {})


def test_a_broken_embedder_leaves_the_words_and_a_note(tmp_path: Path) -> None:
    embedder = HashedWords()
    index = open_filled(tmp_path / "index", PAPERS, embedder)
    embedder.broken = True
    found = search(index, "glacier")
    assert numbers(found) == [1]
    assert "does not answer" in found.notes[0]


# --- Demands hold for both sides --------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "glacier category:cs.LG",
        "glacier -enzyme",
        '"orbit market"',
        "glacier has:code year:2024",
        "glacier (orbit OR lattice) venue:neurips",
        "glacier source:demo",
        "poem -category:cs.LG",
    ],
)
@pytest.mark.parametrize("exact", [0, 50, 20_000])
def test_every_hit_satisfies_what_the_query_demands(
    crowd: HybridIndex, monkeypatch: pytest.MonkeyPatch, text: str, exact: int
) -> None:
    """Break to see it fail: return the nearest works of all from `ranking._find_near`."""
    monkeypatch.setattr(ranking, "EXACT", exact)
    query = parse(text)
    words = [term for term in query.terms if type(term).__name__ == "Word"]
    demands = Query(
        terms=tuple(term for term in query.terms if term not in words), filters=query.filters
    )
    allowed = crowd.search(demands, limit=1000, offset=0, sort=Sort.NEWEST, facets=False)
    found = search(crowd, text, limit=1000)
    assert found.hits
    assert set(numbers(found)) <= set(numbers(allowed))


def test_a_restricted_search_still_adds_what_is_near(papers: HybridIndex) -> None:
    assert numbers(search(papers, "sonnet category:cs.LG"))[:1] == [4]
    assert numbers(search(papers, "vaccine venue:health"))[:1] == [5]


def test_a_query_of_filters_only_is_sorted_by_date(papers: HybridIndex) -> None:
    found = search(papers, "date:2023..2024")
    assert [(hit.work_id, hit.spoke) for hit in found.hits] == [(1, Spoke.WORDS), (2, Spoke.WORDS)]


def test_sorting_by_date_keeps_to_what_the_words_match(papers: HybridIndex) -> None:
    for sort, expected in ((Sort.NEWEST, [1, 2]), (Sort.OLDEST, [2, 1])):
        found = papers.search(parse("flow"), limit=5, offset=0, sort=sort, facets=False)
        assert numbers(found) == expected
        assert found.total == 2


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [("glacier orbit", 9), ("glacier orbit", 100), ("sonnet category:cs.CL", 7), ("-glacier", 50)],
)
def test_pages_hold_everything_once(
    crowd: HybridIndex, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    """Break to see it fail: give `lexical.tail` no works to exclude, or an offset one too small."""
    monkeypatch.setattr(ranking, "FUSED", 40)
    monkeypatch.setattr(ranking, "ADDED", 15)
    pages = []
    for offset in itertools.count(0, size):
        page = search(crowd, text, size, offset)
        pages += numbers(page)
        if not page.more:
            break
        assert len(page.hits) == size
    everything = crowd.search(parse(text), limit=600, offset=0, sort=Sort.NEWEST, facets=False)
    assert len(pages) == len(set(pages))
    assert set(pages) >= set(numbers(everything))
    assert pages == numbers(search(crowd, text, 600))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 700), st.integers(0, 50))
def test_any_page_is_a_slice_of_the_whole(crowd: HybridIndex, offset: int, limit: int) -> None:
    whole = search(crowd, "glacier enzyme market", 700)
    page = search(crowd, "glacier enzyme market", limit, offset)
    assert page.hits == whole.hits[offset : offset + limit]
    assert page.more == (len(whole.hits) > offset + limit)
    assert (page.total, page.months) == (whole.total, whole.months)


# --- Related ----------------------------------------------------------------------------------


def test_related_works_are_near_and_others(papers: HybridIndex) -> None:
    found = papers.related([PAPERS[0]], limit=3)
    assert numbers(found)[0] == 2
    assert 1 not in numbers(found)


def test_related_to_a_set_is_near_its_middle(papers: HybridIndex) -> None:
    found = numbers(papers.related([PAPERS[0], PAPERS[2]], limit=2))
    assert set(found) == {2, 4}


def test_related_falls_back_on_the_words_of_the_title(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [])
    apply(index, PAPERS, position=1)
    found = index.related([PAPERS[0]], limit=3)
    assert [(hit.work_id, hit.spoke) for hit in found.hits] == [(2, Spoke.WORDS)]
