"""A reader's own edition: what of a day's news is near what this reader keeps and follows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from broadsheet.edition import Section
from broadsheet.errors import InvalidQueryError
from broadsheet.model import Sort, Work
from broadsheet.people import Follow, Saved, SavedSearch, Shelf
from broadsheet.ports import Index, Store, Vectors
from broadsheet.press.candidates import Candidate, is_ranked, rank
from broadsheet.press.sections import join_words, make_section, shown_in
from broadsheet.query import DateRange
from broadsheet.query.parser import parse
from broadsheet.text import fold

PER_SEARCH = 8
PER_SHELF = 6
ALSO = 5
MOST_HITS = 1000
MOST_SHELVES = 12
MOST_ON_SHELF = 100
"""Of a shelf, the papers saved last count: what interests a reader now."""

TELLING = 1.0
"""How many deviations nearer than the mean of the day a paper has to be to a shelf."""

NOTHING_CHOSEN = (
    "Nothing is chosen yet: keep a search, follow an author or put papers on a shelf, and what is "
    "new of them comes here."
)


@dataclass(frozen=True, slots=True)
class Interests:
    """What a reader keeps: searches that are sections, authors, and shelves with what is on them
    (the last saved first). `saved` are all papers that the reader has saved."""

    searches: Sequence[SavedSearch]
    follows: Sequence[Follow]
    shelves: Sequence[Shelf]
    on_shelves: Mapping[int, Sequence[Saved]]

    @property
    def saved(self) -> frozenset[int]:
        return frozenset(each.work_id for held in self.on_shelves.values() for each in held)

    @property
    def any(self) -> bool:
        return bool(self.searches or self.follows or self.saved)


def read_interests(store: Store, reader_id: int) -> Interests:
    """What a reader keeps, in four queries."""
    shelves = [shelf for shelf in store.get_shelves(reader_id) if not shelf.deleted_at]
    on_shelves: dict[int, list[Saved]] = {shelf.id: [] for shelf in shelves}
    for each in store.get_saved(list(on_shelves)) if shelves else ():
        on_shelves[each.shelf_id].append(each)
    return Interests(
        [each for each in store.get_searches(reader_id) if each.in_edition],
        store.get_follows(reader_id),
        shelves,
        on_shelves,
    )


class OwnPages:
    """Lays a reader's edition out. Never a paper twice, never one that the reader has saved."""

    def __init__(self, store: Store, index: Index, interests: Interests) -> None:
        self._store = store
        self._index = index
        self._interests = interests
        self._vectors: tuple[Sequence[int], Vectors] | None = None

    def lay_out(self, news: Iterable[Candidate]) -> list[Section]:
        """The sections: searches, authors, shelves, and the best of the rest."""
        saved = self._interests.saved
        left = {
            each.work.id: each
            for each in rank(each for each in news if is_ranked(each.work))
            if each.work.id not in saved
        }
        if self._interests.saved:
            self._vectors = self._index.vectors(sorted(left))
        sections: list[Section] = []
        for section in self._each_section(left):
            sections.append(section)
            for number in shown_in([section]):
                del left[number]
        return sections

    def _each_section(self, left: Mapping[int, Candidate]) -> Iterable[Section]:
        """One after another: `left` has lost what the sections before have shown."""
        for search in self._interests.searches:
            yield self._of_search(search, left)
        if self._interests.follows:
            yield self._of_authors(left)
        for shelf in self._interests.shelves[:MOST_SHELVES]:
            if self._interests.on_shelves[shelf.id]:
                yield self._of_shelf(shelf, left)
        if self._interests.any and left:
            yield make_section("also", "Also today", left.values(), limit=ALSO, more=0)

    def _of_search(self, search: SavedSearch, left: Mapping[int, Candidate]) -> Section:
        key, note = f"search-{search.id}", "Nothing new for this search."
        try:
            numbers = self._find(search.query, left)
        except InvalidQueryError as error:
            return Section(key, search.name, note=f"This search has a mistake: {error}")
        return make_section(
            key,
            search.name,
            [left[number] for number in numbers],
            limit=PER_SEARCH,
            reason=lambda each: f"Found by “{search.name}”, a search that you keep.",
            query=search.query,
            note="" if numbers else note,
        )

    def _find(self, text: str, left: Mapping[int, Candidate]) -> list[int]:
        """The news that a search matches, the most relevant first, then the highest score."""
        query = parse(text)
        if span := _span(left.values()):
            query = replace(query, filters=(*query.filters, span))
        matched = set(self._index.matches(query, limit=MOST_HITS)[0])
        if query.terms and matched & left.keys():
            found = self._index.search(
                query, limit=MOST_HITS, offset=0, sort=Sort.RELEVANCE, facets=False
            )
            best = [hit.work_id for hit in found.hits]
        else:
            best = []
        order = dict.fromkeys([*best, *left])
        return [number for number in order if number in matched and number in left]

    def _of_authors(self, left: Mapping[int, Candidate]) -> Section:
        followed = {fold(each.author): each.author for each in self._interests.follows}
        by = {
            number: [followed[fold(name)] for name in each.work.authors if fold(name) in followed]
            for number, each in left.items()
        }
        return make_section(
            "authors",
            "By authors you follow",
            [left[number] for number, names in by.items() if names],
            limit=PER_SEARCH,
            reason=lambda each: f"By {join_words(by[each.work.id])}, whom you follow.",
            note="" if any(by.values()) else "Nothing new by them.",
        )

    def _of_shelf(self, shelf: Shelf, left: Mapping[int, Candidate]) -> Section:
        saved = [each.work_id for each in self._interests.on_shelves[shelf.id][:MOST_ON_SHELF]]
        near = self._find_near(saved, left)
        titles = self._store.get_works(list(dict.fromkeys(near.values())))
        return make_section(
            f"shelf-{shelf.id}",
            f"Near “{shelf.name}”",
            [left[number] for number in near],
            limit=PER_SHELF,
            reason=lambda each: _name_nearest(titles.get(near[each.work.id]), shelf),
            more=0,
            note="" if near else "Nothing new lies near what is on this shelf.",
        )

    def _find_near(self, saved: Sequence[int], left: Container[int]) -> dict[int, int]:
        """The news that are left and lie nearer to a shelf than most of the day do, nearest first,
        each with the paper on the shelf that it is nearest to."""
        kept, shelf = self._index.vectors(saved)
        if not self._vectors or not len(kept) or not len(self._vectors[0]):
            return {}
        numbers, vectors = self._vectors
        nearness = vectors @ shelf.T
        nearest = nearness.max(axis=1)
        enough = float(nearest.mean() + TELLING * nearest.std())
        near = [row for row, each in enumerate(nearest) if each >= enough and numbers[row] in left]
        near.sort(key=lambda row: (-float(nearest[row]), numbers[row]))
        return {
            int(numbers[row]): int(kept[int(nearness[row].argmax())]) for row in near[:PER_SHELF]
        }


def _span(candidates: Iterable[Candidate]) -> DateRange | None:
    """The days from the first to the last date of these papers; None where one has no date."""
    spans = [_days_of(each.work) for each in candidates]
    known = [span for span in spans if span]
    if not known or len(known) < len(spans):
        return None
    return DateRange(min(first for first, _ in known), max(last for _, last in known))


def _days_of(work: Work) -> tuple[int, int] | None:
    """The first and the last day that a paper may be of, as numbers."""
    if work.date is None:
        return None
    digits = work.date.value.replace("-", "")
    return int(digits.ljust(8, "0")), int(digits + "1231"[len(digits) - 4 :])


def _name_nearest(work: Work | None, shelf: Shelf) -> str:
    return f"Near “{work.title}”, which you saved." if work else f"Near what is on “{shelf.name}”."
