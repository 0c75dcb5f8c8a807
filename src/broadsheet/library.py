"""The library: every verb a person has, thin. Doors (web, cli) speak to this and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from broadsheet import exports, follow, ids, ingest, verify
from broadsheet.errors import InvalidInputError, NotFoundError, StorageBusyError
from broadsheet.fetching import Wires
from broadsheet.model import (
    Hit,
    ImportReport,
    Results,
    Sort,
    Span,
    StoredRecord,
    VerifyReport,
    Work,
    WorkEvent,
)
from broadsheet.newsroom import Newsroom
from broadsheet.ports import FileFormat, Index, Progress, Store, WorkKey, silent
from broadsheet.query import Query
from broadsheet.query.parser import parse

MAX_LIMIT = 1000
NOT_HERE = "The library has no paper of that number or address; this is what its words find."


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit made ready to be shown: its work, and what to highlight in title and text."""

    hit: Hit
    work: Work
    title_spans: tuple[Span, ...] = ()
    text_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search: the query as understood, the results, and the works to show."""

    query: Query
    results: Results
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """Sizes of a library; `index_behind` counts changes that the index has yet to follow."""

    works: int
    records: int
    bytes: int
    sources: Mapping[str, int]
    index_works: int
    index_behind: int
    spaces: Mapping[str, int] = field(default_factory=dict)


class Library:
    """A library that is open. `wiring.open_library` makes one; use it as a context manager."""

    def __init__(
        self, *, store: Store, index: Index, formats: Sequence[FileFormat], wires: Wires
    ) -> None:
        self._store = store
        self._index = index
        self._formats = formats
        self._clock = wires.clock
        self.newsroom = Newsroom(store, index, wires)
        """Live sources and their receipts."""

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
        self.newsroom.close()
        self._index.close()
        self._store.close()

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
    ) -> Page:
        """Search by words and by meaning. Raises InvalidQueryError with the mistake's position."""
        _check_bounds(limit, offset)
        query = parse(text)
        if query.ids and (found := self._find_identified(query)):
            return found
        results = self._index.search(query, limit=limit, offset=offset, sort=sort, facets=facets)
        if query.ids:
            results = replace(results, notes=(NOT_HERE, *results.notes))
        return Page(query, results, self._show(query, results.hits, highlights))

    def get_work(self, reference: str | int) -> Work:
        """The work with a number, an arXiv id, a DOI, a venue id, or an address of any of these.

        Raises NotFoundError.
        """
        for number in self._resolve(reference):
            if work := self._store.get_works([number]).get(number):
                return work
        raise NotFoundError("paper", reference)

    def get_works(self, numbers: Sequence[int]) -> Mapping[int, Work]:
        """Works by number, in one go; unknown numbers are absent."""
        return self._store.get_works(numbers)

    def get_records(self, number: int) -> Sequence[StoredRecord]:
        """What every source said about a work, oldest first."""
        return self._store.get_work_records(number)

    def get_history(self, number: int) -> Sequence[WorkEvent]:
        """Merges and splits of a work, oldest first."""
        return self._store.get_history(number)

    def related(self, references: Sequence[str | int], *, limit: int = 10) -> tuple[Shown, ...]:
        """Works near one work, or near a set of them; at most MAX_LIMIT."""
        _check_bounds(limit)
        if not references:
            raise InvalidInputError("Name at least one paper to find others near it.")
        works = [self.get_work(reference) for reference in references]
        results = self._index.related(works, limit=limit)
        return self._show(Query(), results.hits, highlights=False)

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

    def _resolve(self, reference: str | int) -> list[int]:
        text = str(reference).strip()
        if text.isascii() and text.isdigit() and len(text) < 16:
            number = self._store.resolve(int(text))
            return [] if number is None else [number]
        keys = [WorkKey(*identifier) for identifier in ids.find_identifiers(text)]
        found = self._store.find_works(keys)
        return [number for key in keys for number in found.get(key, ())]

    def _find_identified(self, query: Query) -> Page | None:
        keys = [WorkKey(*identifier) for identifier in query.ids]
        found = self._store.find_works(keys)
        numbers = list(dict.fromkeys(n for key in keys for n in found.get(key, ())))
        if not numbers:
            return None
        results = Results.of(numbers)
        return Page(query, results, self._show(query, results.hits, highlights=False))

    def _show(self, query: Query, hits: Sequence[Hit], highlights: bool) -> tuple[Shown, ...]:
        works = self._store.get_works([hit.work_id for hit in hits])
        hits = [hit for hit in hits if hit.work_id in works]
        if not highlights or not query.terms:
            return tuple(Shown(hit, works[hit.work_id]) for hit in hits)
        titles = self._spans(query, [works[hit.work_id].title for hit in hits])
        texts = self._spans(query, [works[hit.work_id].text for hit in hits])
        return tuple(
            Shown(hit, works[hit.work_id], title, text)
            for hit, title, text in zip(hits, titles, texts, strict=True)
        )

    def _spans(self, query: Query, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        found = self._index.highlight(query, texts)
        return [tuple(Span(*pair) for pair in spans) for spans in found]


def _check_bounds(limit: int, offset: int = 0) -> None:
    if not 0 <= limit <= MAX_LIMIT or offset < 0:
        raise InvalidInputError(f"A page has 0 to {MAX_LIMIT} results and starts at 0 or later.")
