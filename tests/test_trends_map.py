"""Maps: groups stay together, the same papers give the same map, and numbers say what they say."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.errors import InvalidQueryError
from broadsheet.library import Library
from broadsheet.ports import Vectors
from broadsheet.trends.layout import find_components, lay_out, share_kept, trustworthiness
from broadsheet.trends.regions import find_regions
from trendy import open_trendy, record

GROUPS, EACH = 4, 20
PLACES = ("north", "south", "east", "west", "hills", "coast", "moor")
TOPICS = ("tidal engines", "glacial orchards", "lunar lanterns")


def unit(vectors: NDArray[np.floating[Any]]) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(vectors / lengths, np.float32)


class Letters:
    """An embedder for which texts are near that share words."""

    id, dim = "letters@1", 48

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        counts = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(counts, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % self.dim] += 1
        return unit(counts)

    embed_queries = embed_documents


def planted(noise: float = 0.35, count: int = EACH) -> Vectors:
    """Groups of unit vectors about centres that have nothing in common."""
    chance = np.random.default_rng(5)
    centres = np.eye(64)[:GROUPS]
    vectors = (
        np.repeat(centres, count, axis=0) + noise * chance.normal(size=(GROUPS * count, 64)) / 8
    )
    return unit(vectors)


def test_groups_stay_together_and_apart() -> None:
    """Break to see it fail: turn the sign of the slope."""
    places = lay_out(planted())
    assert places.min() == 0 and places.max() == 1
    middles = places.reshape(GROUPS, EACH, 2).mean(axis=1)
    spread = places.reshape(GROUPS, EACH, 2).std(axis=1).mean()
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=2)[~np.eye(GROUPS, dtype=bool)]
    assert gaps.min() > 4 * spread


def test_more_neighbours_are_kept_than_by_two_components() -> None:
    vectors = planted(noise=1.0)
    places = lay_out(vectors)
    assert share_kept(vectors, places) > share_kept(vectors, find_components(vectors)) + 0.1
    assert trustworthiness(vectors, places) > trustworthiness(vectors, find_components(vectors))
    assert share_kept(vectors, vectors.astype(np.float64)) == 1.0
    assert trustworthiness(vectors, vectors.astype(np.float64)) == 1.0


def test_the_same_vectors_give_the_same_map() -> None:
    vectors = planted()
    assert np.array_equal(lay_out(vectors), lay_out(vectors.copy()))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 11])
def test_few_or_equal_papers_can_be_laid_out(count: int) -> None:
    """Break to see it fail: begin without the spiral that parts equal vectors."""
    for vectors in (planted()[:count], np.repeat(planted()[:1], count, axis=0)):
        places = lay_out(vectors)
        assert places.shape == (count, 2) and np.all(np.isfinite(places))
        assert np.all((places >= 0) & (places <= 1))
        assert len(np.unique(places.round(6), axis=0)) == count
        assert 0 <= share_kept(vectors, places) <= 1


def test_regions_are_the_groups() -> None:
    places = np.repeat([[0.1, 0.1], [0.9, 0.1], [0.5, 0.9], [0.9, 0.9]], 25, axis=0)
    places += np.random.default_rng(1).normal(size=places.shape) / 50
    groups = find_regions(places, 1)
    assert np.array_equal(groups, find_regions(places, 1))
    wholes = groups.reshape(4, 25)
    apart = [set(row.tolist()) for row in wholes]
    assert sum(map(len, apart)) <= 6  # five regions of four groups: one is cut, none is mixed
    assert all(not one & other for n, one in enumerate(apart) for other in apart[:n])
    assert set(find_regions(places[:10], 1).tolist()) == {0}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    records = [
        record(n, "2026-01", f"{TOPICS[n % 3].capitalize()} of the {PLACES[n % 7]}, part {n}")
        for n in range(90)
    ]
    return open_trendy(tmp_path_factory.mktemp("maps"), records, [Letters()])


def test_a_search_is_mapped_with_names_of_its_regions(library: Library) -> None:
    found = library.trends.map("")
    assert len(found.dots) == 90 and found.left_out == 0
    assert sum(region.papers for region in found.regions) == 90
    named = " ".join(region.label for region in found.regions)
    assert all(topic in named for topic in TOPICS), named
    for dot in found.dots:
        assert 0 <= dot.x <= 1 and 0 <= dot.y <= 1 and dot.region < len(found.regions)
    assert library.trends.map("") == found


def test_a_shelf_is_mapped_by_its_papers(library: Library) -> None:
    found = library.trends.map("My shelf", work_ids=[3, 1, 2, 3, 99_999])
    assert sorted(dot.work_id for dot in found.dots) == [1, 2, 3] and found.left_out == 1
    assert "the first 3 papers of “My shelf”" in found.caption
    assert library.trends.map("", work_ids=[]).dots == ()


def test_what_cannot_be_mapped_says_why(library: Library, tmp_path: Path) -> None:
    with pytest.raises(InvalidQueryError):
        library.trends.map("year:x")
    blind = open_trendy(tmp_path, [record(1, "2026", "A paper")])
    found = blind.trends.map("")
    assert not found.dots and found.left_out == 1 and "not been read" in found.caption
    assert blind.trends.map("nothing").caption == "There is nothing to draw: no paper matches."
    blind.close()


def test_the_first_of_many_says_how_many_are_not_on_it(tmp_path: Path) -> None:
    """Break to see it fail: leave out of account of how many they are the first."""
    with open_trendy(
        tmp_path, [record(n, "2026", "A title") for n in range(4)], [Letters()]
    ) as library:
        assert library.trends.map("Big", work_ids=[1, 2, 3], of=1200).left_out == 1197
        assert library.trends.map("Small", work_ids=[1, 2, 3], of=3).left_out == 0
        assert library.trends.map("", work_ids=[1, 2, 3]).left_out == 0
