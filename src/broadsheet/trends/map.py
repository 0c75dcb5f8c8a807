"""A map of papers: those near in meaning lie near each other, in regions with names."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.model import Sort, Work
from broadsheet.plots import Dot, PaperMap
from broadsheet.ports import Index, Store
from broadsheet.query.parser import parse
from broadsheet.query.tokens import clean

MOST = 300
_SEED = 1


def map_search(index: Index, store: Store, text: str) -> PaperMap:
    """A map of the first papers that a search finds. Raises InvalidQueryError."""
    query = parse(clean(text))
    page = index.search(query, limit=MOST, offset=0, sort=Sort.RELEVANCE, facets=False)
    numbers = [hit.work_id for hit in page.hits]
    name = " ".join(text.split())
    return _draw(index, store, numbers, name, max(page.total - len(numbers), 0))


def map_papers(
    index: Index, store: Store, work_ids: Sequence[int], name: str, of: int = 0
) -> PaperMap:
    """A map of these papers, which are the first `of` so many; of many, the first ones."""
    numbers = list(dict.fromkeys(work_ids))
    shown = numbers[:MOST]
    return _draw(index, store, shown, name, max(len(numbers), of) - len(shown))


def _draw(index: Index, store: Store, numbers: Sequence[int], name: str, left_out: int) -> PaperMap:
    from broadsheet.trends import layout, regions

    known, vectors = index.vectors(numbers)
    found = store.get_works(known)
    here = [place for place, number in enumerate(known) if number in found]
    works: list[Work] = [found[known[place]] for place in here]
    left_out += len(numbers) - len(works)
    if not works:
        return PaperMap((), (), _say_nothing(numbers), left_out=left_out)
    vectors = vectors[here]
    places = layout.lay_out(vectors).round(4)
    groups = regions.find_regions(places, _SEED)
    kept = layout.share_kept(vectors, places)
    dots = tuple(
        Dot(work.id, work.title, float(x), float(y), int(group))
        for work, (x, y), group in zip(works, places, groups, strict=True)
    )
    caption = _say(len(works), name, left_out, kept)
    return PaperMap(dots, regions.name_regions(works, places, groups), caption, kept, left_out)


def _say(count: int, name: str, left_out: int, kept: float) -> str:
    of = f" of “{name}”" if name else ""
    papers = "1 paper" if count == 1 else f"{count:,} papers"
    first = f"the first {papers}" if left_out else papers
    near = (
        f", and {100 * kept:.0f} % of each paper's nearest neighbours are kept" if count > 9 else ""
    )
    return f"A map of {first}{of}: papers near in meaning lie near each other{near}."


def _say_nothing(numbers: Sequence[int]) -> str:
    if numbers:
        return "There is no map: these papers have not been read for their meaning yet."
    return "There is nothing to draw: no paper matches."
