"""The one style sheet of all pages, put together from the small ones it is written in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

NAME = "broadsheet.css"

_FOLDER = Path(__file__).parent / "styles"


@cache
def read_sheet() -> bytes:
    """The sheets one after the other, in the order of their names: later rules win."""
    return b"\n".join(path.read_bytes() for path in sorted(_FOLDER.glob("*.css")))
