"""The library: every verb a person has, thin. Doors (web, cli) speak to this and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import IO, Self

from broadsheet import exports, follow, ids, ingest, verify
from broadsheet.batch import MAX_CARRIERS
from broadsheet.bringing import Intake
from broadsheet.errors import InvalidInputError, NotFoundError, StorageBusyError
from broadsheet.example import lay_fortnight
from broadsheet.fetching import Wires
from broadsheet.model import (
    BY_READERS,
    ImportReport,
    Results,
    Sort,
    Stats,
    StoredRecord,
    VerifyReport,
    Work,
    WorkEvent,
)
from broadsheet.newsroom import Newsroom
from broadsheet.ports import (
    ArrayCache,
    Draughtsman,
    FileFormat,
    Index,
    OutlineFormat,
    PasswordHasher,
    Progress,
    Ranker,
    Store,
    WorkKey,
    silent,
)
from broadsheet.post import Correspondence, Post
from broadsheet.press import Press
from broadsheet.query import Query
from broadsheet.query.parser import parse
from broadsheet.recommend import NoCache, Recommender
from broadsheet.rooms import Finding, Rooms
from broadsheet.shown import Page, Shown, arrange, show
from broadsheet.signing import Signer
from broadsheet.sources import Source
from broadsheet.standings import Standings
from broadsheet.trends import Trends
from broadsheet.tuning import Tuning

__all__ = ["MAX_LIMIT", "Library", "Page", "Shown", "Stats"]

MAX_LIMIT = 1000
NO_MAIL = Correspondence()
DUTY = "*duty*"
"""Not a name that a source can have."""
NEIGHBOURHOOD = 5
"""The nearest papers in another order are as many times what is shown: no farther ones get in."""
NOT_HERE = "The library has no paper of that number or address; this is what its words find."


class Library:
    """A library that is open. `wiring.open_library` makes one; use it as a context manager."""

    def __init__(
        self,
        *,
        store: Store,
        index: Index,
        formats: Sequence[FileFormat],
        wires: Wires,
        hasher: PasswordHasher | None = None,
        secret: bytes = b"",
        reader_formats: Sequence[FileFormat] = (),
        outlines: Sequence[OutlineFormat] = (),
        press_time: str = "06:00",
        draughtsman: Draughtsman | None = None,
        cache: ArrayCache | None = None,
        rankers: Sequence[Ranker] = (),
        correspondence: Correspondence = NO_MAIL,
    ) -> None:
        """Without a `hasher` nobody can set a password; without a `secret`, which signs addresses
        (see `signing`), those that are signed are good until the library is closed. `formats` are
        those that can be imported, `reader_formats` and `outlines` those that readers hand in.
        `cache` keeps what shelves would take long to work out again, `rankers` are those that a
        plug-in brings; by `correspondence` letters leave."""
        self._store = store
        self._index = index
        self._formats = formats
        self._clock = wires.clock
        self._hold = wires.hold
        self._standings = Standings(store)
        self._signer = signer = Signer(secret or token_bytes(32))
        self.newsroom = Newsroom(store, index, wires)
        """Live sources and their receipts."""
        self.trends = Trends(store, index, wires.clock, draughtsman)
        """Plots, rising terms and maps; nothing is drawn without a `draughtsman`."""
        intake = Intake(store, index, reader_formats, outlines, self._follow_feed)
        finding = Finding(self.get_work, self.search, self.newsroom.fetch, self._follow_if_free)
        self._open_rooms(Rooms(store, wires.clock, signer, hasher, intake, finding))
        self._open_learning(cache or NoCache(), rankers)
        self._open_press(press_time, correspondence, draughtsman)

    def _open_rooms(self, rooms: Rooms) -> None:
        self.accounts = rooms.accounts
        """Readers, sessions, invitations, keys."""
        self.journal = rooms.journal
        """What readers did, and what undoes it."""
        self.shelves = rooms.shelves
        """Shelves, and the papers on them."""
        self.searches = rooms.searches
        """Searches that are kept."""
        self.community = rooms.community
        """Votes, comments, followed authors, papers handed in."""
        self.merging = rooms.merging
        """Papers put together and taken apart."""
        self.takeout = rooms.takeout
        """Accounts as files."""

    def _open_learning(self, cache: ArrayCache, rankers: Sequence[Ranker]) -> None:
        self.recommender = Recommender(
            self._store,
            self._index,
            self.journal,
            self._clock,
            find_work=self.get_work,
            cache=cache,
            rankers=rankers,
        )
        """Shelves that learn."""
        self.tuning = Tuning(self._store, self._index, self.journal, self._clock)
        """Search, tuned by questions."""

    def _open_press(
        self, press_time: str, correspondence: Correspondence, draughtsman: Draughtsman | None
    ) -> None:
        self.press = Press(
            self._store,
            self._index,
            self.newsroom,
            shelves=self.recommender,
            clock=self._clock,
            press_time=press_time,
            signer=self._signer,
        )
        """Editions of days, weeks and months, and each reader's own."""
        self.post = Post(
            self._store,
            self.press,
            self.journal,
            self._clock,
            self._signer,
            correspondence,
            draughtsman,
        )
        """Readers' own editions by mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release files, locks and connections."""
        self.journal.close()
        self.newsroom.close()
        self._index.close()
        self._store.close()

    def on_duty(self) -> AbstractContextManager[None]:
        """Be the one process that does what goes on by itself. Raises StorageBusyError while
        another one is."""
        return self._hold(DUTY)

    # --- Filling ------------------------------------------------------------------------------

    def import_files(
        self, paths: Iterable[Path | str], *, progress: Progress = silent
    ) -> ImportReport:
        """Import files of any known kind ("-" is standard input) and index what they brought.

        A file that is missing, broken or of no known kind is named in the report's `bad_files`,
        one sentence each; the others go in.
        """
        return ingest.import_files(
            self._store,
            self._index,
            self._formats,
            paths,
            now=self._clock(),
            progress=progress,
        )

    # --- Finding ------------------------------------------------------------------------------

    def search(
        self,
        text: str,
        *,
        limit: int = 20,
        offset: int = 0,
        sort: Sort = Sort.RELEVANCE,
        facets: bool = True,
        highlights: bool = True,
        within: Collection[int] | None = None,
    ) -> Page:
        """Search by words and by meaning, among the works `within` if they are given.

        Raises InvalidQueryError with the mistake's position.
        """
        _check_bounds(limit, offset)
        query = parse(text)
        if query.ids and (found := self._find_identified(query, within)):
            return found
        results = self._index.search(
            query,
            limit=limit,
            offset=offset,
            sort=sort,
            facets=facets,
            standing=self._standings.get(sort),
            within=within,
            blend=self.tuning.blend,
        )
        if query.ids:
            results = replace(results, notes=(NOT_HERE, *results.notes))
        return Page(query, results, show(self._store, self._index, query, results.hits, highlights))

    def get_work(self, reference: str | int) -> Work:
        """The work with a number, an arXiv id, a DOI, a venue id, or an address of any of these.

        Where several have it, one that more than readers tell of: readers can claim any name.
        Raises NotFoundError.
        """
        works = self._store.get_works(self._resolve(reference)[:MAX_CARRIERS]).values()
        if not works:
            raise NotFoundError("paper", reference)
        return min(works, key=lambda work: BY_READERS.issuperset(work.sources))

    def get_works(self, numbers: Sequence[int]) -> Mapping[int, Work]:
        """Works by number, in one go; unknown numbers are absent."""
        return self._store.get_works(numbers)

    def get_arrivals(self, numbers: Sequence[int]) -> Mapping[int, datetime]:
        """When each work was first seen here, in one go; unknown numbers are absent."""
        return self._store.get_arrivals(numbers)

    def get_records(self, number: int) -> Sequence[StoredRecord]:
        """What every source said about a work, oldest first."""
        return self._store.get_work_records(number)

    def get_history(self, number: int) -> Sequence[WorkEvent]:
        """Merges and splits of a work, oldest first."""
        return self._store.get_history(number)

    def related(
        self,
        references: Sequence[str | int | Work],
        *,
        limit: int = 10,
        sort: Sort = Sort.RELEVANCE,
    ) -> tuple[Shown, ...]:
        """Works near one work, or near a set of them; at most MAX_LIMIT.

        In another order than by relevance: those of the NEIGHBOURHOOD times as many nearest that
        come first in it.
        """
        _check_bounds(limit)
        if not references:
            raise InvalidInputError("Name at least one paper to find others near it.")
        works = [each if isinstance(each, Work) else self.get_work(each) for each in references]
        pool = limit if sort is Sort.RELEVANCE else limit * NEIGHBOURHOOD
        results = self._index.related(works, limit=pool)
        shown = show(self._store, self._index, Query(), results.hits)
        return arrange(shown, sort, self._standings.get(sort))[:limit]

    def stats(self) -> Stats:
        """Sizes of the library and the state of its index."""
        counts, state = self._store.get_counts(), self._index.state()
        prefix = "source:"
        return Stats(
            works=counts["works"],
            records=counts["records"],
            bytes=counts["bytes"],
            sources={k.removeprefix(prefix): n for k, n in counts.items() if k.startswith(prefix)},
            index_works=state.works,
            index_behind=self._store.last_change() - state.position,
            spaces=state.spaces,
        )

    # --- Keeping ------------------------------------------------------------------------------

    def merge(self, kept: str | int, gone: str | int, *, reason: str = "by hand") -> Work:
        """Say that two works are one paper; the first keeps its number."""
        first, second = self.get_work(kept).id, self.get_work(gone).id
        ingest.merge_works(self._store, first, second, reason=reason, now=self._clock())
        self._follow_if_free()
        return self.get_work(first)

    def split(
        self, reference: str | int, record_ids: Sequence[int], *, reason: str = "by hand"
    ) -> Work:
        """Move records out of a work into one of their own; they stay apart from then on."""
        number = self.get_work(reference).id
        new = ingest.split_work(self._store, number, record_ids, reason=reason, now=self._clock())
        self._follow_if_free()
        return self.get_work(new)

    def verify(self, *, progress: Progress = silent) -> VerifyReport:
        """Recompute hashes, compare index and store, name what differs."""
        return verify.verify_library(self._store, self._index, progress)

    def index_behind(self) -> bool:
        """Whether the index misses changes, or vectors since its model changed; cheap."""
        return follow.index_behind(self._store, self._index) or self._index.lacks_vectors()

    def catch_up(self, *, progress: Progress = silent) -> int:
        """Index what the change log has and the index has not; returns how many works.

        Where the fast model is another than last time, everything is embedded again, too.
        """
        done = follow.follow_changes(self._store, self._index, progress)
        fetch = self._store.get_works
        return done + self._index.embed_pending(fetch, progress, fast_only=True)

    def rebuild_index(self, *, progress: Progress = silent) -> int:
        """Throw the index away and build it again from the store."""
        return follow.rebuild(self._store, self._index, progress)

    def embed_pending(self, *, progress: Progress = silent) -> int:
        """Give vectors of the slower space to works that have none yet, newest first."""
        return self._index.embed_pending(self._store.get_works, progress)

    def lay_example(self) -> int:
        """Lay the example fortnight over a demo library, once; returns how many editions were
        printed. See `example`."""
        reader = self.accounts.alone()
        return len(lay_fortnight(self._store, self.press, reader, self._clock()))

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the store to a new file; works while others use it."""
        self._store.backup(str(target))

    def export_all(self, out: IO[bytes], *, progress: Progress = silent) -> int:
        """Write every record, with its work, as JSONL that `import` reads; returns the count."""
        return exports.write_all(self._store, out, progress)

    def export_works(self, works: Iterable[Work], style: str) -> str:
        """Works as "bibtex", "ris", "csl-json" or "jsonl"."""
        return exports.render(works, style)

    # --- Helpers ------------------------------------------------------------------------------

    def _follow_if_free(self) -> None:
        """The act is kept already; when another process has the index, it follows later."""
        with suppress(StorageBusyError):
            follow.follow_changes(self._store, self._index)

    def _follow_feed(self, url: str) -> Source:
        return self.newsroom.add_source("feed", [url])

    def _resolve(self, reference: str | int) -> list[int]:
        text = str(reference).strip()
        if text.isascii() and text.isdigit() and len(text) < 16:
            return [int(text)]  # that of a merged work gives what it became
        return self._find_carriers(ids.find_identifiers(text))

    def _find_carriers(self, identifiers: Iterable[tuple[str, str]]) -> list[int]:
        """The works that have any of these identifiers, identifier by identifier."""
        keys = [WorkKey(*identifier) for identifier in identifiers]
        found = self._store.find_works(keys)
        return [number for key in keys for number in found.get(key, ())]

    def _find_identified(self, query: Query, within: Collection[int] | None) -> Page | None:
        everywhere = dict.fromkeys(self._find_carriers(query.ids))
        numbers = [n for n in everywhere if within is None or n in within]
        if not numbers:
            return None
        results = Results.of(numbers)
        return Page(query, results, show(self._store, self._index, query, results.hits))


def _check_bounds(limit: int, offset: int = 0) -> None:
    if not 0 <= limit <= MAX_LIMIT or offset < 0:
        raise InvalidInputError(f"A page has 0 to {MAX_LIMIT} results and starts at 0 or later.")
