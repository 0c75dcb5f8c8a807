"""How much is asked of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from broadsheet.library import Library
from broadsheet.storage import SqlStore


@contextmanager
def counting(library: Library | SqlStore) -> Iterator[list[str]]:
    """The SQL statements that a library (or a store) executes in the block, BEGIN left out:

    with counting(library) as asked:
        client.get("/")
    assert len(asked) == 3
    """
    store: Any = library._store if isinstance(library, Library) else library
    asked: list[str] = []

    def note(connection: Connection, _: object, statement: str, *__: object) -> None:
        # The engine that writes is made by the first transaction, so this asks for it late.
        own = connection.engine in (store._reader, store._writer)
        if own and not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
