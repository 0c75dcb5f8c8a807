"""Files in: one protocol a kind of file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

from broadsheet.model import BadRow, Grouping, Record


@runtime_checkable
class FileFormat(Protocol):
    """Reads one kind of file. Pure but for reading the stream; one module a kind."""

    name: str

    def recognises(self, head: bytes, filename: str) -> bool:
        """Whether a file that begins with `head` (up to 64 KiB, decompressed) is of this kind."""

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow | Grouping]:
        """Records in file order, streaming; a bad row is yielded as `BadRow`, never raised.

        Our own export also tells how records are grouped, after the records themselves.

        Raises BadFileError when the file as a whole is not of this kind.
        """


class Outline(NamedTuple):
    """A feed in an outline, as it is called there."""

    title: str
    url: str


class OutlineFormat(Protocol):
    """Reads one kind of list of feeds."""

    name: str

    def recognises(self, head: bytes, filename: str) -> bool:
        """Whether a file that begins with `head` is of this kind."""

    def read(self, stream: BinaryIO, filename: str) -> Sequence[Outline]:
        """The feeds in it, each once, in the order of the file. Raises BadFileError."""
