"""The tables of a community and of the press; `schema.py` describes the others.

    reader, session, reader_key, invitation    accounts, and what lets somebody in
    shelf, saved, search, follow               what readers keep
    vote, comment                              what they say of papers
    signal                                     the journal of what they did, which only grows
    edition, printed                           what went to press, and which papers were in it
    standing                                   the greatest last number of each paper, by name
    stamp                                      a number that grows with votes and measures; who
                                               the instance is (see `instance.py`)

Numbers of readers, shelves, searches, comments and signals are never used twice: an address, a
signature or a comment of one that is gone must not come to mean another. Moments are exact, in
microseconds since 1970. What readers keep of papers moves along when papers are merged
(`merging.py`), so that it always points to one that stands. The names here are plural, because
the singular ones are those of the objects that the rows become.
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
    text,
)

from broadsheet.storage.schema import NUMBER, metadata

_STANDING = text("deleted_at IS NULL")

readers = Table(
    "reader",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),  # the name, as names are compared
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("example", Boolean, nullable=False),
    Column("theme", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("password", Text, nullable=False, default=""),  # its hash
    sqlite_autoincrement=True,
)

sessions = Table(
    "session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("agent", Text, nullable=False),
    sqlite_with_rowid=False,
)

reader_keys = Table(
    "reader_key",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

invitations = Table(
    "invitation",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made_by", NUMBER, nullable=False),
    Column("role", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("used_by", NUMBER),
    Column("used_at", BigInteger),
)

shelves = Table(
    "shelf",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("about", Text, nullable=False),
    Column("sharing", Text, nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("deleted_at", BigInteger),
    Index("shelf_name", "reader_id", "name", unique=True, sqlite_where=_STANDING),
    sqlite_autoincrement=True,
)

saved = Table(
    "saved",
    metadata,
    Column("shelf_id", NUMBER, ForeignKey("shelf.id"), primary_key=True, autoincrement=False),
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, index=True),
    Column("saved_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("read_at", BigInteger),
    Index("saved_order", "shelf_id", "saved_at", "read_at"),
    sqlite_with_rowid=False,
)

searches = Table(
    "search",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("in_edition", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("deleted_at", BigInteger),
    sqlite_autoincrement=True,
)

follows = Table(
    "follow",
    metadata,
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, autoincrement=False),
    Column("author", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

votes = Table(
    "vote",
    metadata,
    Column("work_id", NUMBER, ForeignKey("work.id"), primary_key=True, autoincrement=False),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), primary_key=True, index=True),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

comments = Table(
    "comment",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("work_id", NUMBER, ForeignKey("work.id"), nullable=False, index=True),
    Column("reader_id", NUMBER, nullable=False, index=True),  # stays when the reader is erased
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("parent_id", NUMBER, ForeignKey("comment.id")),
    Column("edited_at", BigInteger),
    Column("deleted_at", BigInteger),
    sqlite_autoincrement=True,
)

signals = Table(
    "signal",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("reader_id", NUMBER, ForeignKey("reader.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("work_id", NUMBER, index=True),
    Column("shelf_id", NUMBER),
    Column("detail", Text, nullable=False),  # a JSON object
    Column("undone_at", BigInteger),
    Index("signal_reader", "reader_id", "id"),
    sqlite_autoincrement=True,
)

editions = Table(
    "edition",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("reader_id", NUMBER, primary_key=True, autoincrement=False),  # 0: of the instance
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # canonical JSON, UTF-8
    UniqueConstraint("scope", "reader_id", "number"),
    sqlite_with_rowid=False,
)

printed = Table(
    "printed",
    metadata,
    Column("scope", Text, primary_key=True),  # or "day news": counted, see press.py
    Column("reader_id", NUMBER, primary_key=True, autoincrement=False),
    Column("work_id", NUMBER, primary_key=True, autoincrement=False, index=True),
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)

standing = Table(
    "standing",
    metadata,
    Column("name", Text, primary_key=True),  # "upvotes" or "citations"
    Column("work_id", NUMBER, primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False),
    sqlite_with_rowid=False,
)

stamp = Table(
    "stamp",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
