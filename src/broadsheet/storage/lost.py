"""Which editions were mailed and did not arrive, for all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, exists

from broadsheet.mailing import LOST
from broadsheet.storage.schema_learning import letters

_STATES = [state.value for state in LOST]


def is_lost(row: Table) -> ColumnElement[bool]:
    """Whether the letter of a reader's own edition, which a row of a table names, was LOST."""
    return exists().where(
        letters.c.reader_id == row.c.reader_id,
        letters.c.name == row.c.name,
        letters.c.state.in_(_STATES),
    )
