"""Broadsheet: a daily paper for papers.

    from broadsheet import load_settings, open_library

    with open_library(load_settings()) as library:
        for shown in library.search("label smoothing").shown:
            print(shown.work.title)

The names below are the public surface; each is loaded when it is first asked for, so that
`import broadsheet` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from broadsheet.config import Settings, load_settings
    from broadsheet.errors import (
        BadFileError,
        BroadsheetError,
        ConfigError,
        ConflictError,
        EmbedderError,
        IndexNotReadyError,
        InvalidInputError,
        InvalidQueryError,
        LibraryTooNewError,
        NotFoundError,
        StorageBusyError,
        StorageError,
        StorageFullError,
        StorageReadOnlyError,
    )
    from broadsheet.library import Library, Page, Shown, Stats
    from broadsheet.model import (
        Hit,
        Identifier,
        ImportReport,
        Link,
        PaperDate,
        Record,
        Results,
        Sort,
        StoredRecord,
        VerifyReport,
        Work,
    )
    from broadsheet.wiring import open_library

__version__ = "0.4.0"

_ROOMS = {
    "config": ("Settings", "load_settings"),
    "errors": (
        "BadFileError",
        "BroadsheetError",
        "ConfigError",
        "ConflictError",
        "EmbedderError",
        "IndexNotReadyError",
        "InvalidInputError",
        "InvalidQueryError",
        "LibraryTooNewError",
        "NotFoundError",
        "StorageBusyError",
        "StorageError",
        "StorageFullError",
        "StorageReadOnlyError",
    ),
    "library": ("Library", "Page", "Shown", "Stats"),
    "model": (
        "Hit",
        "Identifier",
        "ImportReport",
        "Link",
        "PaperDate",
        "Record",
        "Results",
        "Sort",
        "StoredRecord",
        "VerifyReport",
        "Work",
    ),
    "wiring": ("open_library",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "BadFileError",
    "BroadsheetError",
    "ConfigError",
    "ConflictError",
    "EmbedderError",
    "Hit",
    "Identifier",
    "ImportReport",
    "IndexNotReadyError",
    "InvalidInputError",
    "InvalidQueryError",
    "Library",
    "LibraryTooNewError",
    "Link",
    "NotFoundError",
    "Page",
    "PaperDate",
    "Record",
    "Results",
    "Settings",
    "Shown",
    "Sort",
    "Stats",
    "StorageBusyError",
    "StorageError",
    "StorageFullError",
    "StorageReadOnlyError",
    "StoredRecord",
    "VerifyReport",
    "Work",
    "load_settings",
    "open_library",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
