"""A space: one vector a work, in int8, with sign bits about a centre to find near ones quickly.

A vector v is kept as q = round(127 v / max|v|) with the scale max|v| / 127, so v is about
scale * q. A scale of 0 means that the row has no vector. The codes are derived: bit i of a row is
1 where its vector exceeds the centre, which is the mean of the vectors times its own length, taken
again whenever their number has grown fourfold. Models differ in how far off the origin they put
their vectors: about the plain origin, the 2 % nearest codes held 95 % of the exact top ten for
MiniLM (mean of length 0.3) but 66 % when its vectors were moved to a mean of length 0.9; about the
plain mean 96 % and 95 %, but for the static table (0.3) less than about the origin.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import IndexNotReadyError
from broadsheet.ports import Vectors
from broadsheet.search.columns import Columns, Numbers, Shape
from broadsheet.search.state import SpaceState, sync_folder

FEW = 10_000
BLOCK = 1024
SAMPLE = 512

Codes = NDArray[np.uint8]
Marks = NDArray[np.uint64]


class Space:
    """The vectors of one embedder; `state` says which. Reads see what was flushed last."""

    def __init__(self, root: Path, state: SpaceState, rows: int) -> None:
        """Open the space in its folder under `root`; raises IndexNotReadyError if damaged."""
        self.state = state
        self._folder = root / state.folder
        shapes = {"vectors": Shape("i1", state.dim), "scales": Shape("f4")}
        self._columns = Columns(self._folder, shapes, rows)
        self._marks = Columns(self._folder, {"marks": Shape("u8")}, rows)
        self._open_codes()
        self._sample: Numbers | None = None
        self._count: int | None = None

    @property
    def rows(self) -> int:
        return self._columns.rows

    @property
    def scales(self) -> NDArray[np.float32]:
        """[rows]; 0 where there is no vector."""
        return self._columns["scales"]

    @property
    def marks(self) -> Marks:
        """[rows]: which text each vector was made from, as the caller marked it."""
        return self._marks["marks"]

    @property
    def codes(self) -> Codes | None:
        """[rows, bytes] of sign bits, or None while there are few vectors."""
        return None if self._codes is None else self._codes["codes"]

    def count(self) -> int:
        """How many works have a vector."""
        if self._count is None:
            self._count = int(np.count_nonzero(self.scales))
        return self._count

    def touched(self) -> Numbers:
        """Works that were put or dropped since the last flush."""
        return self._marks.touched()

    def put(self, numbers: Numbers, vectors: Vectors, marks: Marks) -> None:
        """Give works vectors (of length 1, or 0); seen by reads after `flush`."""
        values, scales = quantise(vectors)
        self._columns.put(numbers, {"vectors": values, "scales": scales})
        self._marks.put(numbers, {"marks": marks})

    def drop(self, numbers: Numbers) -> None:
        """Take the vectors of works away; seen by reads after `flush`."""
        self._columns.put(numbers, {})
        self._marks.put(numbers, {})

    def flush(self, rows: int) -> None:
        """Make what was put durable and visible, in a space of `rows` rows.

        The marks come last: where a crash comes between, the row counts as not yet made.
        """
        if not self._folder.exists():
            self._folder.mkdir()
            sync_folder(self._folder.parent)
        written = self._columns.flush(rows)
        self._sample = self._count = None
        if self.count() >= max(FEW, 4 * self.state.codes):
            self._renew_codes()
        elif self._codes is not None:
            self._codes.put(written, {"codes": self._encode(written)})
            self._codes.flush(rows)
        self._marks.flush(rows)

    def remove_old_codes(self) -> None:
        """Delete the files of codes that are no longer in use."""
        kept = self._codes_folder().name
        for folder in self._folder.glob("codes-*"):
            if folder.name != kept:
                for file in folder.iterdir():
                    file.unlink(missing_ok=True)
                folder.rmdir()

    def encode_query(self, vector: NDArray[np.float32]) -> Codes:
        """The sign bits of one vector [dim], as one row."""
        return np.packbits(vector > self._centre)[None, :]

    def get(self, numbers: Numbers) -> Vectors:
        """Vectors [n, dim] of works; zeros where there is none."""
        found = np.zeros((len(numbers), self.state.dim), np.float32)
        inside = (numbers >= 0) & (numbers < self.rows)
        here = numbers[inside]
        found[inside] = self._columns["vectors"][here] * self.scales[here, None]
        return found

    def score(self, vector: NDArray[np.float32], numbers: Numbers) -> NDArray[np.float32]:
        """Inner products of `vector` [dim] with works; NaN where a work has no vector."""
        vectors, scores = self._columns["vectors"], np.full(len(numbers), np.nan, np.float32)
        places = np.flatnonzero((numbers >= 0) & (numbers < self.rows))
        places = places[self.scales[numbers[places]] > 0]
        small = np.empty((BLOCK, self.state.dim), np.int8)
        block = np.empty((BLOCK, self.state.dim), np.float32)
        for start in range(0, len(places), BLOCK):
            some = places[start : start + BLOCK]
            size = len(some)
            # Converted block by block, so that the floats never leave the processor's cache.
            np.take(vectors, numbers[some], axis=0, out=small[:size], mode="clip")
            block[:size] = small[:size]
            scores[some] = np.vecdot(block[:size], vector) * self.scales[numbers[some]]
        return scores

    def find_ground(self, vector: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and deviation of the scores of works that have nothing to do with `vector` [dim].

        Estimated from works that are evenly spread over all that have a vector.
        """
        if self._sample is None:
            present = np.flatnonzero(self.scales)
            places = np.linspace(0, len(present) - 1, min(SAMPLE, len(present))).astype(np.int64)
            self._sample = present[places]
        scores = self.score(vector, self._sample)
        return float(scores.mean()), float(scores.std())

    # --- Codes --------------------------------------------------------------------------------

    def _codes_folder(self) -> Path:
        return self._folder / f"codes-{self.state.codes}"

    def _open_codes(self) -> None:
        self._codes: Columns | None = None
        self._centre = np.zeros(self.state.dim, np.float32)
        if self.state.codes:
            folder, shape = self._codes_folder(), Shape("u1", -(-self.state.dim // 8))
            self._centre = _read_centre(folder / "centre", self.state.dim)
            self._codes = Columns(folder, {"codes": shape}, self.rows)

    def _renew_codes(self) -> None:
        """Take a new centre and write the codes of all rows about it, beside the old ones."""
        self.state = SpaceState(
            self.state.id, self.state.dim, self.state.folder, codes=self.count()
        )
        folder, everything = self._codes_folder(), np.arange(self.rows)
        folder.mkdir(exist_ok=True)
        present = np.flatnonzero(self.scales)
        mean = _mean(self, present)
        self._centre = mean * np.linalg.norm(mean)
        _write_centre(folder / "centre", self._centre)
        self._codes = Columns(folder, {"codes": Shape("u1", -(-self.state.dim // 8))}, 0)
        self._codes.put(everything, {"codes": self._encode(everything)})
        self._codes.flush(self.rows)
        sync_folder(folder)

    def _encode(self, numbers: Numbers) -> Codes:
        """Sign bits of rows that are flushed."""
        codes = np.empty((len(numbers), -(-self.state.dim // 8)), np.uint8)
        for start in range(0, len(numbers), BLOCK):
            some = slice(start, start + BLOCK)
            codes[some] = np.packbits(self.get(numbers[some]) > self._centre, axis=1)
        return codes


def quantise(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 rows and their scales; a row of zeros has the scale 1, because it *is* a vector."""
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.round(vectors / scales[:, None]).astype(np.int8), scales


def _mean(space: Space, numbers: Numbers) -> NDArray[np.float32]:
    total = np.zeros(space.state.dim, np.float64)
    for start in range(0, len(numbers), BLOCK):
        total += space.get(numbers[start : start + BLOCK]).sum(axis=0)
    return (total / max(len(numbers), 1)).astype(np.float32)


def _read_centre(path: Path, dim: int) -> NDArray[np.float32]:
    try:
        centre = np.fromfile(path, np.float32)
    except FileNotFoundError:
        centre = np.empty(0, np.float32)
    if len(centre) != dim:
        raise IndexNotReadyError(f"The search index is damaged: {path.parent.name}/centre.")
    return centre


def _write_centre(path: Path, centre: NDArray[np.float32]) -> None:
    with open(path, "wb") as file:
        file.write(centre.tobytes())
        os.fsync(file.fileno())
