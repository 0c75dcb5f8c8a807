"""The lexical side of search: words, phrases and filters over tantivy.

`LexicalIndex` shows what was committed last, by whichever process: it looks at the index's list
of segments before it answers. All orders are total, so pages neither repeat nor lose a work while
the index stands still.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Matching, Sort, Work
from broadsheet.query import Query
from broadsheet.search import counting, schema
from broadsheet.search.compile import Analysis, Compiler, any_number
from broadsheet.search.facets import HALVES, REQUEST, Summary, read_summary
from broadsheet.search.files import META, check_make, find_damage, is_made, sign
from broadsheet.search.highlight import Marker
from broadsheet.search.linked import LinkedFolder
from broadsheet.search.lock import hold_lock, telling_of_read_only
from broadsheet.search.trouble import reported
from broadsheet.search.writer import LexicalWriter

if TYPE_CHECKING:
    import tantivy

Numbers = NDArray[np.int64]
Scores = NDArray[np.float32]

_BATCH = 50_000
_IDS_AT_ONCE = 1024
_LARGE = 400_000
"""Works from which on facets are counted in threads of their own."""
_LISTS = 4
"""Lists of all matches that are kept, so that who pages through one makes it once."""
_SUMMARIES = 64
"""Counts that are kept, so that who pages through a search, or sorts it, counts it once."""
_COUNTERS = 4
"""Threads that count facets for all searches at once; more would only wait for a core."""


class LexicalIndex:
    """A tantivy index of works in a folder of its own."""

    def __init__(self, folder: Path, threads: int) -> None:
        import tantivy

        self._tantivy = tantivy
        self.folder = folder
        self._threads = threads
        self._schema = schema.build_schema()
        self._analyzers = schema.build_analyzers()
        self._analysis = Analysis(self._analyzers)
        self._refreshing = threading.Lock()
        self._pinned = threading.local()
        self._writer: LexicalWriter | None = None
        self._counters = ThreadPoolExecutor(_COUNTERS, "facets")
        self._attach()

    @classmethod
    def open(cls, folder: Path, *, create: bool = True, threads: int = 1) -> LexicalIndex:
        """Open the index in a folder; with `create`, an empty or absent one gets a new index.

        `threads` is how many index at a time. Raises IndexNotReadyError for an index that is
        missing, damaged or of another make: the class method `create` begins anew.
        """
        if create and not is_made(folder):
            return cls.create(folder, threads=threads)
        check_make(folder)
        return cls(folder, threads)

    @classmethod
    def create(cls, folder: Path, *, threads: int = 1) -> LexicalIndex:
        """Begin anew in a folder, whatever lies there."""
        shutil.rmtree(folder, ignore_errors=True)
        with telling_of_read_only(folder):
            folder.mkdir(parents=True)
        with reported():
            import tantivy

            tantivy.Index(schema.build_schema(), path=str(folder))
        sign(folder)
        return cls(folder, threads)

    def close(self) -> None:
        """Release files; what was not committed is lost."""
        self._counters.shutdown()
        self._end_writing(clean=True)
        self._opened.close()

    # --- Writing ------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one process that writes. Raises StorageBusyError when another one is.

        The lock file lies beside the folder, so that it outlives `reset`.
        """
        with hold_lock(self.folder.with_name(self.folder.name + ".lock")):
            clean = False
            try:
                yield
                clean = True
            finally:
                self._end_writing(clean=clean)

    def add(self, works: Iterable[Work]) -> None:
        """Index works, each in place of what its number stood for before."""
        self._open_writer().add(works)

    def remove(self, numbers: Iterable[int]) -> None:
        """Take works out; numbers that are not there do not matter."""
        self._open_writer().remove(numbers)

    def commit(self) -> None:
        """Make what was added and removed durable and visible to all processes."""
        if self._writer:
            self._writer.commit()

    def reset(self) -> None:
        """Throw everything away and begin anew."""
        self._end_writing(clean=False)
        self.create(self.folder)
        self._attach()

    def _open_writer(self) -> LexicalWriter:
        if self._writer is None:
            self._view()
            self._writer = LexicalWriter(self._index, self._threads)
        return self._writer

    def _end_writing(self, *, clean: bool) -> None:
        """Let others write; after a failure without waiting for what may never end."""
        writer, self._writer = self._writer, None
        if writer and clean:
            writer.close()

    # --- Searching ----------------------------------------------------------------------------

    def candidates(self, query: Query, limit: int) -> tuple[Numbers, Scores]:
        """The best matches by BM25, best first: work numbers and scores.

        A query without terms has no best: its matches come with score 0, in no order; use
        `ordered`.
        """
        view = self._view()
        # Counting as well costs nothing at this depth, and keeps tantivy from skipping blocks,
        # which would make the last digits of a score depend on `limit`.
        with reported():
            hits = view.searcher.search(view.compiler.compile(query).query, limit=limit).hits
        return view.numbers(hits), np.array([hit[0] for hit in hits], np.float32)

    def tail(self, query: Query, *, exclude: Sequence[int], limit: int, offset: int) -> Numbers:
        """Matches by BM25 without those in `exclude`, from `offset` on, for pages far down.

        Concatenated, such pages hold every match outside `exclude` exactly once. (tantivy sets
        memory aside for all places up to the page, so it must not be asked beyond the end.)
        """
        view = self._view()
        if offset >= view.searcher.num_docs:
            return np.zeros(0, np.int64)
        with reported():
            hits = view.searcher.search(
                self._without(view.compiler.compile(query).query, exclude),
                limit=limit,
                offset=offset,
            ).hits
        return view.numbers(hits)

    def ordered(self, query: Query, sort: Sort, limit: int, offset: int = 0) -> Numbers:
        """Matches by date, newest or oldest first; works without a date come last."""
        view = self._view()
        if offset >= view.searcher.num_docs:
            return np.zeros(0, np.int64)
        return view.by_date(query, newest=sort is not Sort.OLDEST, limit=limit, offset=offset)

    def everything(self, query: Query) -> Numbers:
        """All matches, newest first; kept for the last few queries. Not to be written to."""
        return self._view().everything(query)

    def aggregate(self, query: Query) -> Summary:
        """How many match, by facet and by month."""
        return self.start_aggregate(query)()

    def start_aggregate(self, query: Query) -> Callable[[], Summary]:
        """Begin to count beside what the caller does next; the result waits for the answer.

        tantivy lets go of the interpreter meanwhile, so on two cores the counts cost a search
        little more time than the longer of the two. In a small index, handing them to another
        thread would cost as much as it gains.
        """
        view = self._view()
        if view.searcher.num_docs < _LARGE:
            return lambda: view.summary(query)
        compiled = view.compiler.compile(query).query
        halves = [self._counters.submit(_count, view, compiled, half) for half in HALVES]
        return lambda: read_summary({k: v for half in halves for k, v in half.result().items()})

    def count_days(self, query: Query, first: str = "", last: str = "") -> dict[str, int]:
        """How many match on each day, or in each month or year of which no more is known."""
        view = self._view()
        with reported():
            answer = view.searcher.aggregate(view.compiler.compile(query).query, counting.REQUEST)
        return counting.read_days(answer, first, last)

    def count(self, query: Query) -> int:
        """How many match."""
        view = self._view()
        with reported():
            return view.count(view.compiler.compile(query).query)

    def matching(self, query: Query) -> Matching:
        """Whether all plain words of the query have to match, or any."""
        return self._view().compiler.compile(query).matching

    # --- What other sides of search must respect ----------------------------------------------

    def restricts(self, query: Query) -> bool:
        """Whether the query demands anything of every result: filters, phrases, OR-groups."""
        return self._view().compiler.compile(query).required is not None

    def filter_ids(self, query: Query, limit: int) -> Numbers | None:
        """All works that satisfy what the query demands, or None if they are more than `limit`."""
        view = self._view()
        required = self._required(view, query)
        with reported():
            if view.count(required) > limit:
                return None
            return view.numbers(view.searcher.search(required, limit=limit, count=False).hits)

    def matches(self, numbers: Numbers, query: Query) -> NDArray[np.bool_]:
        """Which of these works satisfy what the query demands."""
        view = self._view()
        required = self._required(view, query)
        must = self._tantivy.Occur.Must
        passed: list[Numbers] = []
        for start in range(0, len(numbers), _IDS_AT_ONCE):
            these = any_number(self._schema, numbers[start : start + _IDS_AT_ONCE].tolist())
            both = self._tantivy.Query.boolean_query([(must, these), (must, required)])
            with reported():
                hits = view.searcher.search(both, limit=_IDS_AT_ONCE, count=False).hits
            passed.append(view.numbers(hits))
        return np.isin(numbers, np.concatenate(passed)) if passed else np.zeros(0, np.bool_)

    def _required(self, view: _View, query: Query) -> tantivy.Query:
        return view.compiler.compile(query).required or self._tantivy.Query.all_query()

    def _without(self, query: tantivy.Query, numbers: Sequence[int]) -> tantivy.Query:
        if not len(numbers):
            return query
        occur = self._tantivy.Occur
        barred = any_number(self._schema, (int(number) for number in numbers))
        return self._tantivy.Query.boolean_query([(occur.Must, query), (occur.MustNot, barred)])

    # --- Words --------------------------------------------------------------------------------

    def terms(self, query: Query) -> tuple[str, ...]:
        """The stems by which the plain words of a query rank."""
        return tuple(self._analysis.plain_stems(query.terms))

    def highlight(self, query: Query, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """For each text, the stretches [start, end) in characters that the query matches."""
        return Marker(query, self._analysis).mark_all(texts)

    # --- Keeping ------------------------------------------------------------------------------

    def num_docs(self) -> int:
        """How many works are indexed."""
        return int(self._view().searcher.num_docs)

    def fingerprint(self, work: Work) -> int:
        """The fingerprint that `work` would have if it were indexed as it is now."""
        return schema.fingerprint(work)

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """(work number, fingerprint) of all that is indexed, by number."""
        view, after = self._view(), 0
        while batch := self._read_fingerprints(view, after):
            yield from batch
            after = batch[-1][0] + 1

    def _read_fingerprints(self, view: _View, start: int) -> list[tuple[int, int]]:
        rest = self._tantivy.Query.range_query(
            self._schema, "id", self._tantivy.FieldType.Unsigned, start
        )
        ascending = self._tantivy.Order.Asc
        with reported():
            hits = view.searcher.search(
                rest, limit=_BATCH, count=False, order_by_field="id", order=ascending
            ).hits
            found = view.searcher.fast_field_values("fingerprint", [hit[1] for hit in hits])
        return [(int(hit[0]), int(value or 0)) for hit, value in zip(hits, found, strict=True)]

    def check(self) -> list[str]:
        """What is wrong with the files, one sentence each; reads all of them."""
        return list(find_damage(self.folder))

    # --- The state that is shown --------------------------------------------------------------

    def _attach(self) -> None:
        with reported():
            self._opened = LinkedFolder(self.folder)
            self._index = self._tantivy.Index.open(str(self._opened.path))
            self._index.config_reader("manual")
            schema.register_analyzers(self._index, self._analyzers)
            self._stamp = self._read_stamp()
            self._shown = _View(self._index, self._schema, self._analysis)

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within, this thread goes on seeing one commit, so that an answer is of one piece."""
        self._pinned.view = self._look()
        try:
            yield
        finally:
            self._pinned.view = None

    def _view(self) -> _View:
        return getattr(self._pinned, "view", None) or self._look()

    def _look(self) -> _View:
        """The last commit, whoever made it."""
        stamp = self._read_stamp()
        if stamp != self._stamp:
            with self._refreshing, reported():
                self._opened.refresh()
                self._index.reload()
                self._shown = _View(self._index, self._schema, self._analysis)
                self._stamp = stamp
        return self._shown

    def _read_stamp(self) -> tuple[int, int, int]:
        try:
            status = os.stat(self.folder / META)
        except FileNotFoundError:
            # Another process is beginning anew: what is open stays readable until it is done.
            return self._stamp
        return status.st_mtime_ns, status.st_ino, status.st_size


def _count(view: _View, query: tantivy.Query, request: dict[str, Any]) -> dict[str, Any]:
    with reported():
        found: dict[str, Any] = view.searcher.aggregate(query, request)
    return found


class _View:
    """One commit of the index."""

    def __init__(self, index: tantivy.Index, fields: tantivy.Schema, analysis: Analysis) -> None:
        self.searcher = index.searcher()
        self.compiler = Compiler(self.searcher, fields, analysis)
        self.everything = lru_cache(_LISTS)(self._everything)
        self.summary = lru_cache(_SUMMARIES)(self._summary)

    def numbers(self, hits: Sequence[Any]) -> Numbers:
        values = self.searcher.fast_field_values("id", [hit[1] for hit in hits])
        return np.array(values, np.int64)

    def by_date(self, query: Query, *, newest: bool, limit: int, offset: int = 0) -> Numbers:
        with reported():
            hits = self.searcher.search(
                self.compiler.compile(query).query,
                limit=limit,
                offset=offset,
                count=False,
                order_by_field="newest" if newest else "oldest",
            ).hits
        keys = np.array([hit[0] for hit in hits], np.uint64).astype(np.int64)
        return schema.numbers_of(keys, newest=newest)

    def _everything(self, query: Query) -> Numbers:
        count = self.count(self.compiler.compile(query).query)
        return self.by_date(query, newest=True, limit=max(count, 1))

    def _summary(self, query: Query) -> Summary:
        return read_summary(_count(self, self.compiler.compile(query).query, REQUEST))

    def count(self, query: tantivy.Query) -> int:
        return int(self.searcher.search(query, limit=1).count)  # type: ignore[attr-defined]
