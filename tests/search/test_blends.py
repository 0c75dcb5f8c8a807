"""Searches that weigh words and meaning otherwise than it is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hashed_words import HashedWords
from invented_works import make_work, make_works
from numpy.typing import NDArray

from broadsheet.model import Blend, Results, Sort
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex


class Counted(HashedWords):
    """Counts the queries."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return super().embed_queries(texts)


def put(index: HybridIndex, *numbers: int) -> None:
    with index.writing():
        works = [make_work(number, f"A lantern of kind {number}") for number in numbers]
        index.apply(works, [], position=max(numbers))
        index.commit()


def search(index: HybridIndex, text: str, blend: Blend | None) -> Results:
    return index.search(
        parse(text), limit=20, offset=0, sort=Sort.RELEVANCE, facets=False, blend=blend
    )


def numbers(results: Results) -> list[int]:
    return [hit.work_id for hit in results.hits]


def test_a_blend_changes_the_order_and_nothing_else(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [HashedWords()])
    works = make_works(100)
    with index.writing():
        index.apply(works, [], position=1)
        index.commit()
    text = works[3].title
    shipped = search(index, text, None)
    assert search(index, text, Blend()).hits == shipped.hits
    words = search(index, text, Blend(0.0))
    scores = [hit.lexical or 0.0 for hit in words.hits]
    assert scores == sorted(scores, reverse=True)
    assert words.total == shipped.total
    others = [search(index, text, Blend(9.0)), search(index, text, Blend(1.0, by_rank=True))]
    assert all(each.hits != shipped.hits for each in (words, *others))
    assert search(index, text, None).hits == shipped.hits
    index.close()


def test_what_is_kept_for_blends_is_gathered_anew_after_a_commit(tmp_path: Path) -> None:
    """Break to see it fail: leave `seen` out of the key in `_gather`."""
    index = HybridIndex.open(tmp_path / "index", [HashedWords()])
    put(index, 1)
    assert numbers(search(index, "lantern", Blend(2.0))) == [1]
    put(index, 2)
    assert sorted(numbers(search(index, "lantern", Blend(2.0)))) == [1, 2]
    index.close()


def test_blends_of_one_query_embed_it_once(tmp_path: Path) -> None:
    """Break to see it fail: keep nothing in `_gather`, or also what an embedder failed at."""
    embedder = Counted()
    index = HybridIndex.open(tmp_path / "index", [embedder])
    put(index, 1)
    embedder.asked.clear()
    for lean in (0.0, 1.0, 2.0):
        assert numbers(search(index, "lantern", Blend(lean))) == [1]
    assert embedder.asked == ["lantern"]
    embedder.broken = True
    assert search(index, "kind", Blend(2.0)).notes
    embedder.broken = False
    assert not search(index, "kind", Blend(2.0)).notes
    index.close()
