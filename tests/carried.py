"""Accounts that are taken out of one library and brought into another."""

from __future__ import annotations

import json
from typing import Any

from broadsheet.people import Reader
from broadsheet.shelves import Upload
from broadsheet.takeout import TakeoutReport
from shelfmarks import Readers


def take(readers: Readers, reader: Reader | None = None) -> bytes:
    ada = readers.store.get_readers([readers.ada.id])[readers.ada.id]
    return readers.library.takeout.export(reader or ada)


def bring(readers: Readers, body: bytes | Any, reader: Reader | None = None) -> TakeoutReport:
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return readers.library.takeout.bring_in(reader or readers.ada, Upload("ada.json", body))


def minimal() -> dict[str, Any]:
    """A takeout with a little of what one may hold."""
    return {
        "format": "broadsheet-takeout",
        "version": 1,
        "papers": [{"title": "A paper about nothing", "authors": ["No Body"]}],
        "shelves": [{"name": "One", "papers": [{"paper": 0, "note": "n"}]}],
        "searches": [{"name": "s", "query": "q"}],
        "comments": [{"id": 1, "paper": 0, "text": "hm", "at": "2026-01-01T00:00:00Z"}],
    }
