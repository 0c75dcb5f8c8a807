"""Pages over ties, sets of related works, and embedders that come, fill, fail and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hashed_words import HashedWords
from invented_works import make_work, make_works
from test_hybrid import apply, numbers, open_filled, search
from test_hybrid_keeping import fetch_from

from broadsheet.config import Settings
from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.model import Sort, Spoke, Work
from broadsheet.ports import silent
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex, ranking
from broadsheet.search.embed import open_embedder
from broadsheet.search.meaning import text_of
from broadsheet.wiring import open_embedders, open_library

WORKS = make_works(90)

# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 10, 33, 60])
@pytest.mark.parametrize("text", ["glacier", "glacier flow", "glacier has:code", "-market"])
def test_pages_over_ties_hold_everything_once(
    tied: HybridIndex, monkeypatch: pytest.MonkeyPatch, size: int, text: str
) -> None:
    """All works are alike, so nothing but their order keeps pages apart; the head ends at 10.

    Break to see it fail: give the tail the offset of the whole list.
    """
    monkeypatch.setattr(ranking, "FUSED", 10)
    monkeypatch.setattr(ranking, "ADDED", 3)
    whole = numbers(search(tied, text, 200))
    pages: list[int] = []
    for offset in range(0, len(whole), size):
        page = search(tied, text, size, offset)
        assert page.more is (offset + size < len(whole))
        pages += numbers(page)
    assert pages == whole
    assert len(set(pages)) == len(pages) == search(tied, text).total


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    works = [
        make_work(n, "Glacier flow", date="2024-01-05", code="https://e.org/x" if n % 2 else None)
        for n in range(1, 61)
    ]
    return open_filled(tmp_path_factory.mktemp("tied") / "index", works)


@pytest.mark.parametrize("sort", list(Sort))
def test_a_page_beyond_the_end_is_empty(tied: HybridIndex, sort: Sort) -> None:
    found = tied.search(parse("glacier"), limit=10, offset=5000, sort=sort, facets=False)
    assert (found.hits, found.total, found.more) == ((), 60, False)


def test_works_of_one_day_are_listed_by_number(tied: HybridIndex) -> None:
    newest, oldest = (
        numbers(tied.search(parse("flow"), limit=60, offset=0, sort=sort, facets=False))
        for sort in (Sort.NEWEST, Sort.OLDEST)
    )
    assert newest == oldest[::-1] == list(range(60, 0, -1))


# --- Related ----------------------------------------------------------------------------------


def nearest(works: Sequence[Work], given: Sequence[Work], count: int) -> list[float]:
    """Cosines of the nearest others with the middle of the given, by plain arithmetic."""
    vectors = HashedWords().embed_queries([text_of(work) for work in works])
    chosen = {work.id for work in given}
    middle = np.sum([v for v, w in zip(vectors, works, strict=True) if w.id in chosen], axis=0)
    middle /= np.linalg.norm(middle)
    others = [float(v @ middle) for v, w in zip(vectors, works, strict=True) if w.id not in chosen]
    return sorted(others, reverse=True)[:count]


@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_related_to_a_set_are_the_nearest_to_its_middle(indexed: HybridIndex, size: int) -> None:
    """Break to see it fail: look near the first work of the set only."""
    given = WORKS[10 : 10 + size]
    found = indexed.related(given, limit=8)
    assert not set(numbers(found)) & {work.id for work in given}
    scores = [hit.dense or 0.0 for hit in found.hits]
    assert scores == pytest.approx(nearest(WORKS, given, 8), abs=0.02)
    assert numbers(indexed.related(given[::-1], limit=8)) == numbers(found)
    assert all(0 <= hit.score <= 1 and hit.spoke is Spoke.MEANING for hit in found.hits)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    return open_filled(tmp_path_factory.mktemp("indexed") / "index", WORKS)


def test_related_to_everything_is_nothing(indexed: HybridIndex) -> None:
    assert indexed.related(WORKS, limit=5).hits == ()


def test_related_to_a_work_that_is_not_indexed_goes_by_its_title(indexed: HybridIndex) -> None:
    found = indexed.related([make_work(5000, "A glacier")], limit=3)
    assert len(found.hits) == 3
    assert {hit.spoke for hit in found.hits} == {Spoke.WORDS}


def test_a_set_without_embedders_goes_by_all_titles(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [])
    papers = [make_work(n, title) for n, title in enumerate(["ice", "tin", "ice tin", "wax"], 1)]
    apply(index, papers, position=1)
    assert numbers(index.related(papers[:2], limit=5)) == [3]


# --- A second embedder ------------------------------------------------------------------------


def test_searches_and_imports_go_on_while_a_space_fills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: hold the writing lock while a batch is embedded."""
    monkeypatch.setattr("broadsheet.search.filling.SLOW", 30)
    embedders = (HashedWords(), HashedWords("slow@1", dim=32))
    index = open_filled(tmp_path / "index", WORKS, *embedders)
    other = HybridIndex.open(tmp_path / "index", embedders)
    expected, near = search(index, "glacier").total, numbers(index.related(WORKS[:1], limit=5))
    filled: list[int] = []

    def between(stage: str, done: int, total: int | None) -> None:
        assert stage == "Embedding"
        filled.append(other.state().spaces["slow@1"])
        assert search(other, "glacier").total == search(index, "glacier").total == expected
        if filled[-1] == 60:
            assert numbers(other.related(WORKS[:1], limit=5)) == near
            apply(other, [make_work(500, "Volcanoes")], position=95)

    assert index.embed_pending(fetch_from(WORKS), between) == 90
    assert filled == [30, 60, 90]
    assert index.state().spaces == {"hashed@1": 91, "slow@1": 90}
    assert index.state().position == 95
    assert index.embed_pending(fetch_from([make_work(500, "Volcanoes")]), silent) == 1
    assert index.embed_pending(fetch_from(WORKS), silent) == 0


def test_a_space_that_is_full_answers(tmp_path: Path) -> None:
    slow = HashedWords("slow@1", same=("glacier moraine",))
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), slow)
    index.embed_pending(fetch_from(WORKS), silent)
    best = search(index, "moraine").hits[0]
    assert best.spoke is Spoke.MEANING
    assert "glacier" in text_of(WORKS[best.work_id - 1])
    again = HybridIndex.open(tmp_path / "index", [HashedWords(), slow])
    assert numbers(search(again, "moraine")) == numbers(search(index, "moraine"))


def test_an_import_does_not_wait_for_the_slow_embedder(tmp_path: Path) -> None:
    slow = HashedWords("slow@1")
    slow.broken = True
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), slow)
    assert slow.embedded == []
    assert search(index, "glacier").notes == ()
    with pytest.raises(EmbedderError):
        index.embed_pending(fetch_from(WORKS), silent)
    assert index.state().spaces == {"hashed@1": 90, "slow@1": 0}
    assert search(index, "glacier").total


def test_another_version_of_a_model_embeds_everything_once_more(tmp_path: Path) -> None:
    """Break to see it fail: name the folder of a space without the version."""
    open_filled(tmp_path / "index", WORKS, HashedWords("model@1"))
    same, newer = HashedWords("model@1"), HashedWords("model@2")
    index = HybridIndex.open(tmp_path / "index", [same])
    assert index.embed_pending(fetch_from(WORKS), silent) == 0
    index = HybridIndex.open(tmp_path / "index", [newer])
    assert index.state().spaces == {"model@2": 0}
    assert index.embed_pending(fetch_from(WORKS), silent) == len(newer.embedded) == 90
    assert sorted(newer.embedded) == sorted(map(text_of, WORKS))
    fresh = open_filled(tmp_path / "fresh", WORKS, HashedWords("model@2"))
    assert search(index, "glacier", 90).hits == search(fresh, "glacier", 90).hits


def test_a_change_that_is_no_text_embeds_nothing(tmp_path: Path) -> None:
    embedder = HashedWords()
    index = open_filled(tmp_path / "index", WORKS, embedder)
    embedder.embedded.clear()
    changed = [replace(work, categories=("q-bio.NC",), venue="ICML") for work in WORKS]
    apply(index, changed, position=91)
    assert embedder.embedded == []
    assert search(index, "category:q-bio").total == 90


# --- Which embedder ---------------------------------------------------------------------------


def test_none_is_no_embedder() -> None:
    assert open_embedder("none") is None
    assert open_embedder(" none ") is None
    assert open_embedders("none") == []


@pytest.mark.parametrize("spec", ["glove", "", "None", "static-ish", "no such: thing"])
def test_an_unknown_embedder_is_told_with_those_there_are(tmp_path: Path, spec: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_library(Settings(library=tmp_path / "library", embedder=spec))
    sentence = str(caught.value)
    assert "There is no embedder" in sentence and sentence.endswith(".")
    for kind in ("none", "static", "minilm", "onnx:FOLDER", "openai:URL#MODEL"):
        assert kind in sentence
    open_library(Settings(library=tmp_path / "library", embedder="none")).close()


@pytest.mark.parametrize("spec", ["onnx", "onnx:", "st:", "openai:"])
def test_a_kind_without_its_model_is_told(spec: str) -> None:
    with pytest.raises(ConfigError, match="names no model"):
        open_embedder(spec)
