"""A folder of arrays that can be thrown away, behind `ports.ArrayCache`.

A file a name: a line of JSON that says what it holds, padded to `ALIGNED` bytes, then the arrays.
It is written beside its place and renamed into it, so that it is there as a whole or not at all;
who has mapped the one before keeps that. What was cut off, changed or written by another version of
this module counts as not there.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, NamedTuple

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
_NUMBERS = re.compile(f"[<>|][{''.join(sorted(KINDS))}][0-9]{{1,2}}")
"""How numpy writes down a type of such a kind."""


class ArrayFolder:
    """Fulfils `ports.ArrayCache`: a file a name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays of a name, mapped from disk and not to be written to; None if not whole."""
        try:
            with open(self._folder / f"{name}{SUFFIX}", "rb") as file:
                return _read(file)
        except (OSError, ValueError, TypeError, OverflowError):
            return None

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Keep arrays under a name; whether they were kept: where the folder cannot be written to,
        or its disk is full, what was there stays."""
        part = self._folder / f"{name}.{token_hex(8)}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(part, "xb") as file:
                _write(file, {key: np.ascontiguousarray(arrays[key]) for key in arrays})
            part.replace(self._folder / f"{name}{SUFFIX}")
        except OSError:
            with suppress(OSError):
                part.unlink()
            return False
        return True


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


class _Place(NamedTuple):
    """An array in a file: where it begins after the head, and its checksum."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    sum_: int


def _read(file: IO[bytes]) -> Mapping[str, NDArray[Any]]:
    """Raises ValueError, TypeError or OverflowError for what `_write` has not written."""
    line = file.readline(LONGEST_HEAD)
    size, places = _read_head(orjson.loads(line))
    start = _pad(len(line))
    whole = np.memmap(file, np.uint8, "r", start, (size,)) if size else b""
    arrays = {}
    for key, (dtype, shape, offset, sum_) in places.items():
        count = math.prod(shape)
        array = np.frombuffer(whole, dtype, count, offset) if count else np.empty(0, dtype)
        if count and zlib.crc32(array.data) != sum_:
            raise ValueError("Damaged.")
        arrays[key] = array.reshape(shape)
    return arrays


def _read_head(head: object) -> tuple[int, Mapping[str, _Place]]:
    """How many bytes of arrays follow a head, and where each array is among them."""
    match head:
        case {"format": int(made), "bytes": int(size), "arrays": dict(arrays)} if made == FORMAT:
            return size, {key: _read_place(place) for key, place in arrays.items()}
    raise ValueError("Of another make, or another version.")


def _read_place(place: object) -> _Place:
    match place:
        case [str(kind), [*shape], int(offset), int(sum_)] if _NUMBERS.fullmatch(kind):
            sizes = tuple(size for size in shape if isinstance(size, int) and size >= 0)
            if len(sizes) == len(shape):
                return _Place(np.dtype(kind), sizes, offset, sum_)
    raise ValueError("Not numbers.")


def _pad(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
