"""The tables of live sources; `schema.py` describes the others.

    source        what is followed; `number` keeps the order in which they were added
    stream        how far each stream has come, with its cursor
    item          what a source holds under a key, as far as it is here; `at`: since when
    announcement  what a source said that it listed, and when that arrived
    page          for which categories and days a page has spoken
    measure       numbers over time, one row a change
    rejection     what could not go in; `number`: how many, more than one where they have no names
    report        the journal of runs

There may be millions of items and announcements, so their rows are small: tables without row ids,
days as numbers of days since 1970, moments in seconds. The moments of `source`, `stream` and
`report` are exact, in microseconds: nothing may be asked a moment too early.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from broadsheet.storage.schema import NUMBER, metadata

source = Table(
    "source",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("targets", Text, nullable=False),  # a JSON list
    Column("added_at", BigInteger, nullable=False),
    Column("since", Integer),
    Column("mirror", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("blocked", Text, nullable=False),
    Column("blocked_place", Text, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("source", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("cursor", Text),
    Column("due_at", BigInteger),
    Column("tried_at", BigInteger),
    Column("good_at", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("trouble_since", BigInteger),
    Column("trouble_category", Text, nullable=False),
    Column("trouble_day", Integer),
    Column("stale", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

item = Table(
    "item",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

announcement = Table(
    "announcement",
    metadata,
    Column("source", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("arrived_at", BigInteger),
    Index("announcement_source_key", "source", "key"),
    sqlite_with_rowid=False,
)

page = Table(
    "page",
    metadata,
    Column("source", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # when it was last seen to speak of the day
    sqlite_with_rowid=False,
)

measure = Table(
    "measure",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("value", Float, nullable=False),
    Index("measure_at", "at"),
    sqlite_with_rowid=False,
)

rejection = Table(
    "rejection",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("mended_at", BigInteger),
    Index("rejection_day", "day"),
    sqlite_with_rowid=False,
)

report = Table(
    "report",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("source", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    *(
        Column(name, Integer, nullable=False)
        for name in ("requests", "added", "updated", "unchanged", "rejected", "repaired")
    ),
    Column("trouble", Text, nullable=False),
    Column("next_at", BigInteger),
    Column("trouble_category", Text, nullable=False),
    Column("trouble_day", Integer),
    Column("stale", Boolean, nullable=False),
    Index("report_stream", "source", "stream", "ended_at"),
)
