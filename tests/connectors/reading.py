"""Helpers: read bytes through the format that claims them, or through a named one."""

from __future__ import annotations

import io

from broadsheet.connectors import FILE_FORMATS
from broadsheet.model import BadRow, Record
from broadsheet.ports import FileFormat


def claimed_by(data: bytes, filename: str = "file") -> list[str]:
    """Names of the formats that recognise a file; there should be one at most."""
    return [f.name for f in FILE_FORMATS if f.recognises(data[:65536], filename)]


def read_with(form: FileFormat, data: bytes) -> tuple[list[Record], list[BadRow]]:
    """What a format makes of a file, which it must recognise: records, and bad rows."""
    rows = list(form.read(io.BytesIO(data), "file"))
    records = [row for row in rows if isinstance(row, Record)]
    return records, [row for row in rows if isinstance(row, BadRow)]
