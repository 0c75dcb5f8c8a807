"""What the works mean: a mark for each text that is indexed, and a space for each embedder.

The first embedder is the fast one, which is asked while works are indexed; the others are slower
and better, and are filled afterwards (`pending`). A work's vector is current where the mark of
its text equals the mark in the space, so a text that did not change is not embedded again.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Work
from broadsheet.ports import Embedder
from broadsheet.search.columns import Columns, Numbers, Shape
from broadsheet.search.space import Marks, Space
from broadsheet.search.state import SpaceState, State


class Meaning:
    """The dense half of an index: what its state speaks of, opened."""

    def __init__(self, root: Path, state: State, embedders: Sequence[Embedder]) -> None:
        """Open the spaces in `state`, and begin one for every embedder that has none.

        `old` are spaces whose embedder is not in use. Raises IndexNotReadyError when files are
        missing or too short.
        """
        self._root = root
        self._rows = state.rows
        self._texts = Columns(root, {"texts": Shape("u8")}, state.rows)
        self.embedders = tuple(embedders)
        kept = {space.id: Space(root, space, state.rows) for space in state.spaces}
        self.spaces = tuple(kept.get(e.id) or Space(root, _begin(e), 0) for e in embedders)
        self.old = tuple(space for space in kept.values() if space not in self.spaces)
        self._complete: dict[int, bool] = {}

    @property
    def texts(self) -> Marks:
        """[rows]: the mark of each work's text; 0 where there is no such work."""
        return self._texts["texts"]

    def count(self) -> int:
        """How many works are indexed."""
        return int(np.count_nonzero(self.texts))

    def check(self) -> list[str]:
        """What is wrong with the vectors, one sentence each."""
        return [
            f"The vectors of {space.state.id} are damaged."
            for space in self._all_spaces()
            if not np.all(np.isfinite(space.scales))
        ]

    def put(self, works: Sequence[Work]) -> None:
        """Note the texts of works and embed those that are new to the first space."""
        if not works:
            return
        numbers, marks = _numbers(works), mark_texts(works)
        self._rows = max(self._rows, int(numbers.max()) + 1)
        self._texts.put(numbers, {"texts": marks})
        if self.spaces:
            first = self.spaces[0]
            known = _at(first.marks, numbers) == marks
            known &= ~np.isin(numbers, first.touched())
            self._embed(0, works, ~known)

    def drop(self, numbers: Numbers) -> None:
        """Forget works."""
        known = np.unique(numbers[(numbers >= 0) & (numbers < self._rows)])
        self._texts.put(known, {})
        for space in self._all_spaces():
            space.drop(known)

    def pending(self, place: int) -> Numbers:
        """Works that the space at `place` has no current vector for, newest number first."""
        everything = np.arange(len(self.texts))
        stale = (self.texts != 0) & (self.texts != _at(self.spaces[place].marks, everything))
        return np.flatnonzero(stale)[::-1]

    def is_complete(self, place: int) -> bool:
        """Whether the space at `place` has a current vector for every work; found out once."""
        if place not in self._complete:
            self._complete[place] = not len(self.pending(place))
        return self._complete[place]

    def fill(self, place: int, works: Sequence[Work], vectors: NDArray[np.float32]) -> int:
        """Give works the vectors [n, dim] of the space at `place`; returns how many it took.

        A work whose text has changed since `works` was fetched is left for later.
        """
        numbers, marks = _numbers(works), mark_texts(works)
        current = _at(self.texts, numbers) == marks
        self.spaces[place].put(numbers[current], vectors[current], marks[current])
        return int(current.sum())

    def retire(self) -> None:
        """Let go of the spaces whose embedder is not in use."""
        self.old = ()

    def flush(self) -> tuple[int, tuple[SpaceState, ...]]:
        """Make everything durable; returns the rows and spaces for the index's state."""
        self._root.mkdir(parents=True, exist_ok=True)
        for space in self._all_spaces():
            space.flush(self._rows)
        self._texts.flush(self._rows)
        self._complete.clear()
        return self._rows, tuple(space.state for space in self._all_spaces())

    def tidy(self) -> None:
        """Delete what the saved state no longer speaks of."""
        kept = {space.state.folder for space in self._all_spaces()}
        for folder in self._root.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder)
        for space in self._all_spaces():
            space.remove_old_codes()

    def _all_spaces(self) -> tuple[Space, ...]:
        return (*self.old, *self.spaces)

    def _embed(self, place: int, works: Sequence[Work], wanted: NDArray[np.bool_]) -> None:
        some = [work for work, yes in zip(works, wanted, strict=True) if yes]
        if some:
            vectors = self.embedders[place].embed_documents([text_of(work) for work in some])
            self.spaces[place].put(_numbers(some), vectors, mark_texts(some))


def text_of(work: Work) -> str:
    """What is embedded of a work: its title and what there is to read."""
    return f"{work.title}. {work.text}" if work.text else work.title


def mark_texts(works: Sequence[Work]) -> Marks:
    """A number other than 0 for the text of each work; equal texts have equal marks."""
    digests = b"".join(
        hashlib.blake2b(text_of(work).encode("utf-8", "replace"), digest_size=8).digest()
        for work in works
    )
    return np.maximum(np.frombuffer(digests, np.uint64), np.uint64(1))


def _numbers(works: Sequence[Work]) -> Numbers:
    return np.array([work.id for work in works], np.int64)


def _at(marks: Marks, numbers: Numbers) -> Marks:
    """The marks of rows, 0 for rows beyond the end."""
    inside = numbers < len(marks)
    found = np.zeros(len(numbers), np.uint64)
    found[inside] = marks[numbers[inside]]
    return found


def _begin(embedder: Embedder) -> SpaceState:
    """An empty space; its folder's name follows from the id, so it never holds another's rows."""
    name = hashlib.blake2b(embedder.id.encode(), digest_size=6).hexdigest()
    return SpaceState(embedder.id, embedder.dim, f"space-{name}")
