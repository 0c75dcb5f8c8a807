"""What an index remembers of itself, in one small file that is replaced whole.

The file is written after everything it speaks of is on the disk. Without it there is no index:
whatever lies beside it belongs to a build that never ended, and is built again.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from broadsheet.errors import IndexNotReadyError

FILE = "state.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class SpaceState:
    """A space of vectors: the embedder's id, its dimensions, and which codes are in use.

    `codes` is the number of vectors that the centre of the sign bits was taken from; 0 while
    there are so few vectors that none are kept.
    """

    id: str
    dim: int
    folder: str
    codes: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How far the index has followed the change log, its rows, its spaces; oldest space first."""

    position: int = 0
    rows: int = 0
    spaces: tuple[SpaceState, ...] = ()


def read_state(folder: Path) -> State | None:
    """The state in a folder, or None where none was written; raises IndexNotReadyError."""
    try:
        raw = orjson.loads((folder / FILE).read_bytes())
        if raw.pop("version") != VERSION:
            raise IndexNotReadyError("The search index is of another make; it has to be rebuilt.")
        spaces = tuple(SpaceState(**space) for space in raw.pop("spaces"))
        return State(spaces=spaces, **raw)
    except FileNotFoundError:
        return None
    except (
        IsADirectoryError,
        orjson.JSONDecodeError,
        AttributeError,
        KeyError,
        TypeError,
    ) as error:
        raise IndexNotReadyError(f"The search index is damaged: {FILE} is unreadable.") from error


def write_state(folder: Path, state: State) -> None:
    """Replace the state, durably."""
    data = orjson.dumps({"version": VERSION, **asdict(state)})
    temporary = folder / f"{FILE}.new"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / FILE)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(folder: Path) -> tuple[int, int] | None:
    """Something that differs whenever the state was written anew; None where there is none."""
    try:
        found = os.stat(folder / FILE)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
