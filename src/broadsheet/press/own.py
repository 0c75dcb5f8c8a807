"""A reader's own edition: what is new of what this reader keeps and follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import InvalidQueryError
from broadsheet.learning import ShelfPicks
from broadsheet.people import Reader, SavedSearch
from broadsheet.press.candidates import Candidate
from broadsheet.press.compose import LEAD
from broadsheet.press.fresh import Fresh, Selection
from broadsheet.press.interests import Interests
from broadsheet.press.matches import Told, make_match_entry
from broadsheet.press.sections import join_words, make_section, renumber, shorten
from broadsheet.press.span import Span

PER_SEARCH = 8
ALSO = 5
LIBRARY = 10
LIBRARY_DAYS = 2
ROUNDS = 3
"""How often older papers are asked for again where they were offered before."""

MOST_QUIET = 3

ALSO_KEY, AGAIN_KEY, LIBRARY_KEY = "also", "again", "library"
UNCHOSEN = frozenset({ALSO_KEY, LIBRARY_KEY})
"""What stands in these sections fills a page on which nothing is new for the reader."""

NOTHING_CHOSEN = (
    "Nothing is chosen yet: keep a search, follow an author or put papers on a shelf, and what is "
    "new of them comes here."
)
NOTHING_FOUND = "None of the new papers is for your searches or by the authors that you follow."
FROM_LIBRARY = "Nothing new came for your edition: these are older papers near your shelves."
TO_BEGIN_WITH = "Older papers near your shelves, to begin with."


class Outside(NamedTuple):
    """What is known of an edition beside its papers: what its sources announced, why there is
    nothing where there is nothing, and the papers of mails that may not have arrived."""

    receipt: str = ""
    quiet: str = ""
    lost: Sequence[Entry] = ()


class OwnPages:
    """Lays the edition of one reader out. Never a paper twice, never one that the reader has saved,
    answered or hidden, and none that was `offered` before."""

    def __init__(
        self,
        fresh: Fresh,
        reader: Reader,
        interests: Interests,
        span: Span,
        offered: Collection[int],
    ) -> None:
        self._fresh = fresh
        self._reader = reader
        self._interests = interests
        self._span = span
        self._selection: Selection = fresh.select(span)
        self._gone = {*interests.settled, *offered}

    def make(self, outside: Outside, *, first: bool, library: bool) -> Edition:
        """The edition, as a proof. With `library` it offers older papers, too, where it is the
        reader's `first` or has nothing new."""
        sections: list[Section] = []
        picks: Sequence[ShelfPicks] = ()
        if self._interests.any:
            lost = [each for each in outside.lost if each.work_id not in self._interests.settled]
            self._gone.update(each.work_id for each in lost)
            news = [number for number in self._selection.numbers if number not in self._gone]
            picks = self._pick() if news else ()
            older = ""
            if library and (first or not (news or lost)) and self._interests.teaches:
                older = TO_BEGIN_WITH if news else FROM_LIBRARY
            sections = list(self._each_section(picks, lost, older))
            sections.sort(key=lambda each: not each.entries)  # a page begins with a story
        found = any(each.entries for each in sections if each.key not in UNCHOSEN)
        return self._finish(sections, outside, "" if found else self._tell(picks, outside))

    def _finish(self, sections: Sequence[Section], outside: Outside, quiet: str) -> Edition:
        first = next((each.work_id for section in sections[:1] for each in section.entries), 0)
        lead = self._fresh.get_works([first]).get(first) if first else None
        span = self._span
        return Edition(
            scope=Scope.READER,
            name=span.last.isoformat(),
            first=span.first,
            last=span.last,
            made_at=self._fresh.now.replace(microsecond=0),
            reader_id=self._reader.id,
            receipt=outside.receipt,
            quiet=quiet,
            sections=tuple(sections),
            example=self._fresh.is_example,
            lead=shorten(lead.text, LEAD) if lead else "",
        )

    def _tell(self, picks: Sequence[ShelfPicks], outside: Outside) -> str:
        """Why nothing was chosen."""
        if not self._interests.any:
            return NOTHING_CHOSEN
        if not self._selection.numbers:
            return outside.quiet
        said = [each for each in picks if each.quiet]
        if len(said) == 1:
            return said[0].quiet
        return " ".join(f"“{each.name}”: {each.quiet}" for each in said[:MOST_QUIET]) or (
            NOTHING_FOUND
        )

    # --- Sections -----------------------------------------------------------------------------

    def _each_section(
        self, picks: Sequence[ShelfPicks], lost: Sequence[Entry], older: str
    ) -> Iterator[Section]:
        """One after another: `_gone` has what the sections before have shown. `older` is what is to
        be said of papers from the library, where there are to be any."""
        for each in picks:
            yield self._take(self._of_shelf(each))
        for section in self._from_library(older) if older else ():
            yield self._take(section)
        if lost:
            yield self._again(lost)
        for search in self._interests.searches:
            yield self._take(self._of_search(search))
        if self._interests.follows:
            yield self._take(self._of_authors())
        if also := self._also():
            yield self._take(also)

    def _take(self, section: Section) -> Section:
        self._gone.update(entry.work_id for entry in section.entries)
        return section

    def _pick(self) -> Sequence[ShelfPicks]:
        if not self._interests.teaches:
            return ()
        desk = self._selection.desk
        return desk.pick(self._reader, days=self._span.days, taken=frozenset(self._gone))

    def _of_shelf(self, picks: ShelfPicks) -> Section:
        entries = self._enter(picks)
        return Section(
            f"shelf-{picks.shelf_id}",
            f"Near “{picks.name}”",
            entries,
            more=picks.left if entries else 0,
            note="" if entries else picks.quiet,
            model=picks.model,
        )

    def _enter(self, picks: ShelfPicks) -> tuple[Entry, ...]:
        """What a shelf has found, as entries."""
        lessons = {each.work_id for match in picks.matches for each in match.because}
        told = Told(picks.name, self._fresh.get_works(lessons), self._interests.saved)
        candidates = self._get(match.work_id for match in picks.matches)
        shown = [match for match in picks.matches if match.work_id in candidates]
        return tuple(
            make_match_entry(place, candidates[match.work_id], match, told)
            for place, match in enumerate(shown, 1)
        )

    def _again(self, lost: Sequence[Entry]) -> Section:
        note = "The mail that had these may not have reached you."
        return Section(AGAIN_KEY, "Once more", renumber(lost), note=note)

    def _get(self, numbers: Iterable[int]) -> Mapping[int, Candidate]:
        return self._fresh.get_candidates(numbers, self._span)

    def _left(self, numbers: Iterable[int], most: int) -> tuple[list[Candidate], int]:
        """The first of these papers that nothing has shown yet, and how many more there are."""
        left = [number for number in numbers if number not in self._gone]
        found: list[Candidate] = []
        for start in range(0, len(left), most):
            found += self._get(left[start : start + most]).values()
            if len(found) >= most:
                break
        return found[:most], max(len(left) - most, 0)

    def _of_search(self, search: SavedSearch) -> Section:
        key = f"search-{search.id}"
        try:
            found, more = self._left(self._selection.search(search.query), PER_SEARCH)
        except InvalidQueryError as error:
            return Section(key, search.name, note=f"This search has a mistake: {error}")
        return make_section(
            key,
            search.name,
            found,
            limit=PER_SEARCH,
            reason=lambda each: f"Found by “{search.name}”, a search that you keep.",
            query=search.query,
            more=more,
            note="" if found else "Nothing new for this search.",
        )

    def _of_authors(self) -> Section:
        by: dict[int, list[str]] = {}
        for author in dict.fromkeys(each.author for each in self._interests.follows):
            for number in self._selection.find_by(author):
                by.setdefault(number, []).append(author)
        found, more = self._left((n for n in self._selection.numbers if n in by), PER_SEARCH)
        return make_section(
            "authors",
            "By authors you follow",
            found,
            limit=PER_SEARCH,
            reason=lambda each: f"By {join_words(by[each.work.id])}, whom you follow.",
            more=more,
            note="" if by else "Nothing new by them.",
        )

    def _also(self) -> Section | None:
        """The best of what nothing has chosen, so that the reader sees what else there is."""
        found, _ = self._left(self._selection.numbers, ALSO)
        title = "Also today" if self._span.days == 1 else "Also new"
        return make_section(ALSO_KEY, title, found, limit=ALSO, more=0) if found else None

    # --- From the library ---------------------------------------------------------------------

    def _from_library(self, note: str) -> list[Section]:
        """Older papers near the shelves that the reader has not been offered, of each in turn."""
        picks = self._pick_older()
        turns = chain.from_iterable(zip_longest(*map(self._enter, picks)))
        older = [each for each in turns if each and each.work_id not in self._gone]
        if not older:
            return []
        model = "; ".join(dict.fromkeys(each.model for each in picks if each.matches))
        entries = renumber(older[:LIBRARY])
        return [Section(LIBRARY_KEY, "From the library", entries, note=note, model=model)]

    def _pick_older(self) -> Sequence[ShelfPicks]:
        picks: Sequence[ShelfPicks] = ()
        for _ in range(ROUNDS):
            picks = self._fresh.library_desk.pick(
                self._reader, days=LIBRARY_DAYS, taken=frozenset(self._gone)
            )
            numbers = [match.work_id for each in picks for match in each.matches]
            offered = self._fresh.find_offered(self._reader, numbers)
            if not offered:
                break
            self._gone |= offered
        return picks
