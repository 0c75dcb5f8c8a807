"""A reader's own edition: what is new of what this reader keeps and follows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import NamedTuple

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import InvalidQueryError
from broadsheet.learning import ShelfPicks
from broadsheet.mishaps import Mishap
from broadsheet.people import Reader, SavedSearch
from broadsheet.phrases import count
from broadsheet.press.candidates import Candidate
from broadsheet.press.compose import LEAD
from broadsheet.press.fresh import Desk, Fresh, Selection
from broadsheet.press.interests import Interests
from broadsheet.press.matches import Told, make_match_entry
from broadsheet.press.sections import join_words, make_section, renumber, shorten
from broadsheet.press.span import Span

_log = logging.getLogger(__name__)

PER_SEARCH = 8
ALSO = 5
LIBRARY = 10
LIBRARY_DAYS = 2
ROUNDS = 3
"""How often older papers are asked for again where they were offered before."""

MOST_QUIET = 3

MOST_UNRANKED = 200
"""So many papers, the first of the front page, wait for a ranker that works."""

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
UNRANKED = (
    "Your shelves could not be ranked: whoever runs this Broadsheet finds the reason in the log. "
    "What is new waits for your next edition."
)


class Outside(NamedTuple):
    """What is known of an edition beside its papers: what its sources announced, why there is
    nothing where there is nothing, the papers of mails that may not have arrived, and what had no
    room in the edition before; whether it is the reader's `first`, and whether it may offer older
    papers from the `library`."""

    receipt: str = ""
    quiet: str = ""
    lost: Sequence[Entry] = ()
    waiting: Sequence[int] = ()
    first: bool = False
    library: bool = True


class OwnPages:
    """Lays the edition of one reader out. Never a paper twice, never one that the reader has saved,
    answered or hidden, and none that was `offered` before.

    It works for itself; but `desks` and `find_papers` say what it will read, so that this can be
    read for many readers at once.
    """

    def __init__(
        self,
        fresh: Fresh,
        reader: Reader,
        interests: Interests,
        span: Span,
        offered: Collection[int],
        outside: Outside,
    ) -> None:
        self.reader = reader
        self._fresh = fresh
        self._interests = interests
        self._span = span
        self._outside = outside
        self._selection: Selection = fresh.select(span)
        self._lost = [each for each in outside.lost if each.work_id not in interests.settled]
        self._gone = {*interests.settled, *offered, *(each.work_id for each in self._lost)}
        self._waiting = [each for each in outside.waiting if each not in self._gone]
        here = chain(self._waiting, self._selection.numbers)
        self._has_news = not self._gone.issuperset(here)
        self._failed = False

    @property
    def desks(self) -> Sequence[Desk]:
        """The desks that it asks what the shelves find."""
        if not self._interests.teaches:
            return ()
        news = [self._selection.desk] if self._has_news else []
        return [*news, self._fresh.library_desk] if self._older else news

    def find_papers(self) -> set[int]:
        """The papers that the shelves find among the news, and those that their reasons name."""
        matches = [match for each in self._picks for match in each.matches]
        reasons = {each.work_id for match in matches for each in match.because}
        return reasons.union(match.work_id for match in matches)

    def make(self) -> Edition:
        """The edition, as a proof. Where it is the reader's first or nothing is new, it offers
        older papers, too."""
        sections: list[Section] = []
        if self._interests.any:
            sections = list(self._each_section())
            sections.sort(key=lambda each: not each.entries)  # a page begins with a story
        found = any(each.entries for each in sections if each.key not in UNCHOSEN)
        return self._finish(sections, "" if found else self._tell())

    @cached_property
    def _picks(self) -> Sequence[ShelfPicks]:
        """What the shelves find among the news."""
        if not (self._has_news and self._interests.teaches):
            return ()
        return self._ask(self._selection.desk, self._span.days, self._waiting)

    def _ask(self, desk: Desk, days: int, waiting: Collection[int] = ()) -> Sequence[ShelfPicks]:
        """What the shelves find; nothing where a ranker fails, which is one reader's trouble."""
        taken, name = frozenset(self._gone), self._span.last.isoformat()
        with Mishap(_log, "The shelves of reader %d cannot be ranked", self.reader.id):
            return desk.pick(self.reader, days=days, taken=taken, waiting=waiting, edition=name)
        self._failed = True
        return ()

    @property
    def _older(self) -> str:
        """What is to be said of older papers, where there are to be any."""
        nothing_new = not (self._has_news or self._lost)
        if self._outside.library and (self._outside.first or nothing_new):
            return TO_BEGIN_WITH if self._has_news else FROM_LIBRARY
        return ""

    def _finish(self, sections: Sequence[Section], quiet: str) -> Edition:
        first = next((each.work_id for section in sections[:1] for each in section.entries), 0)
        lead = self._fresh.get_works([first]).get(first) if first else None
        span = self._span
        return Edition(
            scope=Scope.READER,
            name=span.last.isoformat(),
            first=span.first,
            last=span.last,
            made_at=self._fresh.now.replace(microsecond=0),
            reader_id=self.reader.id,
            receipt=self._outside.receipt,
            quiet=quiet,
            sections=tuple(sections),
            example=self._fresh.is_example,
            lead=shorten(lead.text, LEAD) if lead else "",
        )

    def _tell(self) -> str:
        """Why nothing was chosen."""
        if not self._interests.any:
            return NOTHING_CHOSEN
        if self._failed:
            return UNRANKED
        if not self._selection.numbers:
            return self._outside.quiet
        said = [each for each in self._picks if each.quiet]
        if len(said) == 1:
            return said[0].quiet
        return " ".join(f"“{each.name}”: {each.quiet}" for each in said[:MOST_QUIET]) or (
            NOTHING_FOUND
        )

    # --- Sections -----------------------------------------------------------------------------

    def _each_section(self) -> Iterator[Section]:
        """One after another: `_gone` has what the sections before have shown."""
        for each in self._picks:
            yield self._take(self._of_shelf(each))
        if self._failed:
            yield self._unranked()
        for section in self._from_library():
            yield self._take(section)
        if self._lost:
            yield self._again(self._lost)
        for search in self._interests.searches:
            yield self._take(self._of_search(search))
        if self._interests.follows:
            yield self._take(self._of_authors())
        if also := self._also():
            yield self._take(also)

    def _take(self, section: Section) -> Section:
        self._gone.update(entry.work_id for entry in section.entries)
        return section

    def _of_shelf(self, picks: ShelfPicks) -> Section:
        entries = self._enter(picks)
        return Section(
            f"shelf-{picks.shelf_id}",
            f"Near “{picks.name}”",
            entries,
            more=picks.left if entries else 0,
            note="" if entries else picks.quiet,
            model=picks.model,
            waiting=picks.waiting,
        )

    def _unranked(self) -> Section:
        """What stands where the shelves' sections would be: all that is new waits for the next."""
        waiting = [*self._waiting, *(n for n in self._selection.numbers if n not in self._gone)]
        kept = tuple(dict.fromkeys(waiting))[:MOST_UNRANKED]
        return Section("shelves", "Near your shelves", note=UNRANKED, waiting=kept)

    def _enter(self, picks: ShelfPicks) -> tuple[Entry, ...]:
        """What a shelf has found, as entries."""
        lessons = {each.work_id for match in picks.matches for each in match.because}
        works, saved = self._fresh.get_works(lessons), self._interests.saved
        told = Told(picks.name, works, saved, picks.shelf_id)
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
            matching = self._selection.search(search.query)
        except InvalidQueryError as error:
            return Section(key, search.name, note=f"This search has a mistake: {error}")
        new = [number for number in matching if number not in self._gone]
        sent = self._fresh.sieve.sift(search.query, new)
        found, more = self._left(sent.numbers, PER_SEARCH)
        section = make_section(
            key,
            search.name,
            found,
            limit=PER_SEARCH,
            reason=lambda each: f"Found by “{search.name}”, a search that you keep.",
            query=search.query,
            more=more + sent.held,
            note=_say_held(sent.held) if found or sent.held else "Nothing new for this search.",
        )
        return replace(section, model=sent.model)

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

    def _from_library(self) -> list[Section]:
        """Older papers near the shelves that the reader has not been offered, of each in turn."""
        if not (self._older and self._interests.teaches):
            return []
        picks = self._pick_older()
        here = self._get(match.work_id for each in picks for match in each.matches)
        found = ([(each, one) for one in each.matches if one.work_id in here] for each in picks)
        turns = filter(None, chain.from_iterable(zip_longest(*found)))
        older = [(each, one) for each, one in turns if one.work_id not in self._gone][:LIBRARY]
        if not older:
            return []
        model = "; ".join(dict.fromkeys(each.model for each in picks if each.matches))
        entered = (self._enter(replace(each, matches=(one,))) for each, one in older)
        entries = renumber([*chain.from_iterable(entered)])
        return [Section(LIBRARY_KEY, "From the library", entries, note=self._older, model=model)]

    def _pick_older(self) -> Sequence[ShelfPicks]:
        picks: Sequence[ShelfPicks] = ()
        for _ in range(ROUNDS):
            picks = self._ask(self._fresh.library_desk, LIBRARY_DAYS)
            numbers = [match.work_id for each in picks for match in each.matches]
            offered = self._fresh.find_offered(self.reader, numbers)
            if not offered:
                break
            self._gone |= offered
        return picks


def _say_held(held: int) -> str:
    if not held:
        return ""
    papers = count(held, "paper that it found was", "papers that it found were")
    return f"{papers} held back: too likely to be passed over."
