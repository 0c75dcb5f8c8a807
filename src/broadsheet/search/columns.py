"""Columns that grow: arrays in files, mapped for reading, with one row for each work number.

Rows that nobody wrote are zeros. What is put stays in memory until `flush`, so that readers in
other processes see nothing half done and a crash leaves at most rows that will be written again.
Writing goes through the file, not through the map: a full disk is then an error, not a signal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import IndexNotReadyError
from broadsheet.search.state import sync_folder

Numbers = NDArray[np.int64]
Array = NDArray[Any]


class Shape(NamedTuple):
    """What one row of a column holds: `width` values of `dtype`."""

    dtype: str
    width: int = 1

    @property
    def row_bytes(self) -> int:
        return np.dtype(self.dtype).itemsize * self.width


class Columns:
    """Columns of one folder that have the same number of rows."""

    def __init__(self, folder: Path, shapes: Mapping[str, Shape], rows: int) -> None:
        """Map the first `rows` rows; raises IndexNotReadyError when a file is too short."""
        self._folder = folder
        self._shapes = dict(shapes)
        self._pending: list[tuple[Numbers, dict[str, Array]]] = []
        self.rows = rows
        self._maps = {name: self._map(name) for name in shapes}

    def __getitem__(self, name: str) -> Array:
        """The flushed values of a column, read-only: [rows] or [rows, width]."""
        return self._maps[name]

    def touched(self) -> Numbers:
        """Numbers of rows that were put and not flushed yet, sorted."""
        parts = [numbers for numbers, _ in self._pending]
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)

    def put(self, numbers: Numbers, values: Mapping[str, Array]) -> None:
        """Set rows; columns that are not named get zeros. The last put of a row holds."""
        if not len(numbers):
            return
        full = {
            name: np.asarray(values[name], shape.dtype)
            if name in values
            else np.zeros((len(numbers), shape.width), shape.dtype)
            for name, shape in self._shapes.items()
        }
        self._pending.append((np.asarray(numbers, np.int64), full))

    def flush(self, rows: int) -> Numbers:
        """Write what was put, durably, grow every column to `rows`; returns the rows written."""
        numbers, source = self._latest()
        for name, shape in self._shapes.items():
            path = self._folder / name
            if not path.exists():
                path.touch()
                sync_folder(self._folder)
            with open(path, "rb+", buffering=0) as file:
                if file.seek(0, os.SEEK_END) < rows * shape.row_bytes:
                    file.truncate(rows * shape.row_bytes)
                if len(numbers):
                    blocks = [block[name].reshape(len(n), -1) for n, block in self._pending]
                    _write_runs(file, numbers, np.concatenate(blocks)[source], shape)
                os.fsync(file.fileno())
        self._pending.clear()
        self.rows = rows
        self._maps = {name: self._map(name) for name in self._shapes}
        return numbers

    def _latest(self) -> tuple[Numbers, Numbers]:
        """Sorted numbers put, and for each the place of its last value among all puts."""
        if not self._pending:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        everything = np.concatenate([numbers for numbers, _ in self._pending])
        numbers, last = np.unique(everything[::-1], return_index=True)
        return numbers, len(everything) - 1 - last

    def _map(self, name: str) -> Array:
        dtype, width = self._shapes[name]
        shape = (self.rows,) if width == 1 else (self.rows, width)
        if not self.rows:
            return np.zeros(shape, dtype)
        try:
            return np.memmap(self._folder / name, dtype, "r", shape=shape).view(np.ndarray)
        except (OSError, ValueError) as error:
            if isinstance(error, PermissionError):
                raise
            raise IndexNotReadyError(
                f"The search index is damaged: {self._folder.name}/{name} is missing or too short."
            ) from error


def _write_runs(file: FileIO, numbers: Numbers, values: Array, shape: Shape) -> None:
    """Write rows at their places, neighbours together."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-2) != 1)
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        file.seek(int(numbers[start]) * shape.row_bytes)
        data = values[start:end].tobytes()
        while data:
            data = data[file.write(data) :]
