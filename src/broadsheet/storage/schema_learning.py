"""The tables of shelves that learn and of the mail; `schema.py` describes the others.

    answer                    what readers answered to papers, for a shelf (0: for all of them)
    steering                  what they set for a shelf
    judgement                 their answers to the questions of `tune`
    fact                      what the instance keeps under a name
    schedule, subscription    when a reader's edition is made, and where it is mailed to
    letter, letter_payload    the outbox, and the frozen bytes of what is in it

Moments are as in `schema_people.py`. Numbers of letters are never used twice.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from broadsheet.storage.schema import NUMBER, metadata

answers = Table(
    "answer",
    metadata,
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, autoincrement=False),
    Column("shelf_id", NUMBER, primary_key=True, autoincrement=False),
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, index=True),
    Column("opinion", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("answer_order", "reader_id", "at"),
    sqlite_with_rowid=False,
)

steerings = Table(
    "steering",
    metadata,
    Column("shelf_id", NUMBER, ForeignKey("shelf.id"), primary_key=True, autoincrement=False),
    Column("per_day", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("floor", Float, nullable=False),
    Column("explore", Float, nullable=False),
    Column("rare", Float, nullable=False),
    Column("only", Text, nullable=False),  # JSON lists of kind and value
    Column("never", Text, nullable=False),
    Column("muted_until", Integer),  # days since 1970
    Column("in_edition", Boolean, nullable=False),
    Column("ranker", Text, nullable=False),
    Column("challenger", Text, nullable=False),
    Column("trial_since", BigInteger),
)

judgements = Table(
    "judgement",
    metadata,
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, autoincrement=False),
    Column("query", Text, primary_key=True),
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, index=True),
    Column("relevant", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

facts = Table(
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

schedules = Table(
    "schedule",
    metadata,
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, autoincrement=False),
    Column("zone", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("weekdays", Text, nullable=False),  # ISO numbers, a digit each
)

subscriptions = Table(
    "subscription",
    metadata,
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("ended", Text, nullable=False),
    Column("ended_at", BigInteger),
    Column("score", Float, nullable=False),
    Column("scored_at", BigInteger),
    Column("generation", Integer, nullable=False),
)

letters = Table(
    "letter",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    UniqueConstraint("reader_id", "name"),
    Index("letter_due", "state", "due_at"),
    sqlite_autoincrement=True,
)

letter_payloads = Table(
    "letter_payload",
    metadata,
    # Apart from its letter, which changes with every try: SQLite writes a changed row anew.
    Column("letter_id", NUMBER, ForeignKey("letter.id"), primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
)
