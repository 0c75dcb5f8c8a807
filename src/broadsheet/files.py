"""Opening what a person names: plain, gzip or zstandard, a file or standard input.

Everything streams. A file that expands beyond all measure is refused on the way, and one that
ends in the middle gives all that it has before it says so.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from broadsheet.errors import BadFileError
from broadsheet.text import clean_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"
HEAD_BYTES = 1 << 16
BUFFER_BYTES = 1 << 17
CHUNK_BYTES = 1 << 16

FREE_BYTES = 1 << 26
MAX_RATIO = 200
"""Text compresses 3 to 30 times; what gives over 200 times its size, once it has given 64 MiB,
is a bomb."""

ZSTD_STEP = 1 << 10
"""zstandard cannot be told when to stop, and 1 KiB of it can hold 32 MiB, so it is fed slowly."""


class Upload(NamedTuple):
    """A file that came over the wire; `name` is what its sender calls it."""

    name: str
    body: bytes


@dataclass(slots=True)
class Source:
    """An open file: `stream` gives its decompressed bytes, and `head` the first of them.

    `name` is for people, `filename` for telling kinds apart (no folder, no ".gz"); `size` is the
    number of bytes on disk, None where that cannot be known.
    """

    name: str
    stream: BinaryIO
    head: bytes
    filename: str
    size: int | None
    _raw: _Counted
    _expanded: _Stream

    def position(self) -> int:
        """How many of the bytes on disk have been read."""
        return self._raw.count

    def given(self) -> int:
        """How many decompressed bytes have been read (a little ahead of the reader)."""
        return self._expanded.given


@contextmanager
def open_source(path: Path | str | Upload) -> Iterator[Source]:
    """Open a file, standard input for "-", or what was uploaded.

    Raises BadFileError, with one sentence, for what is missing, a folder, unreadable or empty;
    reading the stream raises it where compressed data are damaged, cut off or a bomb.
    """
    name = _name_of(path)
    with _open(path, name) as (file, size):
        raw = _Counted(file)
        magic = raw.peek(4)
        inflate, suffix = _choose(magic)
        expanded = _Stream(raw, inflate(raw), name)
        stream = io.BufferedReader(expanded, BUFFER_BYTES)
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
        if not head.strip():
            raise BadFileError(f"{name} is empty.")
        filename = Path(name).name
        if suffix and filename.lower().endswith(suffix):
            filename = filename[: -len(suffix)]
        yield Source(name, stream, head, filename, size, raw, expanded)


def _name_of(path: Path | str | Upload) -> str:
    if isinstance(path, Upload):
        return clean_line(path.name)[:100] or "the file"
    return "standard input" if str(path) == STDIN else str(path)


@contextmanager
def _open(path: Path | str | Upload, name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    if isinstance(path, Upload):
        yield io.BytesIO(path.body), len(path.body)
        return
    if str(path) == STDIN:
        if sys.stdin is None:
            raise BadFileError("Standard input is closed; there is nothing to read.")
        yield sys.stdin.buffer, None
        return
    path = Path(path)
    try:
        file = path.open("rb")
    except IsADirectoryError as error:
        raise BadFileError(f"{name} is a folder; name the files in it.") from error
    except FileNotFoundError as error:
        raise BadFileError(f"There is no file {name}.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise BadFileError(f"{name} cannot be opened: {reason}.") from error
    with file:
        yield file, path.stat().st_size if path.is_file() else None


class _DamagedError(Exception):
    """What a decompressor says of bytes that are not what they should be."""


class _Inflate(Protocol):
    """Gives some decompressed bytes (at most about `size`, none at the end)."""

    def __call__(self, size: int) -> bytes: ...


class _Counted:
    """The bytes on disk, counted as they are read, with a look at the first few."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ahead = b""
        self.count = 0

    def peek(self, size: int) -> bytes:
        while len(self._ahead) < size and (more := self._file.read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        data = data or self._file.read(size)
        self.count += len(data)
        return data


def _choose(magic: bytes) -> tuple[Callable[[_Counted], _Inflate], str]:
    if magic[:2] == b"\x1f\x8b":
        return _gunzip, ".gz"
    if magic == b"\x28\xb5\x2f\xfd":
        return _unzstd, ".zst"
    return (lambda raw: raw.read), ""


def _gunzip(raw: _Counted) -> _Inflate:
    return gzip.GzipFile(fileobj=raw, mode="rb").read1  # type: ignore[call-overload,no-any-return]


def _unzstd(raw: _Counted) -> _Inflate:
    import zstandard

    def frames() -> Iterator[bytes]:
        data = raw.read(ZSTD_STEP)
        while data:
            frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
            while not frame.eof:
                if not data:
                    raise EOFError
                try:
                    piece = frame.decompress(data)
                except zstandard.ZstdError as error:
                    raise _DamagedError(error) from error
                yield piece
                data = frame.unused_data or raw.read(ZSTD_STEP)

    pieces = frames()

    def inflate(size: int) -> bytes:
        return next((piece for piece in pieces if piece), b"")

    return inflate


class _Stream(io.RawIOBase):
    """Decompressed bytes as a raw stream: fills what it is asked to fill, fails in sentences."""

    def __init__(self, raw: _Counted, inflate: _Inflate, name: str) -> None:
        self._raw = raw
        self._inflate = inflate
        self._name = name
        self.given = 0
        self._rest = memoryview(b"")
        self._error: BadFileError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view):
            if not self._rest:
                self._rest = memoryview(self._next(len(view) - filled, filled))
                if not self._rest:
                    break
            piece = self._rest[: len(view) - filled]
            view[filled : filled + len(piece)] = piece
            self._rest = self._rest[len(piece) :]
            filled += len(piece)
        return filled

    def _next(self, size: int, filled: int) -> bytes:
        """More bytes; an error waits until the bytes before it have been handed over."""
        if self._error is None:
            try:
                return self._limited(size)
            except BadFileError as error:
                self._error = error
        if filled:
            return b""
        raise self._error

    def _limited(self, size: int) -> bytes:
        data = self._plain(size)
        self.given += len(data)
        if self.given > FREE_BYTES + MAX_RATIO * self._raw.count:
            raise BadFileError(
                f"{self._name} expands to more than {MAX_RATIO} times its size; it is not read on."
            )
        return data

    def _plain(self, size: int) -> bytes:
        try:
            return self._inflate(size)
        except EOFError as error:
            raise BadFileError(
                f"{self._name} ends in the middle; it seems to be cut off."
            ) from error
        except (gzip.BadGzipFile, zlib.error, _DamagedError) as error:
            raise BadFileError(f"{self._name} is damaged: {error}.") from error
        except OSError as error:
            raise BadFileError(f"{self._name} cannot be read: {error.strerror}.") from error
