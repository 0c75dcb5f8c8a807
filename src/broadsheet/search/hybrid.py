"""The index of works: words and meaning together, in step with the change log.

A folder holds `state.json`, `lexical/` (tantivy) and `spaces/` (vectors). The state is written
last, after everything else is on the disk, so a crash at any moment only makes the same changes
come again. What is found damaged is moved aside, and the index begins anew.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from broadsheet.errors import IndexNotReadyError, StorageFullError
from broadsheet.model import Blend, Hit, Results, Sort, Spoke, Work
from broadsheet.ports import Embedder, IndexState, Progress, Vectors
from broadsheet.ports.index import NOTHING
from broadsheet.query import Query
from broadsheet.search.bounded import bound
from broadsheet.search.columns import Numbers
from broadsheet.search.filling import Batches
from broadsheet.search.fusion import SHIPPED
from broadsheet.search.lexical import LexicalIndex
from broadsheet.search.lock import hold_lock
from broadsheet.search.meaning import Meaning, text_of
from broadsheet.search.near import ask
from broadsheet.search.ranking import Material, gather, rank, take_page
from broadsheet.search.related import find_related
from broadsheet.search.standing import Standings, take_best
from broadsheet.search.state import FILE, State, read_state, stamp, write_state

LEXICAL = "lexical"
SPACES = "spaces"
NOTHING_MATCHES = "No paper has these words; the ones shown are near in meaning."


class _Shown(NamedTuple):
    """What searches see: the last commit, whichever process made it."""

    stamp: tuple[int, int] | None
    state: State
    meaning: Meaning


_Gathered = tuple[object, tuple[Material, tuple[str, ...]] | None]
"""A query at a state of the index, and what there was to blend for it."""


class HybridIndex:
    """Fulfils `ports.Index`. Searches may run in several threads while one of them writes."""

    def __init__(self, path: Path, embedders: Sequence[Embedder], lexical: LexicalIndex) -> None:
        self._path = path
        self._embedders = tuple(embedders)
        self._lexical = lexical
        self._standings = Standings()
        self._gathered: _Gathered = None, None
        self._shown = self._read()
        self._writer: Meaning | None = None
        self._position = 0

    @classmethod
    def open(cls, path: Path, embedders: Sequence[Embedder]) -> HybridIndex:
        """Open the index in a folder, which is made if need be.

        `embedders` are those in use, the fast one first. An index that is damaged or of another
        make is moved aside and begun anew, at position 0; raises StorageBusyError when another
        process is writing to it.
        """
        # Where the words are gone and the state is not, they would begin empty at its position.
        fresh = stamp(path) is None
        try:
            return cls(path, embedders, LexicalIndex.open(path / LEXICAL, create=fresh))
        except IndexNotReadyError:
            with hold_lock(_lock_of(path)):
                _begin_anew(path)
            return cls(path, embedders, LexicalIndex.open(path / LEXICAL))

    def close(self) -> None:
        """Release files; what was not committed is lost."""
        self._writer = None
        self._lexical.close()

    # --- Following the change log -------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Take the writing lock, and see what was committed last."""
        with hold_lock(_lock_of(self._path)), self._lexical.writing():
            self._writer = None
            try:
                yield
            finally:
                self._writer = None

    def apply(self, puts: Sequence[Work], deletes: Sequence[int], *, position: int) -> None:
        """Bring works in and out. tantivy indexes in threads of its own while we embed."""
        writer = self._open_writer()
        self._lexical.add(puts)
        self._lexical.remove(deletes)
        writer.put(puts)
        writer.drop(np.array(deletes, np.int64))
        self._position = position

    def commit(self) -> None:
        """Make what was applied durable and visible: words, vectors, and last the state."""
        writer = self._open_writer()
        self._lexical.commit()
        with _telling_of_full_disk():
            rows, spaces = writer.flush()
            write_state(self._path, State(self._position, rows, spaces))
        writer.tidy()

    def reset(self) -> None:
        """Throw everything away and begin anew from position 0."""
        (self._path / FILE).unlink(missing_ok=True)
        self._lexical.reset()
        shutil.rmtree(self._path / SPACES, ignore_errors=True)
        self._writer = None
        self._show()

    def state(self) -> IndexState:
        """How far the index has come, and how many works each space has vectors of."""
        shown = self._show()
        spaces = {space.state.id: space.count() for space in shown.meaning.spaces}
        return IndexState(shown.state.position, self._lexical.num_docs(), spaces)

    def lacks_vectors(self) -> bool:
        """Whether the fast space does not cover all works; found out once a commit."""
        meaning = self._show().meaning
        return bool(meaning.spaces) and not meaning.is_complete(0)

    def embed_pending(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, Work]],
        progress: Progress,
        *,
        fast_only: bool = False,
    ) -> int:
        """Embed what a space has no current vector of, newest first; see `ports.Index`.

        The lock is taken for each batch, and only while its vectors are written, so that imports
        and searches go on in between. Raises StorageBusyError while another process is writing,
        and EmbedderError; what was embedded before stays.
        """
        done = 0
        for place, embedder in enumerate(self._embedders[: 1 if fast_only else None]):
            batches = Batches(self._lexical, self._show().meaning.pending(place), fast=place == 0)
            for numbers in batches:
                works = list(fetch(numbers.tolist()).values())
                if works:
                    vectors = embedder.embed_documents([text_of(work) for work in works])
                    done += self._fill(place, works, vectors)
                progress("Embedding", batches.done, batches.total)
        if done:
            self._retire_old_spaces()
        return done

    def _fill(self, place: int, works: Sequence[Work], vectors: Vectors) -> int:
        with self.writing():
            taken = self._open_writer().fill(place, works, vectors)
            self.commit()
        return taken

    def _retire_old_spaces(self) -> None:
        meaning = self._show().meaning
        if meaning.old and all(map(meaning.is_complete, range(len(meaning.spaces)))):
            with self.writing():
                self._open_writer().retire()
                self.commit()

    # --- Searching ----------------------------------------------------------------------------

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int,
        sort: Sort,
        facets: bool,
        standing: Mapping[int, float] = NOTHING,
        within: Collection[int] | None = None,
        blend: Blend | None = None,
    ) -> Results:
        """One page of results, see `ports.Index`; but for relevance, only what the words match."""
        query = bound(query, within)
        # Looked at before the words are: what is kept under it is never older than it says.
        seen = stamp(self._path)
        with self._lexical.steady():
            counting = self._lexical.start_aggregate(query) if facets else None
            if query.terms and sort is Sort.RELEVANCE:
                material, notes = self._gather(query, seen, keep=blend is not None)
                ranking = rank(material, blend or SHIPPED)
                hits = take_page(self._lexical, ranking, query, limit=limit + 1, offset=offset)
            else:
                numbers = self._order(query, sort, standing, limit=limit + 1, offset=offset)
                hits = [Hit(number, 0.0, Spoke.WORDS) for number in numbers.tolist()]
                notes = ()
            summary = counting() if counting else None
            total = summary.total if summary else self._lexical.count(query)
            matching = self._lexical.matching(query)
        if hits and not total:
            notes = (NOTHING_MATCHES, *notes)
        return Results(
            hits=tuple(hits[:limit]),
            total=total,
            matching=matching,
            facets=summary.facets if summary else {},
            months=summary.months if summary else (),
            more=len(hits) > limit,
            notes=notes,
        )

    def _gather(
        self, query: Query, seen: tuple[int, int] | None, *, keep: bool
    ) -> tuple[Material, tuple[str, ...]]:
        """What there is to blend for a query; who tries several blends finds it kept."""
        key, found = self._gathered
        if found is None or key != (query, seen):
            question = ask(self._show().meaning, query.text)
            found = gather(self._lexical, question, query), question.notes
            if keep and not question.notes:
                self._gathered = (query, seen), found
        return found

    def _order(
        self, query: Query, sort: Sort, standing: Mapping[int, float], *, limit: int, offset: int
    ) -> Numbers:
        if sort not in (Sort.VOTES, Sort.CITATIONS):
            return self._lexical.ordered(query, sort, limit, offset)
        matches, ranks = self._lexical.everything(query), self._standings.rank(standing)
        return take_best(matches, ranks, limit=limit, offset=offset)

    def count_days(self, query: Query, first: str = "", last: str = "") -> Mapping[str, int]:
        """How many matches each day has, see `ports.Index`."""
        return self._lexical.count_days(query, first, last)

    def matches(self, query: Query, *, limit: int) -> tuple[Sequence[int], int]:
        """The newest works that match, at most `limit`, and how many match in all."""
        newest = self._lexical.ordered(query, Sort.NEWEST, limit)
        return newest.tolist(), self._lexical.count(query)

    def vectors(self, work_ids: Sequence[int]) -> tuple[Sequence[int], Vectors]:
        """The vectors of works in the fast space, of those that have one; see `ports.Index`."""
        spaces = self._show().meaning.spaces
        if not spaces or not work_ids:
            return [], np.zeros((0, 0), np.float32)
        numbers = np.array(work_ids, np.int64)
        found = spaces[0].get(numbers)
        lengths = np.linalg.norm(found, axis=1)
        there = lengths > 0
        return numbers[there].tolist(), found[there] / lengths[there, None]

    def related(self, works: Sequence[Work], *, limit: int) -> Results:
        """Works near one work or a set: near the middle of their vectors, or by their titles."""
        return find_related(self._show().meaning, self._lexical, works, limit)

    def highlight(self, query: Query, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        """For each text, the stretches [start, end) in characters that the words match."""
        return self._lexical.highlight(query, texts)

    # --- Keeping ------------------------------------------------------------------------------

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """(work number, fingerprint of the indexed content) of all that is indexed."""
        return self._lexical.fingerprints()

    def fingerprint(self, work: Work) -> int:
        """The fingerprint that `work` would have if it were indexed as it is now."""
        return self._lexical.fingerprint(work)

    def check(self) -> Sequence[str]:
        """What is wrong with the index files, one sentence each; empty if nothing is."""
        problems = [*self._lexical.check(), *self._show().meaning.check()]
        words, meaning = self._lexical.num_docs(), self._show().meaning.count()
        if words != meaning:
            problems.append(f"The index has the words of {words} papers and texts of {meaning}.")
        return problems

    # --- What is shown and what is written ----------------------------------------------------

    def _show(self) -> _Shown:
        """The last commit, whoever made it; costs a look at one file's date."""
        if stamp(self._path) != self._shown.stamp:
            self._shown = self._read()
        return self._shown

    def _read(self) -> _Shown:
        while True:
            now = stamp(self._path)
            try:
                state = read_state(self._path) or State()
                return _Shown(now, state, Meaning(self._path / SPACES, state, self._embedders))
            except IndexNotReadyError:
                # Files that a state speaks of go away when the next one has been written.
                if stamp(self._path) == now:
                    raise

    def _open_writer(self) -> Meaning:
        if self._writer is None:
            shown = self._read()
            self._writer, self._position = shown.meaning, shown.state.position
        return self._writer


def _lock_of(path: Path) -> Path:
    """The lock file lies beside the folder, so that it outlives it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.lock")


def _begin_anew(path: Path) -> None:
    """Move an index aside, in place of the one before; sound vectors stay: they cost the most."""
    state = _find_sound_vectors(path)
    aside = path.with_name(f"{path.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    path.rename(aside)
    if state:
        path.mkdir()
        (aside / SPACES).rename(path / SPACES)
        write_state(path, replace(state, position=0))


def _find_sound_vectors(path: Path) -> State | None:
    try:
        if state := read_state(path):
            Meaning(path / SPACES, state, ())
    except IndexNotReadyError:
        return None
    return state


@contextmanager
def _telling_of_full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(
                "The disk is full; the search index could not be written."
            ) from error
        raise
