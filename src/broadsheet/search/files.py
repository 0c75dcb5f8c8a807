"""The files of a lexical index: made by this version, all there, and unharmed.

Every file of a segment ends in a footer that holds the CRC-32 of the rest. Opening an index looks
at the footers, which costs nothing; `find_damage` reads everything.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from broadsheet.errors import IndexNotReadyError
from broadsheet.search.schema import VERSION

META = "meta.json"
_MAKE = "make.json"
_PARTS = ("idx", "pos", "term", "fast", "fieldnorm", "store")
_END = struct.Struct("<II")
_MAGIC = 1337
_LONGEST_FOOTER = 4096
_CHUNK = 1 << 20


def is_made(folder: Path) -> bool:
    """Whether there is, or was, an index in the folder."""
    return folder.is_dir() and any(folder.iterdir())


def sign(folder: Path) -> None:
    """Leave word which version made the index and with which schema."""
    schema = _read_json(folder / META).get("schema")
    (folder / _MAKE).write_bytes(orjson.dumps({"version": VERSION, "schema": schema}))


def check_make(folder: Path) -> None:
    """Raises IndexNotReadyError unless this version made the index and no file is cut short."""
    make, meta = _read_json(folder / _MAKE), _read_json(folder / META)
    if make.get("version") != VERSION or make.get("schema") != meta.get("schema"):
        raise IndexNotReadyError("The search index is of another make; it has to be rebuilt.")
    for path in _segment_files(folder, meta):
        if _read_checksum(path) is None:
            raise IndexNotReadyError(
                f"The search index is damaged: {path.name} is missing or cut short."
            )


def find_damage(folder: Path) -> Iterator[str]:
    """One sentence for each file whose content is not what was written."""
    for path in _segment_files(folder, _read_json(folder / META)):
        expected = _read_checksum(path)
        if expected is None:
            yield f"The index file {path.name} is missing or cut short."
        elif _compute_checksum(path) != expected:
            yield f"The index file {path.name} is damaged."


def _segment_files(folder: Path, meta: dict[str, Any]) -> Iterator[Path]:
    try:
        for segment in meta["segments"]:
            name = segment["segment_id"].replace("-", "")
            for part in _PARTS:
                yield folder / f"{name}.{part}"
            if segment["deletes"]:
                yield folder / f"{name}.{segment['deletes']['opstamp']}.del"
    except (KeyError, TypeError, AttributeError) as error:
        raise IndexNotReadyError(f"The search index is damaged: {META} is unreadable.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = orjson.loads(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, orjson.JSONDecodeError) as error:
        raise IndexNotReadyError(
            f"The search index is damaged: {path.name} is missing or unreadable."
        ) from error
    return data if isinstance(data, dict) else {}


def _read_checksum(path: Path) -> int | None:
    """The CRC-32 in the footer, or None where there is no sound footer."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _LONGEST_FOOTER))
            tail = file.read()
        length, magic = _END.unpack(tail[-_END.size :])
        footer = orjson.loads(tail[-_END.size - length : -_END.size])
        return int(footer["crc"]) if magic == _MAGIC else None
    except (FileNotFoundError, IsADirectoryError, struct.error, ValueError, KeyError, TypeError):
        return None


def _compute_checksum(path: Path) -> int:
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(size - _END.size)
        left = size - _END.size - int(_END.unpack(file.read())[0])
        file.seek(0)
        checksum = 0
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            checksum = zlib.crc32(chunk, checksum)
            left -= len(chunk)
    return checksum
