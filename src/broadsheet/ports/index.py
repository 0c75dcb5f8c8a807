"""Search: embedders, and the index that follows the change log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Blend, Results, Sort, Work
from broadsheet.ports.progress import Progress
from broadsheet.query import Query

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of one space.

    `id` names the space with its version ("static-60k-256@1a2b3c4d"); a change of `id` is a new
    space, and everything has to be embedded again.
    """

    id: str
    dim: int

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dim], rows of length 1 (or 0 for a text with nothing in it)."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As `embed_documents`, for queries: some models want a prefix there."""


class IndexState(NamedTuple):
    """What an index says of itself: how far it has followed the change log, and its spaces."""

    position: int
    works: int
    spaces: Mapping[str, int]


DayCounts = Mapping[str, int]
"""How many works have each partial date ("2026-04-17", "2026-04", "2026") that any has."""

NOTHING: Mapping[int, float] = {}


class Index(Protocol):
    """A searchable picture of the works; a cache that can be thrown away and rebuilt.

    One process at a time may write to it (`writing`); any number may search it meanwhile and see
    each `apply` once it has returned.
    """

    def writing(self) -> AbstractContextManager[None]:
        """Take the index's writing lock; raises StorageBusyError when another process has it."""

    def apply(self, puts: Sequence[Work], deletes: Sequence[int], *, position: int) -> None:
        """Bring works in (replacing what was there) and out, then remember `position`.

        Idempotent: after a crash the same changes may come again. The change is durable and
        searchable when `commit` returns.
        """

    def commit(self) -> None:
        """Make all that was applied durable and visible to searches."""

    def state(self) -> IndexState:
        """How far the index has come."""

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
        """One page of results; see `Results` for what each number counts.

        By relevance, words and meaning are weighed as `blend` says, as they are shipped for None.

        By votes or citations, works that have a `standing` come first, the greatest first and
        equal ones newest first, then all others, newest first. What follows from a standing may be
        kept for as long as the same mapping is given. `within` are the works to search among.
        """

    def count_days(self, query: Query, first: str = "", last: str = "") -> DayCounts:
        """How many matches there are on each day, in each month of which no day is known, and in
        each year of which no month is known, between two partial dates, both included."""

    def matches(self, query: Query, *, limit: int) -> tuple[Sequence[int], int]:
        """The newest works that match, at most `limit`, and how many match in all."""

    def vectors(self, work_ids: Sequence[int]) -> tuple[Sequence[int], Vectors]:
        """The vectors of these works, as far as there are any: numbers, and float32 [n, dim] with
        rows of length 1, of the fast space."""

    def related(self, works: Sequence[Work], *, limit: int) -> Results:
        """Works near one work or a set, themselves left out."""

    def highlight(self, query: Query, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        """For each text, the stretches [start, end) in characters that the words match."""

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """(work number, fingerprint of the indexed content) of all that is indexed."""

    def fingerprint(self, work: Work) -> int:
        """The fingerprint that `work` would have if it were indexed as it is now."""

    def check(self) -> Sequence[str]:
        """What is wrong with the index files, one sentence each; empty if nothing is."""

    def reset(self) -> None:
        """Throw everything away and begin anew from position 0."""

    def lacks_vectors(self) -> bool:
        """Whether the fast space does not cover all works: its model is new, say."""

    def embed_pending(
        self,
        fetch: Callable[[Sequence[int]], Mapping[int, Work]],
        progress: Progress,
        *,
        fast_only: bool = False,
    ) -> int:
        """Embed, newest first, the works that a space (the fast one only) has no vectors for yet.

        `fetch` gives works by number. Returns how many were embedded; search serves meanwhile.
        """

    def close(self) -> None:
        """Release files."""
