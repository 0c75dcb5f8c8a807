"""Live sources: what is followed, how far, what was announced, what is here, what was refused."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.drop_table("cursor")  # nothing ever wrote to it: there were no live sources
    _create_sources()
    _create_items()
    _create_announcements()
    _create_logs()


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _trouble() -> list[sa.Column[Any]]:
    return [
        *_texts("trouble_category"),
        sa.Column("trouble_day", sa.Integer),
        sa.Column("stale", sa.Boolean, nullable=False),
    ]


def _create_sources() -> None:
    op.create_table(
        "source",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        *_texts("kind", "targets"),
        *_moments("added_at"),
        sa.Column("since", sa.Integer),
        *_texts("mirror"),
        sa.Column("paused", sa.Boolean, nullable=False),
        *_texts("blocked", "blocked_place"),
    )
    op.create_table(
        "stream",
        *_key("source", "stream"),
        sa.Column("cursor", sa.Text),
        *_moments("due_at", "tried_at", "good_at", nullable=True),
        *_counts("failures"),
        *_texts("trouble"),
        *_moments("trouble_since", nullable=True),
        *_trouble(),
        sqlite_with_rowid=False,
    )


def _create_items() -> None:
    op.create_table(
        "item",
        *_key("source", "key"),
        *_counts("version"),
        *_texts("stamp"),
        *_moments("at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure",
        *_key("source", "key", "name"),
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("value", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_announcements() -> None:
    op.create_table(
        "announcement",
        *_key("source", "category"),
        sa.Column("day", sa.Integer, primary_key=True),
        *_key("key"),
        *_texts("kind"),
        *_counts("version", "position"),
        sa.Column("estimated", sa.Boolean, nullable=False),
        *_moments("seen_at"),
        *_moments("arrived_at", nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("announcement_source_key", "announcement", ["source", "key"])
    _tell_the_planner()
    op.create_table(
        "page",
        *_key("source", "category"),
        sa.Column("day", sa.Integer, primary_key=True),
        *_texts("url"),
        *_moments("seen_at"),
        sqlite_with_rowid=False,
    )


def _tell_the_planner() -> None:
    """Numbers as ANALYZE would find them in a full table: rows, then rows that share the first
    column, the first two, and so on.

    Without them SQLite takes "all of this source" for as few rows as "this key of this source",
    and reads a million rows where it should read two.
    """
    op.execute("ANALYZE alembic_version")  # makes the table of such numbers
    for index, numbers in (
        ("announcement", "1000000 300000 50000 300 1"),
        ("announcement_source_key", "1000000 300000 3 3 1"),
    ):
        op.execute(f"INSERT INTO sqlite_stat1 VALUES ('announcement', '{index}', '{numbers}')")


def _create_logs() -> None:
    op.create_table(
        "rejection",
        *_key("source", "key", "reason"),
        *_counts("number", "day"),
        *_moments("seen_at"),
        *_moments("mended_at", nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("rejection_day", "rejection", ["day"])
    op.create_table(
        "report",
        sa.Column("id", NUMBER, primary_key=True),
        *_texts("source", "stream", "title", "outcome"),
        *_moments("began_at", "ended_at"),
        *_counts("requests", "added", "updated", "unchanged", "rejected", "repaired"),
        *_texts("trouble"),
        *_moments("next_at", nullable=True),
        *_trouble(),
    )
    op.create_index("report_stream", "report", ["source", "stream", "ended_at"])
