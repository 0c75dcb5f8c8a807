"""The first library: works, records, keys, the change log, history, bars, cursors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LED = sa.text("redirect_to IS NOT NULL")


def upgrade() -> None:
    _create_works_and_records()
    _create_keys()
    _create_logs()


def _create_works_and_records() -> None:
    op.create_table(
        "work",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("redirect_to", NUMBER, sa.ForeignKey("work.id")),
    )
    op.create_index("work_redirect_to", "work", ["redirect_to"], sqlite_where=LED)
    op.create_table(
        "record",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("work_id", NUMBER, sa.ForeignKey("work.id"), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(16), nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("ix_record_work_id", "record", ["work_id"])
    op.create_index("record_source_key", "record", ["source", "key"])


def _create_keys() -> None:
    op.create_table(
        "work_key",
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("work_id", NUMBER, sa.ForeignKey("work.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_work_key_work_id", "work_key", ["work_id"])


def _create_logs() -> None:
    op.create_table(
        "change",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("work_id", NUMBER, nullable=False, unique=True),
        sa.Column("act", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("work_id", NUMBER, sa.ForeignKey("work.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("other_id", NUMBER),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_event_work_id", "event", ["work_id"])
    op.create_table(
        "barred",
        sa.Column("work_id", NUMBER, sa.ForeignKey("work.id"), primary_key=True),
        sa.Column("other_id", NUMBER, sa.ForeignKey("work.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cursor",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
