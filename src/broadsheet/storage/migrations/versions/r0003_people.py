"""A community and the press: readers, shelves, votes, comments, the journal of acts, editions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_accounts()
    _create_shelves()
    _create_discussion()
    _create_journal()
    _create_editions()
    _create_standing()
    op.create_index("measure_at", "measure", ["at"])


def _number(name: str, points_to: str = "", *, nullable: bool = False) -> sa.Column[int]:
    keys = [sa.ForeignKey(points_to)] if points_to else []
    return sa.Column(name, NUMBER, *keys, nullable=nullable)


def _key(name: str, points_to: str = "") -> sa.Column[int]:
    keys = [sa.ForeignKey(points_to)] if points_to else []
    return sa.Column(name, NUMBER, *keys, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _generation() -> sa.Column[int]:
    return sa.Column("generation", sa.Integer, nullable=False)


def _create_accounts() -> None:
    op.create_table(
        "reader",
        sa.Column("id", NUMBER, primary_key=True),
        *_texts("name"),
        sa.Column("folded", sa.Text, nullable=False, unique=True),
        *_texts("display", "role"),
        *_moments("joined_at"),
        *_flags("open", "disabled", "example"),
        *_texts("theme"),
        _generation(),
        *_texts("password"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        _number("reader_id", "reader.id"),
        *_moments("made_at", "seen_at"),
        *_texts("agent"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_reader_id", "session", ["reader_id"])
    op.create_table(
        "reader_key",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        _number("reader_id", "reader.id"),
        *_texts("label"),
        *_moments("made_at"),
        *_moments("revoked_at", nullable=True),
    )
    op.create_index("ix_reader_key_reader_id", "reader_key", ["reader_id"])
    op.create_table(
        "invitation",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        _number("made_by"),
        *_texts("role"),
        *_moments("made_at", "expires_at"),
        *_texts("note"),
        _number("used_by", nullable=True),
        *_moments("used_at", nullable=True),
    )


def _create_shelves() -> None:
    op.create_table(
        "shelf",
        sa.Column("id", NUMBER, primary_key=True),
        _number("reader_id", "reader.id"),
        *_texts("name"),
        *_moments("made_at"),
        *_texts("about", "sharing"),
        _generation(),
        *_moments("deleted_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shelf_reader_id", "shelf", ["reader_id"])
    op.create_index("ix_shelf_sharing", "shelf", ["sharing"])
    standing = sa.text("deleted_at IS NULL")
    op.create_index(
        "shelf_name", "shelf", ["reader_id", "name"], unique=True, sqlite_where=standing
    )
    op.create_table(
        "saved",
        _key("shelf_id", "shelf.id"),
        _key("work_id", "work.id"),
        *_moments("saved_at"),
        *_texts("note"),
        *_moments("read_at", nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_saved_work_id", "saved", ["work_id"])
    op.create_index("saved_order", "saved", ["shelf_id", "saved_at", "read_at"])
    op.create_table(
        "search",
        sa.Column("id", NUMBER, primary_key=True),
        _number("reader_id", "reader.id"),
        *_texts("name", "query"),
        *_moments("made_at"),
        *_flags("in_edition"),
        _generation(),
        *_moments("deleted_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_reader_id", "search", ["reader_id"])
    op.create_table(
        "follow",
        _key("reader_id", "reader.id"),
        sa.Column("author", sa.Text, primary_key=True),
        *_moments("at"),
        sqlite_with_rowid=False,
    )


def _create_discussion() -> None:
    op.create_table(
        "vote",
        _key("work_id", "work.id"),
        _key("reader_id", "reader.id"),
        *_moments("at"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vote_reader_id", "vote", ["reader_id"])
    op.create_index("ix_vote_at", "vote", ["at"])
    op.create_table(
        "comment",
        sa.Column("id", NUMBER, primary_key=True),
        _number("work_id", "work.id"),
        _number("reader_id"),
        *_texts("text"),
        *_moments("at"),
        _number("parent_id", "comment.id", nullable=True),
        *_moments("edited_at", "deleted_at", nullable=True),
        sqlite_autoincrement=True,
    )
    for name in ("work_id", "reader_id", "at"):
        op.create_index(f"ix_comment_{name}", "comment", [name])


def _create_journal() -> None:
    op.create_table(
        "signal",
        sa.Column("id", NUMBER, primary_key=True),
        _number("reader_id", "reader.id"),
        *_texts("act"),
        *_moments("at"),
        _number("work_id", nullable=True),
        _number("shelf_id", nullable=True),
        *_texts("detail"),
        *_moments("undone_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signal_work_id", "signal", ["work_id"])
    op.create_index("signal_reader", "signal", ["reader_id", "id"])


def _create_editions() -> None:
    op.create_table(
        "edition",
        sa.Column("scope", sa.Text, primary_key=True),
        _key("reader_id"),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("scope", "reader_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "printed",
        sa.Column("scope", sa.Text, primary_key=True),
        _key("reader_id"),
        _key("work_id"),
        sa.Column("name", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_printed_work_id", "printed", ["work_id"])


def _create_standing() -> None:
    op.create_table(
        "standing",
        sa.Column("name", sa.Text, primary_key=True),
        _key("work_id"),
        sa.Column("value", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        """
        INSERT INTO standing
        SELECT
            CASE name WHEN 'citations' THEN name ELSE 'upvotes' END, record.work_id, max(value)
        FROM (
            -- beside max(at), SQLite takes the other columns from the row that has it
            SELECT source, key, name, value, max(at) FROM measure
            WHERE name = 'citations' OR name LIKE '%upvotes' GROUP BY source, key, name
        ) AS last
        JOIN record ON record.source = last.source AND record.key = last.key
        GROUP BY 1, 2
        """
    )
    stamp = op.create_table(
        "stamp",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(stamp, [{"name": "standing", "value": 0}])
