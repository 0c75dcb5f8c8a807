"""A folder of arrays that can be thrown away, behind `ports.ArrayCache`.

A file a name: a line of JSON that says what it holds, padded to `ALIGNED` bytes, then the arrays.
It is written beside its place and renamed into it, so that it is there as a whole or not at all;
who has mapped the one before keeps that. What was cut off, changed or written by another version of
this module counts as not there.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

import numpy as np
import orjson
from numpy.typing import NDArray

__all__ = ["ArrayFolder"]

FORMAT = 1
ALIGNED = 64
SUFFIX = ".arrays"
LONGEST_HEAD = 1 << 20
KINDS = frozenset("biuf")
"""Kinds of numbers that are kept: never objects, which would be unpickled."""


class ArrayFolder:
    """Fulfils `ports.ArrayCache`: a file a name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays of a name, mapped from disk and not to be written to; None if not whole."""
        try:
            with open(self._folder / f"{name}{SUFFIX}", "rb") as file:
                return _read(file)
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a name; where the folder cannot be written to, what was there stays."""
        part = self._folder / f"{name}.{token_hex(8)}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(part, "xb") as file:
                _write(file, {key: np.ascontiguousarray(arrays[key]) for key in arrays})
            part.replace(self._folder / f"{name}{SUFFIX}")
        except OSError:
            with suppress(OSError):
                part.unlink()


def _write(file: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    head, place = {}, 0
    for key, array in arrays.items():
        if array.dtype.kind not in KINDS:
            raise TypeError(f"{key} holds {array.dtype}; numbers are kept only.")
        sum_ = zlib.crc32(array.data) if array.size else 0
        head[key] = [array.dtype.str, list(array.shape), place, sum_]
        place += _pad(array.nbytes)
    line = orjson.dumps({"format": FORMAT, "arrays": head, "bytes": place}) + b"\n"
    file.write(line.ljust(_pad(len(line)), b" "))
    for array in arrays.values():
        if array.size:
            file.write(array.data)
        file.write(bytes(_pad(array.nbytes) - array.nbytes))


def _read(file: IO[bytes]) -> Mapping[str, NDArray[Any]]:
    """Raises ValueError, KeyError, TypeError or OverflowError for what `_write` has not written."""
    line = file.readline(LONGEST_HEAD)
    head = orjson.loads(line)
    if head["format"] != FORMAT:
        raise ValueError("Of another version.")
    start = _pad(len(line))
    whole = np.memmap(file, np.uint8, "r", start, (head["bytes"],)) if head["bytes"] else b""
    arrays = {}
    for key, (kind, shape, place, sum_) in head["arrays"].items():
        dtype, count = np.dtype(kind), int(np.prod(shape, dtype=np.int64))
        if dtype.kind not in KINDS:
            raise ValueError("Not numbers.")
        array = np.frombuffer(whole, dtype, count, place) if count else np.empty(0, dtype)
        if count and zlib.crc32(array.data) != sum_:
            raise ValueError("Damaged.")
        arrays[key] = array.reshape(shape)
    return arrays


def _pad(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
