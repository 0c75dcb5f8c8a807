"""The tables, as SQLAlchemy sees them.

    work      a number, and where it leads since a merge; what a work says is composed from its
              records on reading, so no text is stored twice
    record    what sources said; never edited, `hash` guards `payload`
    work_key  the names by which a work is found again, as 64-bit numbers (see `keys.py`)
    change    one row a work, the newest: the log that indexes follow; `seq` is never reused
    event     joins, merges and splits, with their reasons
    barred    pairs that a person split, in both directions

`schema_live.py` has the tables of live sources, `schema_people.py` those of a community and of
the press. All are made by `migrations/`; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

HEAD = "0004"
"""The newest revision in `migrations/`; kept here so that opening needs no Alembic."""

NUMBER = BigInteger().with_variant(Integer, "sqlite")
# No option for another database's dialect here: SQLAlchemy would import that dialect at start.
_LED = text("redirect_to IS NOT NULL")

metadata = MetaData()

work = Table(
    "work",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("redirect_to", NUMBER, ForeignKey("work.id")),
    Index("work_redirect_to", "redirect_to", sqlite_where=_LED),
)

record = Table(
    "record",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("work_id", NUMBER, ForeignKey("work.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # seconds since 1970, UTC
    Column("payload", LargeBinary, nullable=False),  # canonical JSON, UTF-8
    UniqueConstraint("hash"),
    Index("record_source_key", "source", "key"),
)

work_key = Table(
    "work_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

change = Table(
    "change",
    metadata,
    Column("seq", NUMBER, primary_key=True),
    Column("work_id", NUMBER, nullable=False, unique=True),
    Column("act", Text, nullable=False),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("work_id", NUMBER, ForeignKey("work.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("act", Text, nullable=False),
    Column("other_id", NUMBER),
    Column("reason", Text, nullable=False),
)

barred = Table(
    "barred",
    metadata,
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, autoincrement=False),
    Column("other_id", NUMBER, ForeignKey("work.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
